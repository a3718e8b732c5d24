package io.caravan.replication;

import io.caravan.thread.Repeating;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a session has to do with its source beside the links: it asks the masters how far they are, and how the slots are divided, and
 * writes heartbeats where they are wanted; each again and again, on the monitor's thread.
 */
final class SourceWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SourceWatch.class);
    private static final long MONITOR_INTERVAL_MILLIS = 1000;
    private static final long TOPOLOGY_INTERVAL_MILLIS = 2000;

    private final ScheduledExecutorService thread;
    private final SourceMonitor monitor;
    private final @Nullable HeartbeatWriter heartbeats;

    private SourceWatch(ScheduledExecutorService thread, SourceMonitor monitor, @Nullable HeartbeatWriter heartbeats) {
        this.thread = thread;
        this.monitor = monitor;
        this.heartbeats = heartbeats;
    }

    /** @param heartbeat {@code null} if none is to be written */
    static SourceWatch begin(
            ScheduledExecutorService thread,
            SourceSettings settings,
            @Nullable HeartbeatSettings heartbeat,
            List<ShardReplication> shards) {
        var monitor = new SourceMonitor(settings, shards);
        every(thread, MONITOR_INTERVAL_MILLIS, monitor::ask);
        if (heartbeat == null) {
            return new SourceWatch(thread, monitor, null);
        }
        var writer = new HeartbeatWriter(settings, heartbeat, shards);
        thread.scheduleWithFixedDelay(writer::beat, 0, heartbeat.interval().toMillis(), TimeUnit.MILLISECONDS);
        return new SourceWatch(thread, monitor, writer);
    }

    /**
     * Looks from now on whether the slots are still divided as they were, and have been.
     *
     * @param resharded told when they are not
     */
    void topology(
            SourceTopology topology, List<SourceMaster> masters, List<ShardReplication> shards, Runnable resharded) {
        if (masters.stream().noneMatch(master -> master.nodeId().isEmpty())) {
            var watch = new TopologyWatch(topology::masters, masters, () -> returned(shards), resharded);
            every(thread, TOPOLOGY_INTERVAL_MILLIS, watch::look);
        }
    }

    private static void every(ScheduledExecutorService thread, long millis, Runnable task) {
        Repeating.every(thread, millis, LOG, "source: looking after its masters failed", task);
    }

    private static Map<Integer, Long> returned(List<ShardReplication> shards) {
        Map<Integer, Long> slots = new HashMap<>();
        shards.forEach(shard -> slots.putAll(shard.sweep().returned()));
        return slots;
    }

    /** Writes no heartbeat, and leaves none at the source. Waits for the network, some seconds at most. */
    void holdHeartbeats() {
        if (heartbeats != null) {
            heartbeats.hold();
        }
    }

    /** Writes heartbeats again. */
    void resumeHeartbeats() {
        if (heartbeats != null) {
            heartbeats.release();
        }
    }

    /** Closes its connections; what was scheduled ends with the thread. */
    @Override
    public void close() {
        monitor.close();
        if (heartbeats != null) {
            heartbeats.close();
        }
    }
}
