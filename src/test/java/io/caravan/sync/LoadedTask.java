package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.node.SlotRanges;
import io.caravan.replication.ShardCounters;
import io.caravan.servers.Await;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;

/**
 * A task that synchronizes while a client writes to the source: counters, lists with consecutive numbers, and everything else
 * of {@link Load}. A fault is done to it in between; at the end both sides are equal.
 *
 * <p>Used by the test's thread.
 */
final class LoadedTask implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int COMMANDS_PER_SECOND = 3000;

    private final Pair pair;
    private final RunningTask task;
    private Load load;

    private LoadedTask(Pair pair, RunningTask task, Load load) {
        this.pair = pair;
        this.task = task;
        this.load = load;
    }

    /** Starts the shipped task between two deployments, and waits until it streams. */
    static LoadedTask on(Pair pair) throws Exception {
        return on(pair, pair.task());
    }

    /** Starts a task between two deployments, and waits until it streams. */
    static LoadedTask on(Pair pair, RunningTask.Settings settings) throws Exception {
        Load load = write(pair, "load");
        try {
            var loaded = new LoadedTask(pair, settings.start(), load);
            loaded.task.awaitStreaming();
            loaded.awaitWrites(COMMANDS_PER_SECOND / 2);
            return loaded;
        } catch (Exception | AssertionError e) {
            load.close();
            throw e;
        }
    }

    private static Load write(Pair pair, String prefix) {
        return Load.on(pair.source)
                .seed(7)
                .prefix(prefix)
                .perSecond(COMMANDS_PER_SECOND)
                .start();
    }

    RunningTask task() {
        return task;
    }

    /** The fault begins now. */
    Recovery fault(String name) {
        return new Recovery(this, name);
    }

    /** Waits until the source has taken so many more commands. */
    LoadedTask awaitWrites(long commands) {
        long until = load.acknowledged() + commands;
        Await.until(commands + " more writes", PATIENCE, load::acknowledged, n -> n >= until || load.hasFailed());
        return this;
    }

    /** Ends the load; {@link #writesAgain()} follows. What it has written is not looked at in the end. */
    void stopsWriting() {
        load.stop();
    }

    /** Begins another load, on keys of its own. */
    void writesAgain() {
        load = write(pair, "again");
    }

    /** Waits until the destination has acknowledged what the source has written by now. */
    void awaitApplied() {
        task.awaitApplied(pair.sourceMastersNow());
    }

    /** Ends the load and waits until nothing is on its way any more; then both sides have to be equal. */
    void endsEqual() {
        awaitWrites(COMMANDS_PER_SECOND / 2);
        LoadReport written = load.stop();
        awaitApplied();
        Await.until("nothing is read again", PATIENCE, () -> task.meter("caravan.refresh.waiting") == 0);
        Await.until(
                "what the source has lost is swept",
                PATIENCE,
                this::checkpoints,
                records -> records.stream().noneMatch(record -> record.contains("sweep=DUE")));
        awaitCheckpoints();
        task.awaitLagZero();
        assertThat(written.violationsAt(pair.destination)).isEmpty();
        pair.assertEqual();
    }

    /**
     * Waits until it is written down that what the source has written by now is applied, and that keys of slots that have moved are read
     * again: the task goes on in every respect.
     */
    private void awaitCheckpoints() {
        for (RedisServer master : pair.sourceMastersNow()) {
            String slots = slotsOf(master);
            long written = Long.parseLong(master.info("replication", "master_repl_offset"));
            String history = "replicationId=" + master.info("replication", "master_replid");
            Await.until(
                    "the checkpoint of " + master + " has reached " + written,
                    PATIENCE,
                    this::checkpoints,
                    records -> records.stream()
                            .anyMatch(record -> record.contains(history)
                                    && record.contains(slots)
                                    && appliedOf(record) >= written));
        }
    }

    private String slotsOf(RedisServer master) {
        if (!(pair.source instanceof RedisCluster cluster)) {
            return "";
        }
        var slots = new BitSet();
        cluster.slotsOf(master).forEach(slots::set);
        return " slots=" + SlotRanges.text(slots) + " ";
    }

    private static long appliedOf(String record) {
        return Long.parseLong(record.replaceFirst(".* applied=(\\d+) .*", "$1"));
    }

    /** What the destination keeps of the task, a record for each shard. */
    List<String> checkpoints() {
        try (var client = pair.destination.connect()) {
            return ((List<?>) client.call("HVALS", "caravan:checkpoint:{sync}"))
                    .stream().map(String::valueOf).toList();
        }
    }

    /** What the source has written and the destination has not acknowledged, as the task knows it. */
    double lagBytes() {
        return task.meter("caravan.replication.lag.bytes");
    }

    /** Snapshots of all shards so far. */
    long fullResynchronizations() {
        return task.counters().stream()
                .mapToLong(ShardCounters::fullResynchronizations)
                .sum();
    }

    /** Links that were lost so far, in all shards. */
    long reconnections() {
        return task.counters().stream().mapToLong(ShardCounters::reconnections).sum();
    }

    @Override
    public void close() {
        load.close();
        task.close();
    }
}
