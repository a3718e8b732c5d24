package io.caravan.camel;

import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.Databases;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import io.caravan.precheck.PrecheckReport;
import io.caravan.replication.BatchSink;
import io.caravan.replication.Delivery;
import io.caravan.replication.Gate;
import io.caravan.replication.RateLimits;
import io.caravan.replication.ReplicationSession;
import io.caravan.replication.ShardCounters;
import io.caravan.replication.ShardState;
import io.caravan.replication.ShardStatus;
import io.caravan.replication.SourceMaster;
import io.caravan.replication.SpoolUse;
import io.caravan.replication.StartingPoint;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicates a source into the route: each batch of a shard becomes an exchange, sent on the shard's own thread.
 *
 * <p>Many exchanges are on their way at once; the next one of a shard is sent as soon as the sink has taken the one before.
 * Started and stopped by Camel's threads; exchanges end on the sink's.
 */
@ManagedResource(description = "Managed Redis Replication Consumer")
public class RedisReplicationConsumer extends DefaultConsumer implements Suspendable, ShutdownAware {

    private static final Logger LOG = LoggerFactory.getLogger(RedisReplicationConsumer.class);

    private static final Duration RESHARD_PATIENCE = Duration.ofSeconds(2);

    private final RedisReplicationEndpoint endpoint;
    private final RedisReplicationConfiguration configuration;
    private final Gate gate = new Gate();
    private volatile RateLimits rates = new RateLimits();
    private @Nullable SourceTransport transport;
    private @Nullable ExecutorService shardThreads;
    private @Nullable ScheduledExecutorService scheduler;
    private @Nullable TaskContinuity continuity;
    private volatile @Nullable RouteSinks sinks;
    private @Nullable ReplicationMeters meters;
    private volatile @Nullable ReplicationSession session;
    private volatile @Nullable TaskSides sides;
    private volatile @Nullable PrecheckReport precheckReport;
    private boolean sinkIsLast;
    private boolean hasSink;

    /** The source serves its keys elsewhere: batches that wait for one to be read again would wait for ever. */
    private volatile boolean resharded;

    public RedisReplicationConsumer(RedisReplicationEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        configuration = endpoint.getConfiguration();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        resharded = false;
        try {
            startTask(endpoint.takeGoingOn());
        } catch (Exception e) {
            TaskEvent.startFailed(endpoint.getCamelContext(), getRouteId(), e);
            throw e;
        }
    }

    /** @param goesOn whether this process has been running the task, and checked it before */
    private void startTask(boolean goesOn) throws Exception {
        RouteInspection route = inspectRoute();
        if (configuration.isPrecheck() && !goesOn) {
            precheckStart();
        }
        for (RedisClusterEndpoint sink : route.sinks()) {
            sink.requireProducer();
        }
        route.remarks().forEach(remark -> LOG.warn("route {}: {}", getRouteId(), remark));
        setHealthCheck(new RedisReplicationHealthCheck(
                this, task(), endpoint.getComponent().isHealthCheckConsumerEnabled()));
        try {
            rates = goesOn ? rates.copy() : SourceSettingsFactory.rates(configuration);
            startReplication(route);
        } catch (Exception e) {
            releaseResources();
            throw e;
        }
    }

    private void precheckStart() throws IOException, PrecheckFailedException {
        CamelContext context = endpoint.getCamelContext();
        TaskEvent.prechecking(context, getRouteId());
        PrecheckReport report = precheck();
        TaskEvent.prechecked(context, getRouteId(), report);
        RoutePrecheck.require(report);
    }

    private RouteInspection inspectRoute() {
        RouteInspection route = RouteInspection.of(endpoint.getCamelContext(), String.valueOf(getRouteId()));
        if (!route.objections().isEmpty()) {
            throw new IllegalArgumentException("route " + getRouteId() + " would apply commands out of order: "
                    + String.join("; ", route.objections()) + ". Take the step out, or put it behind redis-cluster:");
        }
        sinkIsLast = route.sinkIsLast();
        hasSink = !route.sinks().isEmpty();
        return route;
    }

