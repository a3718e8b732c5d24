package io.caravan.camel;

import io.caravan.checkpoint.CheckpointStore;
import io.caravan.checkpoint.CopiedCheckpointStore;
import io.caravan.checkpoint.CutoverMark;
import io.caravan.checkpoint.FileCheckpointStore;
import io.caravan.checkpoint.FileCutoverMark;
import io.caravan.checkpoint.FileLease;
import io.caravan.checkpoint.Lease;
import io.caravan.checkpoint.RedisCutoverMark;
import io.caravan.checkpoint.RedisLease;
import io.caravan.cluster.Destination;
import io.caravan.command.Databases;
import io.caravan.replication.ReplicationSession;
import io.caravan.replication.SourceMaster;
import io.caravan.replication.StartingPoint;
import io.caravan.thread.Repeating;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a task go on where an earlier process has left it, and lets one process do so at a time: its checkpoints and its lease,
 * which are kept in one place.
 *
 * <p>Opened and closed by the threads that start and stop the consumer. From {@link #take} on the lease is renewed, and from {@link #begin}
 * on checkpoints are stored, by the keeper's thread, which waits for no server: a node of the source that does not answer holds up neither.
 * The sweeps begin on the thread that asks the source.
 */
final class TaskContinuity {

    private static final Logger LOG = LoggerFactory.getLogger(TaskContinuity.class);
    private static final String FILE = "file:";
    private static final long RENEWAL_MILLIS = 1000;
    private static final int RENEWAL_IN_LEASE = 6;

    private static final long SWEEP_MILLIS = 1000;

    private final String task;
    private final CheckpointKeeper keeper;
    private final TaskLease lease;
    private final CutoverGuard cutover;
    private final RedisReplicationConfiguration configuration;
    private final boolean inDestination;
    private boolean sweeping;
    private boolean readsNothing;

    /** Whether links of the destinations wait for the lease. */
    private volatile boolean permitted;

    private long losses;

    private TaskContinuity(
            CheckpointStore store,
            Lease lease,
            CutoverMark cutover,
            String task,
            RedisReplicationConfiguration configuration) {
        inDestination = store instanceof CopiedCheckpointStore;
        this.task = task;
        keeper = new CheckpointKeeper(task, store);
        this.lease = new TaskLease(task, lease, Duration.ofMillis(configuration.getLeaseTime()));
        keeper.storesWhile(this.lease::isHeld);
        this.cutover = new CutoverGuard(task, cutover, Duration.ofMillis(configuration.getRequestTimeout()));
        this.configuration = configuration;
    }

    /**
     * Where the configuration says. Connects to nothing.
     *
     * @return empty if nothing is kept
     * @throws IllegalArgumentException if it says what is no place
     */
    static Optional<TaskContinuity> of(
            RedisReplicationConfiguration configuration, String task, Optional<Destination> destination) {
        String place = configuration.getCheckpoint();
        if (place.startsWith(FILE)) {
            Path file = Path.of(place.substring(FILE.length()));
            return Optional.of(new TaskContinuity(
                    new FileCheckpointStore(file),
                    new FileLease(file),
                    new FileCutoverMark(file),
                    task,
                    configuration));
        }
        if (place.equals("none")) {
            LOG.info("task {}: no checkpoints are kept; every start begins with a snapshot", task);
            return Optional.empty();
        }
        if (!place.equals("destination")) {
            throw new IllegalArgumentException(
                    "checkpoint=" + place + " is no place for checkpoints; write destination, file:path or none");
        }
        if (destination.isEmpty()) {
            LOG.warn(
                    "task {}: the route leads to no redis-cluster: endpoint to keep checkpoints in, so every start begins"
                            + " with a snapshot; set checkpoint=file:path to continue instead",
                    task);
        }
        Databases databases = Databases.parse(configuration.getDatabases());
        return destination.map(holder -> new TaskContinuity(
                new CopiedCheckpointStore(
                        holder::call,
                        configuration.getRequestTimeout(),
                        new MastersOf(holder, databases.hasPrefixes())),
                new RedisLease(holder::call, task),
                new RedisCutoverMark(holder::call, task),
                task,
                configuration));
    }

    /**
     * Takes the task and reads what is known of it; of an earlier process's connections none is left where something is sent
     * from now on. Waits, up to the time of a lease.
     *
     * @param byPerson whether a person wants it to be started, even if it was cut over
     * @param keeperThread renews the lease from now on: a start may take longer than it lasts
     * @throws IllegalStateException if another process runs it, or it was cut over
     */
    void take(List<Destination> destinations, boolean byPerson, ScheduledExecutorService keeperThread)
            throws IOException {
        lease.take();
        if (lease.isHeld()) {
            permit(destinations); // else nothing is sent, and this start may fail: tasks that share a destination are
            // not to wait for it
        }
        long renewal = Math.min(RENEWAL_MILLIS, configuration.getLeaseTime() / RENEWAL_IN_LEASE);
        every(keeperThread, renewal, lease::renew);
        cutover.passStart(byPerson);
        keeper.load();
        List<String> former = keeper.formerWriters();
        destinations.forEach(destination -> destination.end(former));
        if (inDestination) {
            destinations.forEach(Destination::keepNumbers);
        }
        keeper.writers(destinations.stream().map(Destination::writer).toList());
        readsNothing = destinations.stream().anyMatch(Destination::readsNothing);
        if (readsNothing) {
            keeper.inSlot();
        }
    }

    /** No process starts the task by itself any more, until {@link #goOn}. Waits. */
    void cutOver() throws IOException {
        cutover.cutOver();
    }

    /** The cutover has come to nothing. Waits. */
    void goOn() throws IOException {
        cutover.goOn();
    }

    /** Whether a destination has been told that no key may be read at the source. */
    boolean readsNothing() {
        return readsNothing;
    }

    /**
     * Decides whether keys that the source has not may be removed: if the destination held nothing but the task's keys when the
     * task began, or the configuration says so. Waits.
     */
    boolean decideOnSweeping(RouteSinks sinks) throws IOException {
        boolean allowed = switch (configuration.getSweep()) {
            case ALWAYS -> true;
            case NEVER -> false;
            case AUTO -> keeper.isNew() ? sinks.holdNothing() : keeper.mayBeSwept();
        };
        keeper.sweeping(allowed);
        sweeping = allowed;
        sinks.register(task);
        return allowed;
    }

    /** Where the stream of a master can be continued. */
    Optional<StartingPoint> startOf(SourceMaster master, CheckpointKeeper.Histories histories) throws IOException {
        return keeper.startOf(master, histories);
    }

    /** Refuses another source than that of the checkpoints, once every master has been asked for with {@link #startOf}. */
    void requireKnownSource(List<SourceMaster> masters) throws IOException {
        keeper.requireKnownSource(masters);
    }

    /** Forgets masters that are gone, once every other has been asked for with {@link #startOf}. */
    void forgetOthers(List<SourceMaster> masters) {
        keeper.forgetOthers(masters);
    }

    /** From now on lets the session send as long as the lease is held, and stores what has changed. */
    void begin(
            ReplicationSession session,
            List<Destination> destinations,
            ScheduledExecutorService keeperThread,
            RouteRestart restart) {
        permitted(session, destinations);
        lease.listen(new TaskLease.Listener() {
            @Override
            public void kept() {
                permitted(session, destinations);
                storeAtOnce(session, keeperThread);
            }

            @Override
            public void isAnothers(String why) {
                session.abort(why);
            }

            @Override
            public void mayHaveBeenAnothers(String why) {
                restart.begin(
                        "its lease was not held for a while, and " + why,
                        "and goes on from its checkpoints, so that nothing is applied twice; there is nothing to be done");
            }
        });
        every(keeperThread, configuration.getCheckpointInterval(), () -> store(session, destinations));
    }

    /** Shards may wait for a record that was asked for while the lease was not held. */
    private void storeAtOnce(ReplicationSession session, ScheduledExecutorService keeperThread) {
        try {
            storeSoon(session, keeperThread);
        } catch (RejectedExecutionException e) {
            LOG.debug("task {}: is being closed, and stores no more", task);
        }
    }

    private void every(ScheduledExecutorService thread, long millis, Runnable action) {
        Repeating.every(
                thread, millis, LOG, "task " + task + ": keeping its lease, checkpoints and keys failed", action);
    }

    /** From now on looks through the destination's keys where that is due. */
    void sweep(
            ReplicationSession session,
            List<Destination> destinations,
            RouteSelection selection,
            ScheduledExecutorService scheduler) {
        if (!readsNothing) {
            var sweeper = new Sweeper(task, session, destinations, selection, sweeping);
            every(scheduler, SWEEP_MILLIS, sweeper::sweepDue);
        }
    }

    private record MastersOf(Destination destination, boolean hasPrefixes) implements CopiedCheckpointStore.Masters {

        @Override
        public Collection<BitSet> slotsOfEach() {
            return destination.slotsOfEachMaster();
        }

        @Override
        public boolean hasSlotsOfSource() {
            return !hasPrefixes;
        }

        @Override
        public long losses() {
            return destination.losses();
        }

        @Override
        public CompletionStage<Void> write(int slot, List<byte[]> arguments, long losses) {
            return destination.write(slot, arguments, losses);
        }
    }

    /** By the keeper's thread. */
    private void store(ReplicationSession session, List<Destination> destinations) {
        long now = destinations.stream().mapToLong(Destination::losses).sum();
        if (now != losses) {
            losses = now;
            keeper.mayBeLost();
        }
        keeper.store(session);
    }

    /** By the thread that starts the consumer, then by whoever answers for the lease. */
    private void permitted(ReplicationSession session, List<Destination> destinations) {
        session.permittedUntil(lease.validUntilNanos());
        permit(destinations);
    }

    private void permit(List<Destination> destinations) {
        permitted = true;
        destinations.forEach(destination -> destination.permit(task, lease.validUntilNanos()));
    }

    /** Stores what has changed, soon. */
    void storeSoon(ReplicationSession session, ScheduledExecutorService keeperThread) {
        keeperThread.execute(() -> keeper.store(session));
    }

    /**
     * Stores a last time, unless the task may be another's by now. Waits.
     *
     * @param drained whether all that was sent has been applied
     */
    void store(ReplicationSession session, boolean drained) {
        if (lease.isHeld()) {
            keeper.storeAndWait(session, drained);
        } else {
            LOG.info(
                    "task {}: no last checkpoint is stored, since its lease is not held; the next start puts right what followed"
                            + " the one before",
                    task);
        }
    }

    /**
     * Gives the task up. Waits.
     *
     * @param sendsNothing whether nothing of it can be sent any more: else links wait for its lease until the destination is closed
     */
    void release(List<Destination> destinations, boolean sendsNothing) {
        boolean withdraws = permitted && (sendsNothing || lease.isHeld());
        lease.release(); // and is not renewed any more, so that nothing is permitted behind this
        if (withdraws) {
            destinations.forEach(destination -> destination.withdraw(task));
        }
    }
}
