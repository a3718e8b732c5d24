package io.caravan.demo;

import io.caravan.replication.ShardCounters;
import io.caravan.replication.ShardState;
import io.caravan.replication.ShardStatus;
import io.caravan.sync.RunningTask;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** What a task does, in a line a second. One thread. */
final class ProgressLine {

    private static final double MEGABYTE = 1024.0 * 1024.0;

    private final RunningTask task;
    private final long startNanos = System.nanoTime();
    private long lastNanos = startNanos;
    private long lastWork;

    ProgressLine(RunningTask task) {
        this.task = task;
    }

    /** The line of this moment; rates are since the line before. */
    String next() {
        List<ShardStatus> shards = task.shards();
        Collection<ShardCounters> counters = task.counters();
        long keys = counters.stream().mapToLong(ShardCounters::snapshotKeys).sum();
        long commands = counters.stream().mapToLong(ShardCounters::commands).sum();
        long bytes = counters.stream().mapToLong(ShardCounters::bytes).sum();
        long lagBytes = shards.stream()
                .flatMapToLong(shard -> shard.lagBytes().stream())
                .sum();
        long lagMillis = shards.stream().mapToLong(ShardStatus::lagMillis).max().orElse(0);
        long now = System.nanoTime();
        double rate = (keys + commands - lastWork) * 1e9 / (now - lastNanos);
        lastNanos = now;
        lastWork = keys + commands;
        return String.format(
                Locale.ROOT,
                "[%3d s] %-12s %,9d keys %,10d commands %,8.1f MB %,9.0f/s   lag %,d bytes, %,d ms%s%s",
                (now - startNanos) / 1_000_000_000L,
                phase(shards),
                keys,
                commands,
                bytes / MEGABYTE,
                rate,
                lagBytes,
                lagMillis,
                spooled(shards),
                problem(shards));
    }

    private static String phase(List<ShardStatus> shards) {
        if (shards.stream().allMatch(shard -> shard.state() == ShardState.STREAMING)) {
            return "streaming";
        }
        return shards.stream()
                .map(ShardStatus::state)
                .filter(state -> state != ShardState.STREAMING)
                .findFirst()
                .map(state -> state.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .orElse("starting");
    }

    private static String spooled(List<ShardStatus> shards) {
        long bytes = shards.stream().mapToLong(ShardStatus::spooledBytes).sum();
        return bytes == 0 ? "" : String.format(Locale.ROOT, ", %,.1f MB spooled", bytes / MEGABYTE);
    }

    private static String problem(List<ShardStatus> shards) {
        return shards.stream()
                .filter(shard -> !shard.problem().isEmpty())
                .findFirst()
                .map(shard -> "   " + shard.problem())
                .orElse("");
    }
}
