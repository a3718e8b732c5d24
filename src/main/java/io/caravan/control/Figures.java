package io.caravan.control;

import io.caravan.camel.RedisReplicationConsumer;
import io.caravan.camel.TaskSides;
import io.caravan.cluster.NodeCounters;
import io.caravan.cluster.NodeStatus;
import io.caravan.replication.ShardCounters;
import io.caravan.replication.ShardState;
import io.caravan.replication.ShardStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What is measured of a task: taken once a second by one thread, which may wait for the destination's event loop. */
final class Figures {

    private static final double MILLIS = 1000.0;

    /**
     * What was measured at one moment.
     *
     * @param fields what the API shows of it, by name
     * @param nodeProblems what keeps destination nodes from serving, in words
     */
    record Taken(Map<String, Object> fields, List<String> nodeProblems) {}

    private final Rates rates = new Rates();

    /** Measures a task that runs, or, with {@code null}, says that there is nothing to be measured. */
    Taken take(@Nullable RedisReplicationConsumer consumer) {
        long now = System.nanoTime();
        List<ShardStatus> shards = consumer == null ? List.of() : consumer.status();
        Map<String, ShardCounters> counters = consumer == null ? Map.of() : consumer.counters();
        TaskSides sides = consumer == null ? null : consumer.sides().orElse(null);
        List<NodeStatus> nodes = sides == null ? List.of() : sides.nodes();
        Map<String, NodeCounters> sent = sides == null ? Map.of() : sides.counters();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("lag", lag(shards));
        fields.put("staleSlots", consumer == null ? 0 : consumer.staleSlots());
        putTotals(fields, counters, now);
        fields.put(
                "spooledBytes",
                shards.stream().mapToLong(ShardStatus::spooledBytes).sum());
        fields.put("spoolLimit", consumer == null ? 0L : consumer.spoolLimitBytes());
        List<Object> ofShards = new ArrayList<>();
        shards.forEach(shard -> ofShards.add(shard(shard, counters.get(shard.name()), now)));
        fields.put("shards", ofShards);
        List<Object> ofNodes = new ArrayList<>();
        nodes.forEach(node -> ofNodes.add(node(node, sent.get(node.address()), now)));
        fields.put("nodes", ofNodes);
        return new Taken(
                fields,
                nodes.stream()
                        .filter(node -> !node.problem().isEmpty())
                        .map(node -> "destination " + node.address() + ": " + node.problem())
                        .toList());
    }

    /** How much of the snapshots is read, 0 to 100; empty if one does not tell its size. */
    static OptionalDouble percent(List<ShardStatus> shards) {
        if (shards.isEmpty()) {
            return OptionalDouble.empty();
        }
        double sum = 0;
        for (ShardStatus shard : shards) {
            OptionalDouble percent = percent(shard);
            if (percent.isEmpty()) {
                return OptionalDouble.empty();
            }
            sum += percent.getAsDouble();
        }
        return OptionalDouble.of(sum / shards.size());
    }

    private static OptionalDouble percent(ShardStatus shard) {
        return switch (shard.state()) {
            case STREAMING -> OptionalDouble.of(100);
            case CONNECTING, WAITING_FOR_SNAPSHOT -> OptionalDouble.of(0);
            case SNAPSHOT, FAILED, STOPPED -> shard.snapshot().percent();
        };
    }

    private static Map<String, Object> lag(List<ShardStatus> shards) {
        Map<String, Object> lag = new LinkedHashMap<>();
        lag.put("bytes", lagBytes(shards));
        lag.put(
                "seconds",
                seconds(shards.stream().mapToLong(ShardStatus::lagMillis).max().orElse(0)));
        lag.put("heartbeatSeconds", heartbeat(shards));
        return lag;
    }

