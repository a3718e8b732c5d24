package io.caravan.cluster;

import io.caravan.cluster.DestinationSettings.Acknowledge;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.OutOfOrderException;
import io.caravan.command.RedisCommand;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import io.caravan.dialect.DestinationDialect;
import io.caravan.node.NodeAddress;
import io.caravan.node.ServerModules;
import io.caravan.node.ServerVersion;
import io.caravan.refresh.RefreshCounters;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster or standard server that commands are applied to.
 *
 * <p>Batches are taken from any thread and applied on the destination's own event loop, where all of its state lives;
 * {@link #open} and {@link #close} wait and are called by the thread of their owner.
 */
public final class Destination implements SlotRouter.DestinationEvents, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Destination.class);
    private static final long TICK_MILLIS = 5;
    private static final long EMPTY_AGAIN_MILLIS = 1000;
    private static final long REPLICAS_MILLIS = 500;
    private static final long REPLICAS_COUNT_MILLIS = 20;
    private static final long SILENCE_MILLIS = 2000;
    private static final long WATERMARK_MILLIS = 250;
    private static final long LAST_WORDS_MILLIS = 500;

    private final DestinationSettings settings;
    private final LettuceClients clients;
    private final DestinationAdmin admin;
    private final EventLoop eventLoop;
    private final DestinationDialect dialect;
    private final RefusedCommands refused;
    private final SlotRouter router;
    private final Map<NodeLink, LinkConnector> connectors = new HashMap<>();
    private final Set<NodeLink> silent = new HashSet<>();
    private final Map<String, NodeCounters> counters = new ConcurrentHashMap<>();
    private final NodeProblems problems = new NodeProblems();
    private final ReplicaWatch replicas;
    private final Restarts restarts;
    private final TopologyRefresh topology;
    private final SplitOrder splitOrder = new SplitOrder();
    private final OldLinks oldLinks = new OldLinks();
    private final Permits permits = new Permits();
    private final AtomicLong batches = new AtomicLong();
    private volatile LongConsumer roundTrips = nanos -> {};
    private volatile Runnable newKind = () -> {};
    private boolean ticking;
    private volatile boolean closed;

    private Destination(DestinationSettings settings, LettuceClients clients, DestinationAdmin admin) {
        this.settings = settings;
        this.clients = clients;
        this.admin = admin;
        eventLoop = clients.eventLoop();
        refused = new RefusedCommands(() -> newKind.run());
        dialect = new DestinationDialect(
                admin.version(),
                admin.modules().map(modules -> !modules.isEmpty()).orElse(true));
        router = new SlotRouter(settings, admin.isCluster(), this, refused, dialect::adapt, eventLoop);
        topology = new TopologyRefresh(admin, eventLoop, router::topology);
        replicas = new ReplicaWatch(admin::replicationOf, eventLoop, router.recent());
        restarts = new Restarts(router, router.recent(), router.lost(), oldLinks.writer(), eventLoop);
    }

    /**
     * Connects to a destination and learns its topology. Waits for the network.
     *
     * @throws DestinationException if it cannot be reached, or cannot serve as a destination
     */
    public static Destination open(DestinationSettings settings) throws DestinationException {
        var clients = new LettuceClients(settings);
        try {
            DestinationAdmin admin = DestinationAdmin.open(settings, clients);
            var destination = new Destination(settings, clients, admin);
            destination.start();
            return destination;
        } catch (DestinationException | RuntimeException e) {
            clients.close();
            throw e;
        }
    }

    /** Whether it is a cluster. */
    public boolean isCluster() {
        return admin.isCluster();
    }

    /** Whether no key is ever read at the source for it: checkpoints in its slots say what has been applied. */
    public boolean readsNothing() {
        return settings.inDoubt() == DestinationSettings.InDoubt.IN_SLOT;
    }

    /** Its product and version. */
    public ServerVersion version() {
        return admin.version();
    }

    /** Its modules; empty if it does not tell. */
    public Optional<ServerModules> modules() {
        return admin.modules();
    }

    /**
     * Takes a batch, to be applied behind those taken before. Does not wait.
     *
     * @param ended told once how it ended: {@code null} when every command is acknowledged, else why not; on the
     *     destination's event loop, which it must not hold up
     * @throws OutOfOrderException if the batch is not the one that is due from its shard
     */
    public void apply(CommandBatch batch, Consumer<@Nullable Throwable> ended) throws OutOfOrderException {
        translate(batch);
        BatchTicket ticket = ticket(batch, ended);
        batch.origin().shard().submit(batch, () -> eventLoop.execute(() -> take(ticket)));
    }

    /**
     * Takes a single command of a batch that was split, to be applied behind those taken before. Does not wait. The commands
     * of a transaction are applied each by itself.
     *
     * @param command what was split off
     * @param alone a batch of what is to be applied for it
     * @param ended as in {@link #apply(CommandBatch, Consumer)}
     * @throws OutOfOrderException if a later command of the same shard has been taken already
     */
    public void apply(RedisCommand command, CommandBatch alone, Consumer<@Nullable Throwable> ended)
            throws OutOfOrderException {
        translate(alone);
        BatchTicket ticket = ticket(alone, ended);
        splitOrder.submit(command, () -> eventLoop.execute(() -> take(ticket)));
    }

    /**
     * Runs a single command that belongs to no source, and gives its reply: {@code String}, {@code Long}, {@code byte[]},
     * a {@code List} of these, or {@code null}.
     *
     * @param arguments name and arguments
     */
    public CompletionStage<Object> call(List<byte[]> arguments) {
        CompletionStage<Object> reply = admin.call(arguments);
        return reply.whenComplete((value, failure) -> eventLoop.execute(() -> called(arguments, failure)));
    }

    /** What a node says to a single command says something of the node, too. */
    private void called(List<byte[]> arguments, @Nullable Throwable failure) {
        NodeLink link = arguments.size() > 1 ? router.linkOf(arguments.get(1)) : null;
        if (link == null || closed) {
            return;
        }
        if (failure != null) {
            var error = new ErrorReply(DestinationAdmin.reason(failure), false);
            if (error.remedy() == ErrorReply.Remedy.WAIT) {
                nodeWaits(link, error);
            }
        } else if (link.isUp() && !router.hasFences()) {
            problems.over(link.address());
        }
    }

    /**
     * Looks through the keys of some slots, Caravan's own left out: each that is there all the time is seen at least once. Does
     * not wait.
     */
    public CompletionStage<Void> walk(BitSet slots, KeyVisitor visitor) {
        return admin.walk(slots, visitor);
    }

    /** Reads keys again at the source, and makes them here what they are there. Does not wait. */
    public CompletionStage<Void> refresh(SourceShard shard, int database, List<byte[]> keys) {
        if (readsNothing()) {
            return CompletableFuture.failedStage(
                    new IllegalStateException("no key is to be read at the source (inDoubt=IN_SLOT)"));
        }
        var done = new CompletableFuture<Void>();
        eventLoop.execute(() -> router.refresh(shard, database, keys, failure -> end(done, failure)));
        return done;
    }

    /**
     * Another master of the source goes on with a shard's stream behind that point: keys that were read behind it are read once
     * more. Called before any batch behind the point is given; does not wait.
     *
     * @return ends when they are written; on the event loop
     */
    public CompletionStage<Void> lostBehind(SourceShard shard, StreamPoint point) {
        var done = new CompletableFuture<Void>();
        eventLoop.execute(() -> router.lostBehind(shard, point, failure -> end(done, failure)));
        return done;
    }

    private static void end(CompletableFuture<Void> done, @Nullable Throwable failure) {
        if (failure == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(failure);
        }
    }

    /** Of some slots one for each master of a cluster that serves any of them; none of a standard server. */
    public List<Integer> oneOfEachMaster(List<Integer> slots) {
        return isCluster() ? router.failovers().oneOfEachMaster(slots) : List.of();
    }

    /** The command table, and what the destination says of commands beyond it; fails if the account may not ask. */
    public CompletionStage<CommandTable> commands() {
        return call(List.of("COMMAND".getBytes(StandardCharsets.US_ASCII)))
                .thenApply(reply -> CommandTable.standard().with(AnyOutput.typed(reply)));
    }

    /**
     * From now on keeps a key of its own at every master, by which it is known what a master has lost that was started again; such a
     * key vanishes a day after its process has ended. Without it everything is written anew after such a restart. Does not wait.
     */
    public void keepNumbers() {
        eventLoop.execute(restarts::keepNumbers);
    }

    /** The name that its connections bear at the nodes, by which a later process finds them. */
    public String writer() {
        return oldLinks.writer();
    }

    /**
     * Ends connections of processes that are over, at every node, before anything more is sent to it: a node that stood still
     * would run what it still has of their commands.
     *
     * @param writers their {@link #writer()}
     */
    public void end(Collection<String> writers) {
        if (oldLinks.add(writers)) {
            eventLoop.execute(() -> connectors.values().forEach(LinkConnector::renew));
        }
    }

    /**
     * A task has a lease: once that is over no new connection is used, until it is renewed. Of a process that was frozen all
     * connections are ended by its successor, so that it writes nothing any more.
     *
     * @param untilNanos of {@link System#nanoTime()}
     */
    public void permit(String task, long untilNanos) {
        permits.grant(task, untilNanos);
    }

    /** A task has given its lease up. */
    public void withdraw(String task) {
        permits.withdraw(task);
    }

    /** Told of the time that each batch took, in nanoseconds; on the event loop. */
    public void onRoundTrip(LongConsumer listener) {
        roundTrips = listener;
    }

    /** Run when a node or a kind of refused command has appeared that was not there before; on the event loop. */
    public void onNewKind(Runnable listener) {
        newKind = listener;
    }

    /** What has gone to each node, by address. */
    public Map<String, NodeCounters> counters() {
        return Map.copyOf(counters);
    }

    /** How many commands were refused, by {@code <command> <error code>}. */
    public Map<String, Long> refusedCommands() {
        return refused.counts();
    }

    /** How many commands were left out because the destination has no form for them and needs none, by name. */
    public Map<String, Long> commandsLeftOut() {
        return dialect.leftOut();
    }

    /** What has been read again at the source, because a command could not be sent, or not twice. */
    public RefreshCounters refreshes() {
        return router.refreshes();
    }

    /**
     * How often a master may have lost something that it had acknowledged, as it was replaced or started again. Batches are put right
     * by themselves; who wrote something by {@link #call} has to write it again.
     */
    public long losses() {
        return router.lost().count();
    }

    /** Batches taken so far. */
    public long batches() {
        return batches.get();
    }

    /** Every node at this moment. */
    public List<NodeStatus> nodes() {
        var future = new CompletableFuture<List<NodeStatus>>();
        eventLoop.execute(() -> future.complete(problems.of(router.links())));
        return future.orTimeout(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    @Override
    public void close() {
        removeWatermarks();
        closed = true;
        topology.close();
        var done = new CompletableFuture<Void>();
        eventLoop.execute(() -> {
            connectors.values().forEach(LinkConnector::close);
            connectors.clear();
            router.openTickets().abandon(new DestinationClosedException());
            router.recent().acknowledgements().abandon(new DestinationClosedException());
            done.complete(null);
        });
        done.orTimeout(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(e -> null)
                .join();
        admin.close();
        clients.close();
    }

    /** Those that cannot be removed now vanish by themselves. */
    private void removeWatermarks() {
        CompletableFuture.supplyAsync(restarts::keys, eventLoop)
                .thenCompose(keys -> CompletableFuture.allOf(keys.stream()
                        .map(key -> admin.call(List.of("DEL".getBytes(StandardCharsets.US_ASCII), key))
                                .toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new)))
                .completeOnTimeout(null, LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS)
                .exceptionally(failure -> null)
                .join();
    }

    @Override
    public void connect(NodeLink link) {
        counters.put(link.address().toString(), link.counters());
        var rules = new LinkConnector.LinkRules(settings.firstBackoff(), oldLinks, permits, restarts);
        var connector = new LinkConnector(link, clients, rules, () -> changed(link));
        connectors.put(link, connector);
        connector.connect();
        newKind.run();
    }

    @Override
    public void disconnect(NodeLink link) {
        problems.forget(link.address());
        restarts.forget(link.address());
        LinkConnector connector = connectors.remove(link);
        if (connector != null) {
            connector.close();
        }
    }

    @Override
    public void topologyIsStale() {
        topology.stale();
    }

    @Override
    public void nodeWaits(NodeLink link, ErrorReply error) {
        problems.refuses(link.address(), error);
        tickWhileFenced();
    }

    @Override
    public void empty(Emptying keys, Runnable done) {
        admin.empty(keys)
                .whenComplete((nothing, failure) -> eventLoop.execute(() -> {
                    if (failure == null) {
                        done.run();
                    } else if (!closed) {
                        LOG.warn(
                                "destination: {} could not be removed: {}; trying again every {} ms",
                                keys,
                                DestinationAdmin.reason(failure),
                                EMPTY_AGAIN_MILLIS);
                        eventLoop.schedule(() -> empty(keys, done), EMPTY_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                    }
                }));
    }

    @Override
    public void read(byte[] key, BiConsumer<byte @Nullable [], @Nullable Throwable> answer) {
        admin.call(List.of("GET".getBytes(StandardCharsets.US_ASCII), key))
                .toCompletableFuture()
                .copy()
                .orTimeout(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((value, failure) -> eventLoop.execute(() -> {
                    if (!closed) {
                        answer.accept(value instanceof byte[] bytes ? bytes : null, failure);
                    }
                }));
    }

    @Override
    public void fenced() {
        tickWhileFenced();
    }

    private void start() throws DestinationException {
        try {
            @Nullable
            NodeAddress[] masterOfSlot = admin.masterOfSlot()
                    .toCompletableFuture()
                    .get(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
            eventLoop.submit(() -> router.topology(masterOfSlot)).sync();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DestinationException("interrupted while asking for the destination's topology", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new DestinationException("destination does not tell its topology: " + DestinationAdmin.reason(e), e);
        }
        long pause = settings.topologyRefresh().toMillis();
        eventLoop.scheduleWithFixedDelay(this::topologyIsStale, pause, pause, TimeUnit.MILLISECONDS);
        eventLoop.scheduleWithFixedDelay(
                this::lookForSilence, SILENCE_MILLIS / 2, SILENCE_MILLIS / 2, TimeUnit.MILLISECONDS);
        eventLoop.scheduleWithFixedDelay(restarts::raise, WATERMARK_MILLIS, WATERMARK_MILLIS, TimeUnit.MILLISECONDS);
        boolean replicasCount = settings.acknowledge() == Acknowledge.REPLICAS;
        if (isCluster() || replicasCount) {
            long interval = replicasCount ? REPLICAS_COUNT_MILLIS : REPLICAS_MILLIS;
            eventLoop.scheduleWithFixedDelay(
                    () -> replicas.ask(router.masters()), interval, interval, TimeUnit.MILLISECONDS);
        }
        LOG.info("destination: {} {}, {}", admin.version(), isCluster() ? "cluster" : "standard", counters.keySet());
    }

    /** On the thread of the shard: what the destination takes is not the event loop's concern. */
    private void translate(CommandBatch batch) {
        dialect.adapt(batch);
        if (!readsNothing() && LateCommands.isLate(batch.origin())) {
            LateCommands.refresh(batch);
        }
        if (settings.scripts() == DestinationSettings.Scripts.REFRESH) {
            ScriptRules.refresh(batch);
        }
        if (isCluster()) {
            CrossSlots.divide(batch);
        } else {
            TransactionSplit.aroundBroadcasts(batch);
        }
    }

    private BatchTicket ticket(CommandBatch batch, Consumer<@Nullable Throwable> ended) {
        long takenNanos = System.nanoTime();
        return new BatchTicket(batch, failure -> {
            if (failure == null && settings.acknowledge() == Acknowledge.REPLICAS && !closed) {
                router.recent().acknowledgements().ended(late -> {
                    roundTrips.accept(System.nanoTime() - takenNanos);
                    ended.accept(late);
                });
                return;
            }
            roundTrips.accept(System.nanoTime() - takenNanos);
            if (failure != null && !(failure instanceof DestinationClosedException)) {
                batch.origin().shard().failed(failure); // whatever the route makes of it
            }
            ended.accept(failure);
        });
    }

    private void take(BatchTicket ticket) {
        batches.incrementAndGet();
        router.take(ticket);
        tickWhileFenced();
    }

    private void changed(NodeLink link) {
        if (link.isUp()) {
            problems.forget(link.address());
            router.linkIsUp();
        } else {
            LinkConnector connector = connectors.get(link);
            problems.notConnected(link.address(), connector == null ? "" : connector.whyDown());
            topologyIsStale();
        }
        tickWhileFenced();
    }

    /** Fences have pauses; somebody has to look whether they are over. */
    private void tickWhileFenced() {
        if (router.hasFences() && !ticking && !closed) {
            ticking = true;
            eventLoop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        ticking = false;
        router.tick();
        if (!router.hasFences()) {
            problems.over();
        }
        tickWhileFenced();
    }

    /** A node that stands still may have been replaced meanwhile. */
    private void lookForSilence() {
        connectors.forEach((link, connector) -> {
            long millis = connector.silentMillis();
            if (millis >= SILENCE_MILLIS) {
                problems.silent(link.address(), millis);
                topologyIsStale();
                silent.add(link);
            } else if (silent.remove(link) && link.isUp()) {
                problems.over(link.address());
            }
        });
        silent.retainAll(connectors.keySet());
    }
}