    private void startReplication(RouteInspection route) throws Exception {
        ExecutorServiceManager threads = endpoint.getCamelContext().getExecutorServiceManager();
        ExecutorService forShards = threads.newCachedThreadPool(this, "RedisReplicationShard");
        ScheduledExecutorService forSchedules = threads.newSingleThreadScheduledExecutor(this, "RedisReplicationTimer");
        shardThreads = forShards;
        scheduler = forSchedules;
        SourceTransport opened = SourceTransport.open(endpoint.getCamelContext(), configuration);
        transport = opened;
        RouteSinks destinations = RouteSinks.of(route);
        sinks = destinations;
        var started = new ReplicationSession(
                SourceSettingsFactory.settings(configuration, opened.transport(), rates, destinations.largeValuesFor()),
                shards -> SourceSettingsFactory.limits(configuration, shards),
                new IntoRoute(),
                forShards,
                forSchedules);
        SourceSettingsFactory.spool(configuration, task()).ifPresent(started::spoolTo);
        SourceSettingsFactory.heartbeat(configuration, task()).ifPresent(started::heartbeats);
        started.onReshard(new RouteRestart(endpoint.getCamelContext(), String.valueOf(getRouteId()), task(), () -> {
            resharded = true;
            endpoint.goesOn();
            TaskEvent.resharded(endpoint.getCamelContext(), getRouteId());
        }));
        List<SourceMaster> masters = started.findMasters();
        compareModules(started, masters, destinations);
        CommandTable commands =
                SessionCommands.of(started, masters, destinations.first(), configuration.getRequestTimeout());
        TaskContinuity kept =
                TaskContinuity.of(configuration, task(), destinations.first()).orElse(null);
        continuity = kept;
        Map<SourceMaster, StartingPoint> points = startingPoints(started, masters, destinations);
        started.start(
                masters,
                commands,
                master -> Optional.ofNullable(points.get(master)),
                kept == null ? null : () -> kept.storeSoon(started, forSchedules));
        session = started;
        sides = TaskSides.of(masters, destinations.all());
        meters = ReplicationMeters.bind(endpoint.getCamelContext(), task(), started);
        if (kept != null) {
            kept.begin(started, destinations.all(), forSchedules);
        }
    }

    private void compareModules(ReplicationSession started, List<SourceMaster> masters, RouteSinks destinations)
            throws IOException {
        if (!destinations.isEmpty()) {
            destinations.compareModules(
                    new ModuleCheck(task(), configuration.getNodes(), configuration.getMissingModules()),
                    started.modulesOf(masters.get(0)));
        }
    }

    /** Where each master's stream is to be continued. */
    private Map<SourceMaster, StartingPoint> startingPoints(
            ReplicationSession started, List<SourceMaster> masters, RouteSinks destinations) throws IOException {
        Map<SourceMaster, StartingPoint> points = new HashMap<>();
        TaskContinuity kept = continuity;
        if (kept != null) {
            kept.take(destinations.all());
            if (kept.decideOnSweeping(destinations)) {
                removeWhatIsLost(started, kept);
            }
            for (SourceMaster master : masters) {
                kept.startOf(master, started::historiesOf).ifPresent(point -> points.put(master, point));
            }
            kept.forgetOthers(masters);
        }
        return points;
    }

    private static void removeWhatIsLost(ReplicationSession started, TaskContinuity kept) {
        if (kept.readsNothing()) {
            started.empties();
        } else {
            started.sweeps();
        }
    }

    /** Where the batches of all shards go: on the shards' threads. */
    private final class IntoRoute implements BatchSink {

        @Override
        public void accept(CommandBatch batch, Delivery delivery) {
            send(batch, delivery);
        }

        @Override
        public CompletionStage<?> lostBehind(SourceShard shard, StreamPoint point) {
            RouteSinks destinations = sinks;
            if (destinations == null) {
                return CompletableFuture.completedStage(null);
            }
            return CompletableFuture.allOf(destinations.all().stream()
                    .map(destination -> destination.lostBehind(shard, point).toCompletableFuture())
                    .toArray(CompletableFuture<?>[]::new));
        }

        @Override
        public void awaitReady(CommandBatch batch) {
            gate.awaitOpen();
            rates.await(batch);
        }
    }

    private void send(CommandBatch batch, Delivery delivery) {
        Exchange exchange = createExchange(false);
        BatchOrigin origin = batch.origin();
        Message message = exchange.getMessage();
        message.setBody(batch);
        message.setHeader(RedisReplicationConstants.SHARD, origin.shard().name());
        message.setHeader(RedisReplicationConstants.PHASE, origin.phase());
        message.setHeader(RedisReplicationConstants.OFFSET, origin.endOffset());
        message.setHeader(RedisReplicationConstants.REPLICATION_ID, origin.replicationId());
        message.setHeader(RedisReplicationConstants.BATCH_SIZE, batch.size());
        if (sinkIsLast) {
            SinkPosition.markLast(exchange);
        }
        ReplicationMeters bound = meters;
        if (bound != null) {
            bound.batch(batch.size());
        }
        getAsyncProcessor().process(exchange, new BatchEnd(exchange, batch, delivery));
    }

    /** What follows the end of an exchange; on the thread that ended it. */
    private final class BatchEnd implements AsyncCallback {

        private final Exchange exchange;
        private final CommandBatch batch;
        private final Delivery delivery;

        private BatchEnd(Exchange exchange, CommandBatch batch, Delivery delivery) {
            this.exchange = exchange;
            this.batch = batch;
            this.delivery = delivery;
        }