    /** {@code null} unless it is known of each shard. */
    private static @Nullable Long lagBytes(List<ShardStatus> shards) {
        boolean known = shards.stream().allMatch(shard -> shard.lagBytes().isPresent());
        return known && !shards.isEmpty()
                ? (Long) shards.stream()
                        .mapToLong(shard -> shard.lagBytes().getAsLong())
                        .sum()
                : null;
    }

    /** Of the shard that is behind most; {@code null} unless it is known of each. */
    private static @Nullable Double heartbeat(List<ShardStatus> shards) {
        boolean known =
                shards.stream().allMatch(shard -> shard.heartbeatMillis().isPresent());
        OptionalLong most = shards.stream()
                .flatMapToLong(shard -> shard.heartbeatMillis().stream())
                .max();
        return known && most.isPresent() ? (Double) seconds(most.getAsLong()) : null;
    }

    private void putTotals(Map<String, Object> fields, Map<String, ShardCounters> counters, long now) {
        long commands =
                counters.values().stream().mapToLong(ShardCounters::commands).sum();
        long bytes = counters.values().stream().mapToLong(ShardCounters::bytes).sum();
        long keys = counters.values().stream()
                .mapToLong(ShardCounters::snapshotKeys)
                .sum();
        Map<String, Object> perSecond = new LinkedHashMap<>();
        perSecond.put("commands", rates.perSecond("commands", commands, now));
        perSecond.put("bytes", rates.perSecond("bytes", bytes, now));
        perSecond.put("keys", rates.perSecond("keys", keys, now));
        fields.put("rates", perSecond);
        Map<String, Object> totals = new LinkedHashMap<>();
        totals.put("commands", commands);
        totals.put("bytes", bytes);
        totals.put("keys", keys);
        fields.put("totals", totals);
    }

    private Map<String, Object> shard(ShardStatus shard, @Nullable ShardCounters counters, long now) {
        long commands = counters == null ? 0 : counters.commands();
        long bytes = counters == null ? 0 : counters.bytes();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", shard.name());
        fields.put("node", shard.node());
        fields.put("master", shard.master());
        fields.put("state", shard.state().name());
        OptionalDouble percent =
                shard.state() == ShardState.SNAPSHOT ? shard.snapshot().percent() : OptionalDouble.empty();
        fields.put("percent", percent.isPresent() ? tenths(percent.getAsDouble()) : null);
        fields.put("keys", counters == null ? 0 : counters.snapshotKeys());
        fields.put("snapshotBytes", shard.snapshot().bytes());
        fields.put("receivedOffset", shard.receivedOffset());
        fields.put("appliedOffset", shard.appliedOffset());
        fields.put("lagBytes", lagBytes(List.of(shard)));
        fields.put("lagSeconds", seconds(shard.lagMillis()));
        fields.put("heartbeatSeconds", heartbeat(List.of(shard)));
        fields.put("spooledBytes", shard.spooledBytes());
        fields.put("commandsPerSecond", rates.perSecond("shard " + shard.name() + " commands", commands, now));
        fields.put("bytesPerSecond", rates.perSecond("shard " + shard.name() + " bytes", bytes, now));
        fields.put("problem", shard.problem());
        return fields;
    }

    private Map<String, Object> node(NodeStatus node, @Nullable NodeCounters counters, long now) {
        long commands = counters == null ? 0 : counters.commands();
        long bytes = counters == null ? 0 : counters.bytes();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("address", node.address());
        fields.put("state", node.connected() ? "connected" : "not connected");
        fields.put("slots", node.slots());
        fields.put("commandsPerSecond", rates.perSecond("node " + node.address() + " commands", commands, now));
        fields.put("bytesPerSecond", rates.perSecond("node " + node.address() + " bytes", bytes, now));
        fields.put("errors", counters == null ? 0 : counters.errors());
        fields.put("problem", node.problem());
        return fields;
    }

    private static double seconds(long millis) {
        return millis / MILLIS;
    }

    /** Rounded down, so that 100 is said of what is done alone. */
    static double tenths(double percent) {
        return Math.floor(percent * 10) / 10;
    }
}
