package io.caravan.camel;

import io.caravan.command.CommandTable;
import io.caravan.command.Databases;
import io.caravan.command.SourceShard;
import io.caravan.replication.ReplicationSession;
import io.caravan.replication.SourceMaster;
import io.caravan.replication.StartingPoint;
import io.caravan.replication.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task from one start to the next stop: what both sides are and where the last run has ended is found out, a session is started
 * there, and in the end is stopped and written down.
 *
 * <p>Started, stopped and closed by the threads that start and stop the consumer; the rest from any thread.
 */
final class TaskRun implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);

    private final RedisReplicationConsumer owner;
    private final RedisReplicationConfiguration configuration;
    private final String task;
    private final SendingPace pace;
    private final TaskHoldings holdings;
    private final RouteSelection selection;
    private final RouteSinks destinations;
    private final RouteFeed feed;
    private final ReplicationSession session;
    private final RouteRestart restart;
    private @Nullable TaskContinuity continuity;
    private @Nullable TaskSides sides;

    private TaskRun(
            RedisReplicationConsumer owner,
            RedisReplicationConfiguration configuration,
            RouteInspection route,
            SendingPace pace,
            TaskHoldings holdings)
            throws IOException {
        this.owner = owner;
        this.configuration = configuration;
        this.pace = pace;
        this.holdings = holdings;
        task = owner.task();
        Transport transport = holdings.openTransport(configuration);
        selection = route.selection();
        destinations = holdings.openDestinations(route);
        feed = new RouteFeed(owner, route, destinations, pace);
        session = new ReplicationSession(
                SourceSettingsFactory.settings(configuration, transport, pace.rates(), destinations.largeValuesFor()),
                shards -> SourceSettingsFactory.limits(configuration, shards),
                feed,
                holdings.shardThreads(),
                holdings.scheduler());
        holdings.serve(session);
        restart = new RouteRestart(owner.getEndpoint(), String.valueOf(owner.getRouteId()), task, owner::restarts);
    }

    /**
     * Starts the task of a consumer. Waits for the network, and up to the time of a lease.
     *
     * @param route the one the batches go into
     * @param byPerson whether a person wants it to be started, even if it was cut over
     * @throws IOException if a side cannot be reached, or cannot be used; nothing is held then
     */
    static TaskRun start(
            RedisReplicationConsumer owner,
            RedisReplicationConfiguration configuration,
            RouteInspection route,
            SendingPace pace,
            boolean byPerson)
            throws IOException {
        var holdings = new TaskHoldings(owner);
        try {
            var run = new TaskRun(owner, configuration, route, pace, holdings);
            run.beginOrGiveUp(byPerson);
            return run;
        } catch (IOException | RuntimeException e) {
            holdings.close();
            throw e;
        }
    }

    /** What has started already must not go on by itself. */
    private void beginOrGiveUp(boolean byPerson) throws IOException {
        try {
            begin(byPerson);
        } catch (IOException | RuntimeException e) {
            try {
                session.stop(Duration.ZERO);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            throw e;
        }
    }

    private void begin(boolean byPerson) throws IOException {
        SourceSettingsFactory.spool(configuration, task).ifPresent(session::spoolTo);
        SourceSettingsFactory.heartbeat(configuration, task).ifPresent(session::heartbeats);
        session.onReshard(() -> restart.begin(
                "slots of the source have changed their shard", "and the keys of those slots are read again"));
        List<SourceMaster> masters = session.findMasters();
        compareModules(masters);
        CommandTable commands =
                SessionCommands.of(session, masters, destinations.first(), configuration.getRequestTimeout());
        TaskContinuity kept =
                holdings.openContinuity(configuration, task, destinations).orElse(null);
        continuity = kept;
        Map<SourceMaster, StartingPoint> points = kept == null ? Map.of() : startingPoints(kept, masters, byPerson);
        session.start(
                masters,
                commands,
                master -> Optional.ofNullable(points.get(master)),
                kept == null ? null : () -> kept.storeSoon(session, holdings.keeperThread()));
        sides = TaskSides.of(masters, destinations.all());
        feed.countBy(holdings.bindMeters(task, session));
        if (kept != null) {
            kept.begin(session, destinations.all(), holdings.keeperThread(), restart);
            kept.sweep(session, destinations.all(), selection, holdings.scheduler());
        }
    }

    private void compareModules(List<SourceMaster> masters) throws IOException {
        if (!destinations.isEmpty()) {
            destinations.compareModules(
                    new ModuleCheck(task, configuration.getNodes(), configuration.getMissingModules()),
                    session.modulesOf(masters.get(0)));
        }
    }

    /** Takes the task, and finds where each master's stream is to be continued. */
    private Map<SourceMaster, StartingPoint> startingPoints(
            TaskContinuity kept, List<SourceMaster> masters, boolean byPerson) throws IOException {
        Map<SourceMaster, StartingPoint> points = new HashMap<>();
        kept.take(destinations.all(), byPerson, holdings.keeperThread());
        if (kept.decideOnSweeping(destinations)) {
            removeWhatIsLost(kept);
        }
        for (SourceMaster master : masters) {
            kept.startOf(master, session::historiesOf).ifPresent(point -> points.put(master, point));
        }
        kept.requireKnownSource(masters);
        kept.forgetOthers(masters);
        return points;
    }

    private void removeWhatIsLost(TaskContinuity kept) {
        if (kept.readsNothing()) {
            session.empties();
        } else {
            session.sweeps();
        }
    }

    /** What replicates the source. */
    ReplicationSession session() {
        return session;
    }

    /** What both sides are. */
    Optional<TaskSides> sides() {
        return Optional.ofNullable(sides);
    }

    /**
     * Reads keys again at the source, of those that a shard of it serves, and has them written behind what is on its way. Does not
     * wait.
     *
     * @param database of the destination, the keys as they are called there
     */
    CompletionStage<Void> readAgain(int database, List<byte[]> keys) {
        Databases databases = Databases.parse(configuration.getDatabases());
        Map<SourceShard, List<byte[]>> byShard = new HashMap<>();
        for (byte[] key : keys) {
            session.shardOf(databases.originOf(key, database).key())
                    .ifPresent(shard -> byShard.computeIfAbsent(shard, each -> new ArrayList<>())
                            .add(key));
        }
        CompletableFuture<?>[] written = destinations.all().stream()
                .flatMap(destination -> byShard.entrySet().stream()
                        .map(shard -> destination.refresh(shard.getKey(), database, shard.getValue())))
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(written);
    }

    /**
     * Sends nothing any longer, and writes down how far everything is applied. Everything is held until {@link #close}. Waits.
     *
     * @param patience how long what is on its way may take to end
     */
    void stop(Duration patience) throws InterruptedException {
        restart.isTooLate();
        session.stopSending();
        pace.letGo();
        boolean drained = session.stop(patience);
        if (!drained) {
            LOG.warn(
                    "task {}: stopped with batches on their way (drainTimeout={} ms, or a shard that has failed); the next"
                            + " start puts right what may have been applied of them",
                    task,
                    configuration.getDrainTimeout());
        }
        if (continuity != null) {
            continuity.store(session, drained);
        }
    }

    /**
     * No process starts the task by itself any more; of no effect where nothing is written down. Waits.
     *
     * @throws IOException if that cannot be written down
     */
    void cutOver() throws IOException {
        if (continuity != null) {
            continuity.cutOver();
        }
    }

    /** The cutover has come to nothing. Waits. */
    void goOn() throws IOException {
        if (continuity != null) {
            continuity.goOn();
        }
    }

    /** Gives up all that is held, the task as well. Waits. */
    @Override
    public void close() {
        holdings.close();
    }
}
