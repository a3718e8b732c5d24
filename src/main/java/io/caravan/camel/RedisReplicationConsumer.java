package io.caravan.camel;

import io.caravan.precheck.PrecheckReport;
import io.caravan.replication.Gate;
import io.caravan.replication.RateLimits;
import io.caravan.replication.ReplicationSession;
import io.caravan.replication.ShardCounters;
import io.caravan.replication.ShardState;
import io.caravan.replication.ShardStatus;
import io.caravan.replication.SpoolUse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicates a source into the route: each start makes a {@link TaskRun}, whose batches become exchanges by {@link RouteFeed}; what
 * Camel, its management and the other rooms ask or change of the task comes through here.
 *
 * <p>Started, stopped, suspended and resumed by Camel's threads.
 */
@ManagedResource(description = "Managed Redis Replication Consumer")
public class RedisReplicationConsumer extends DefaultConsumer implements Suspendable, ShutdownAware {

    private static final Logger LOG = LoggerFactory.getLogger(RedisReplicationConsumer.class);

    private static final Duration RESTART_PATIENCE = Duration.ofSeconds(2);

    private final RedisReplicationEndpoint endpoint;
    private final RedisReplicationConfiguration configuration;
    private final Gate gate = new Gate();
    private volatile RateLimits rates = new RateLimits();
    private volatile @Nullable TaskRun run;
    private volatile @Nullable PrecheckReport precheckReport;

    /** About to be stopped, and started again: batches are not waited for, since they may never end. */
    private volatile boolean restarts;

    /** Camel stops what could not be started, which is nobody's wish that it stays so. */
    private volatile boolean couldNotStart;

    public RedisReplicationConsumer(RedisReplicationEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        configuration = endpoint.getConfiguration();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        restarts = false;
        couldNotStart = false;
        if (endpoint.takePaused()) {
            gate.close();
        } else {
            gate.open(); // a paused start before this one may have failed
        }
        try {
            startTask(endpoint.takeGoingOn(), endpoint.takeWanted());
        } catch (Exception e) {
            couldNotStart = true;
            TaskEvent.startFailed(endpoint.getCamelContext(), getRouteId(), e);
            throw e;
        }
    }

    /**
     * @param goesOn whether this process has been running the task, and checked it before
     * @param wanted whether a person wants the start, even if the task was cut over
     */
    private void startTask(boolean goesOn, boolean wanted) throws Exception {
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
        rates = goesOn ? rates.copy() : SourceSettingsFactory.rates(configuration);
        run = TaskRun.start(this, configuration, route, new SendingPace(gate, rates), wanted);
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
        return route;
    }

    /** A stop that Camel forces comes with an interrupt, which must not keep the last checkpoint from being stored. */
    @Override
    protected void doStop() throws Exception {
        boolean interrupted = Thread.interrupted();
        if (!restarts && !couldNotStart) {
            endpoint.staysStopped();
        }
        try {
            TaskRun running = run;
            if (running != null) {
                running.stop(restarts ? RESTART_PATIENCE : Duration.ofMillis(configuration.getDrainTimeout()));
            }
            gate.open();
        } finally {
            release();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        super.doStop();
    }

    private void release() {
        TaskRun ended = run;
        if (ended != null) {
            ended.close();
            run = null;
        }
    }

    /**
     * No further batch is sent. What the source sends is held in memory and in the spool, unless its link is given up: then its backlog
     * holds it.
     */
    @Override
    protected void doSuspend() throws Exception {
        gate.close();
        if (configuration.getPauseKeeps() == PauseKeeps.SPOOL) {
            session().ifPresent(ReplicationSession::unlink);
        }
        super.doSuspend();
    }

    @Override
    protected void doResume() throws Exception {
        session().ifPresent(ReplicationSession::link);
        gate.open();
        super.doResume();
    }

    @Override
    public RedisReplicationEndpoint getEndpoint() {
        return endpoint;
    }

    /** The route is about to be stopped, and started again. Any thread. */
    void restarts() {
        restarts = true;
        endpoint.goesOn();
        TaskEvent.restarts(endpoint.getCamelContext(), getRouteId());
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    @Override
    public int getPendingExchangesSize() {
        return restarts ? 0 : session().map(ReplicationSession::batchesInFlight).orElse(0);
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        // nothing to prepare: doStop stops reading, waits for what is on its way and stores the checkpoint
    }

    /** Whether the destination may have keys otherwise than the source for a while, although everything is applied. Any thread. */
    public boolean mayHaveStaleKeys() {
        return session().map(ReplicationSession::mayHaveStaleKeys).orElse(false);
    }

    /** Of how many slots the destination may have such keys; each look at them ends with none. Any thread. */
    public int staleSlots() {
        return session().map(ReplicationSession::staleSlots).orElse(0);
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
        TaskRun running = run;
        return running == null ? CompletableFuture.failedStage(notRunning()) : running.readAgain(database, keys);
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
        session().ifPresent(ReplicationSession::resumeHeartbeats);
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

    /** A person wants the next start, even if the task was cut over: what clients have written to the destination may be overwritten. */
    public void startIsWanted() {
        endpoint.startIsWanted();
    }

    /** A person wants the route to be stopped, and to stay so: it is not started again by itself. Any thread. */
    public void stopIsWanted() {
        endpoint.staysStopped();
    }

    /**
     * No process starts the task by itself any more: clients are about to write to the destination. Of no effect where no checkpoints
     * are kept. Waits for the network; any thread.
     *
     * @throws IOException if that cannot be written down
     */
    public void cutOver() throws IOException {
        runs().cutOver();
    }

    /** The cutover has come to nothing. Waits for the network; any thread. */
    public void goOn() throws IOException {
        runs().goOn();
    }

    private TaskRun runs() {
        return Optional.ofNullable(run).orElseThrow(this::notRunning);
    }

    private ReplicationSession running() {
        return session().orElseThrow(this::notRunning);
    }

    private IllegalStateException notRunning() {
        return new IllegalStateException("task " + task() + " does not run");
    }

    /** Empty before the start and after a stop. Any thread. */
    private Optional<ReplicationSession> session() {
        return Optional.ofNullable(run).map(TaskRun::session);
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
        return session().map(ReplicationSession::status).orElse(List.of());
    }

    /** What every shard has done since the start, by its name; empty before the start. Any thread. */
    public Map<String, ShardCounters> counters() {
        return session().map(ReplicationSession::counters).orElse(Map.of());
    }

    /** Most bytes that the spools of all shards may take; 0 without a spool, and before the start. Any thread. */
    public long spoolLimitBytes() {
        return session().stream()
                .flatMap(running -> running.spools().values().stream())
                .mapToLong(SpoolUse::limitBytes)
                .sum();
    }

    /** What both sides are, and how the destination's nodes do; empty before the start. Any thread. */
    public Optional<TaskSides> sides() {
        return Optional.ofNullable(run).flatMap(TaskRun::sides);
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
