package io.caravan.camel;

import io.caravan.replication.ReplicationSession;
import io.caravan.replication.Transport;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.spi.ExecutorServiceManager;
import org.jspecify.annotations.Nullable;

/**
 * What a task holds while it runs: threads, connections, its lease and its meters. Each is taken once, when its turn comes in a
 * start; all that was taken by then is given up together, whether the start has failed or the task has ended.
 *
 * <p>Used by the threads that start and stop the consumer.
 */
final class TaskHoldings implements AutoCloseable {

    private final CamelContext context;
    private final ExecutorService shardThreads;
    private final ScheduledExecutorService scheduler;
    private final ScheduledExecutorService keeperThread;
    private @Nullable SourceTransport transport;
    private @Nullable RouteSinks destinations;
    private @Nullable ReplicationSession served;
    private @Nullable TaskContinuity continuity;
    private @Nullable ReplicationMeters meters;

    /**
     * Takes the threads.
     *
     * @param owner whose threads they are for Camel
     */
    TaskHoldings(Consumer owner) {
        context = owner.getEndpoint().getCamelContext();
        ExecutorServiceManager threads = context.getExecutorServiceManager();
        shardThreads = threads.newCachedThreadPool(owner, "RedisReplicationShard");
        scheduler = threads.newSingleThreadScheduledExecutor(owner, "RedisReplicationTimer");
        keeperThread = threads.newSingleThreadScheduledExecutor(owner, "RedisReplicationKeeper");
    }

    /** Of them each shard has one. */
    ExecutorService shardThreads() {
        return shardThreads;
    }

    /** Runs what is repeated and may wait for the source, which may not answer. */
    ScheduledExecutorService scheduler() {
        return scheduler;
    }

    /** Runs what keeps the task, whether or not the source answers: its lease is renewed, and its checkpoints are stored. */
    ScheduledExecutorService keeperThread() {
        return keeperThread;
    }

    /** Connects to nothing. */
    Transport openTransport(RedisReplicationConfiguration configuration) throws IOException {
        SourceTransport opened = SourceTransport.open(context, configuration);
        transport = opened;
        return opened.transport();
    }

    /** Connects to the destinations. Waits for the network. */
    RouteSinks openDestinations(RouteInspection route) throws IOException {
        RouteSinks opened = RouteSinks.of(route);
        destinations = opened;
        return opened;
    }

    /**
     * Where the task is written down. Takes no lease yet.
     *
     * @return empty if nothing is kept
     */
    Optional<TaskContinuity> openContinuity(
            RedisReplicationConfiguration configuration, String task, RouteSinks holders) {
        Optional<TaskContinuity> opened = TaskContinuity.of(configuration, task, holders.first());
        continuity = opened.orElse(null);
        return opened;
    }

    /** Shows a session as meters, until the end. */
    ReplicationMeters bindMeters(String task, ReplicationSession session) {
        ReplicationMeters bound = ReplicationMeters.bind(context, task, session);
        meters = bound;
        return bound;
    }

    /** Whatever of a session waits at its destinations when the task ends is not to be sent any more. */
    void serve(ReplicationSession session) {
        served = session;
    }

    private boolean abandon() {
        return destinations == null || served == null || destinations.abandon(served.sourceShards());
    }

    /**
     * The lease goes when nothing of the task is sent any more, and while its destinations are still connected; these go after whatever
     * may write to them. Waits.
     */
    @Override
    public void close() {
        ExecutorServiceManager threads = context.getExecutorServiceManager();
        if (meters != null) {
            meters.close();
            meters = null;
        }
        boolean sendsNothing = abandon();
        if (continuity != null) {
            continuity.release(destinations == null ? List.of() : destinations.all(), sendsNothing);
            continuity = null;
        }
        threads.shutdownGraceful(keeperThread);
        threads.shutdownGraceful(scheduler);
        threads.shutdownGraceful(shardThreads);
        if (transport != null) {
            transport.close();
            transport = null;
        }
        if (destinations != null) {
            destinations.close();
            destinations = null;
        }
    }
}