        @Override
        public void done(boolean doneSync) {
            Throwable failure = failure();
            boolean abandoned = SinkPosition.isAbandoned(exchange);
            batch.release();
            releaseExchange(exchange, false);
            if (failure != null) {
                delivery.failed(failure);
            } else if (!abandoned) {
                delivery.applied();
            }
        }

        /** A failure that the route has disposed of (a dead letter channel) counts if it kept the batch from its sink. */
        private @Nullable Throwable failure() {
            Throwable failure = exchange.getException();
            return failure == null && hasSink && !delivery.isTaken()
                    ? exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class)
                    : failure;
        }
    }

    /** A stop that Camel forces comes with an interrupt, which must not keep the last checkpoint from being stored. */
    @Override
    protected void doStop() throws Exception {
        boolean interrupted = Thread.interrupted();
        try {
            ReplicationSession running = session;
            if (running != null) {
                stop(running);
            }
            gate.open();
        } finally {
            releaseResources();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        super.doStop();
    }

    private void stop(ReplicationSession running) throws InterruptedException {
        running.stopSending();
        rates.lift();
        gate.open();
        boolean drained =
                running.stop(resharded ? RESHARD_PATIENCE : Duration.ofMillis(configuration.getDrainTimeout()));
        if (!drained) {
            LOG.warn(
                    "task {}: stopped with batches on their way (drainTimeout={} ms, or a shard that has failed); the next"
                            + " start puts right what may have been applied of them",
                    task(),
                    configuration.getDrainTimeout());
        }
        if (continuity != null) {
            continuity.store(running, drained);
        }
    }

    private void releaseResources() {
        ExecutorServiceManager threads = endpoint.getCamelContext().getExecutorServiceManager();
        if (meters != null) {
            meters.close();
            meters = null;
        }
        if (continuity != null) {
            continuity.release(sinks == null ? List.of() : sinks.all());
            continuity = null;
        }
        if (scheduler != null) {
            threads.shutdownGraceful(scheduler);
            scheduler = null;
        }
        if (shardThreads != null) {
            threads.shutdownGraceful(shardThreads);
            shardThreads = null;
        }
        if (transport != null) {
            transport.close();
            transport = null;
        }
        if (sinks != null) {
            sinks.close();
            sinks = null;
        }
        session = null;
        sides = null;
    }

    /**
     * No further batch is sent. What the source sends is held in memory and in the spool, unless its link is given up: then its backlog
     * holds it.
     */
    @Override
    protected void doSuspend() throws Exception {
        gate.close();
        ReplicationSession running = session;
        if (running != null && configuration.getPauseKeeps() == PauseKeeps.SPOOL) {
            running.unlink();
        }
        super.doSuspend();
    }

    @Override
    protected void doResume() throws Exception {
        ReplicationSession running = session;
        if (running != null) {
            running.link();
        }
        gate.open();
        super.doResume();
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    @Override
    public int getPendingExchangesSize() {
        ReplicationSession running = session;
        return running == null || resharded ? 0 : running.batchesInFlight();
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        // nothing to prepare: doStop stops reading, waits for what is on its way and stores the checkpoint
    }

    /** Whether the destination may have keys otherwise than the source for a while, although everything is applied. Any thread. */
    public boolean mayHaveStaleKeys() {
        ReplicationSession running = session;
        return running != null && running.mayHaveStaleKeys();
    }

    /** Of how many slots the destination may have such keys; each look at them ends with none. Any thread. */
    public int staleSlots() {
        ReplicationSession running = session;
        return running == null ? 0 : running.staleSlots();
    }

    /** The id of the task. */
    public String task() {
        return configuration.taskOf(String.valueOf(getRouteId()));
    }

    /**
     * Checks source and destinations, whether or not the route runs, and keeps the report. Waits for the network; any thread.
     *
     * @throws IOException if settings cannot be used
     */
    public PrecheckReport precheck() throws IOException {
        PrecheckReport report =
                RoutePrecheck.of(endpoint.getCamelContext(), String.valueOf(getRouteId()), configuration);
        precheckReport = report;
        return report;
    }

    /** What the last precheck has found, that of a start that failed as well; empty if there was none. Any thread. */
    public Optional<PrecheckReport> precheckReport() {
        return Optional.ofNullable(precheckReport);
    }

    /**
     * Reads keys again at the source and makes them there what they are here, behind what is on its way; with the next command
     * that follows them they are up to date. Does not wait.
     *
     * @param database of the destination, the keys as they are called there
     */
    CompletionStage<Void> readAgain(int database, List<byte[]> keys) {
        ReplicationSession running = session;
        RouteSinks destinations = sinks;
        if (running == null || destinations == null) {
            return CompletableFuture.failedStage(new IllegalStateException("task " + task() + " does not run"));
        }
        Databases databases = Databases.parse(configuration.getDatabases());
        Map<SourceShard, List<byte[]>> byShard = new HashMap<>();
        for (byte[] key : keys) {
            running.shardOf(databases.originOf(key, database).key())
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

    /** How much the task may ask of both sides, to be changed at any time; a start sets what is configured. Any thread. */
    public RateLimits rates() {
        return rates;
    }

    /**
     * Writes no heartbeat at the source until {@link #resumeHeartbeats()}, and leaves none there, so that the source may become quiet. Waits
     * for the network, some seconds at most; any thread. Of no effect where none are written.
     */
    public void holdHeartbeats() {
        running().holdHeartbeats();
    }

    /** Writes heartbeats again, where any are wanted. Does not wait; any thread. */
    public void resumeHeartbeats() {
        ReplicationSession running = session;
        if (running != null) {
            running.resumeHeartbeats();
        }
    }

    /**
     * Has the source hold back what its clients want to write ({@code CLIENT PAUSE … WRITE}, from Redis 6.2 on). Waits for the network;
     * any thread.
     *
     * @param duration after which it lets go by itself
     * @throws IOException if a master does not do so; nothing is held back then
     */
    public void pauseWrites(Duration duration) throws IOException {
        running().pauseWrites(duration);
    }

    /** Has the source let go of what it holds back. Waits for the network; any thread. */
    public void resumeWrites() throws IOException {
        running().resumeWrites();
    }

    private ReplicationSession running() {
        ReplicationSession running = session;
        if (running == null) {
            throw new IllegalStateException("task " + task() + " does not run");
        }
        return running;
    }

    /**
     * Most bytes a second that are read from the source, at once.
     *
     * @param size as the option has it, {@code 20MB}; {@code 0} for no limit
     * @throws IllegalArgumentException if it is no size
     */
    public void limitSourceBytes(String size) {
        rates.sourceBytes(MemorySize.parse("sourceBytesPerSecond", size));
    }

    /** Every shard at this moment; empty before the start. Any thread. */
    public List<ShardStatus> status() {
        ReplicationSession running = session;
        return running == null ? List.of() : running.status();
    }

    /** What every shard has done since the start, by its name; empty before the start. Any thread. */
    public Map<String, ShardCounters> counters() {
        ReplicationSession running = session;
        return running == null ? Map.of() : running.counters();
    }

    /** Most bytes that the spools of all shards may take; 0 without a spool, and before the start. Any thread. */
    public long spoolLimitBytes() {
        ReplicationSession running = session;
        return running == null
                ? 0
                : running.spools().values().stream()
                        .mapToLong(SpoolUse::limitBytes)
                        .sum();
    }

    /** What both sides are, and how the destination's nodes do; empty before the start. Any thread. */
    public Optional<TaskSides> sides() {
        return Optional.ofNullable(sides);
    }

    @ManagedAttribute(
            description =
                    "Bytes of the stream that the source has and the destination has not acknowledged, of shards of which that is known")
    public long getLagBytes() {
        return status().stream()
                .flatMapToLong(shard -> shard.lagBytes().stream())
                .sum();
    }

    @ManagedAttribute(description = "Bytes that wait on the disk, in the spool")
    public long getSpooledBytes() {
        return status().stream().mapToLong(ShardStatus::spooledBytes).sum();
    }

    @ManagedAttribute(description = "Age of the oldest batch that is on its way, in milliseconds")
    public long getLagMillis() {
        return status().stream().mapToLong(ShardStatus::lagMillis).max().orElse(0);
    }

    @ManagedAttribute(description = "Whether every shard is past its snapshot")
    public boolean isStreaming() {
        List<ShardStatus> shards = status();
        return !shards.isEmpty() && shards.stream().allMatch(shard -> shard.state() == ShardState.STREAMING);
    }

    @ManagedAttribute(description = "State of every shard")
    public String getShards() {
        return status().toString();
    }

    @ManagedAttribute(description = "Most bytes a second that are read from the source; 0 for no limit")
    public long getSourceBytesPerSecond() {
        return rates.sourceBytes();
    }

    @ManagedAttribute
    public void setSourceBytesPerSecond(long bytes) {
        rates.sourceBytes(bytes);
    }

    @ManagedAttribute(description = "Most keys a second that are taken from snapshots; 0 for no limit")
    public long getSnapshotKeysPerSecond() {
        return rates.snapshotKeys();
    }

    @ManagedAttribute
    public void setSnapshotKeysPerSecond(long keys) {
        rates.snapshotKeys(keys);
    }

    @ManagedAttribute(description = "Most commands a second that are sent towards the destination; 0 for no limit")
    public long getCommandsPerSecond() {
        return rates.commands();
    }

    @ManagedAttribute
    public void setCommandsPerSecond(long commands) {
        rates.commands(commands);
    }
}
