package io.caravan.cluster;

import io.caravan.cluster.DestinationSettings.Acknowledge;
import io.caravan.node.NodeAddress;
import io.caravan.refresh.ValueBatches;
import io.caravan.thread.Repeating;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes of a destination and what is to be known of them: their connections, who serves what, what keeps them from serving, what they
 * may lose. Does for the router what that wants done.
 *
 * <p>Lives on the destination's event loop, but for {@link #start} and where it says otherwise.
 */
final class DestinationNodes implements SlotRouter.DestinationEvents {

    private static final Logger LOG = LoggerFactory.getLogger(DestinationNodes.class);
    private static final long TICK_MILLIS = 5;
    private static final long EMPTY_AGAIN_MILLIS = 1000;
    private static final long REPLICAS_MILLIS = 500;
    private static final long REPLICAS_COUNT_MILLIS = 20;
    private static final long SILENCE_MILLIS = 2000;
    private static final long WATERMARK_MILLIS = 100;
    private static final long LAST_WORDS_MILLIS = 500;

    private final DestinationSettings settings;
    private final LettuceClients clients;
    private final DestinationAdmin admin;
    private final EventLoop eventLoop;
    private final SlotRouter router;
    private final Runnable newKind;
    private final Map<NodeLink, LinkConnector> connectors = new HashMap<>();
    private final Set<NodeLink> silent = new HashSet<>();
    private final Map<String, NodeCounters> counters = new ConcurrentHashMap<>();
    private final NodeProblems problems = new NodeProblems();
    private final ReplicaWatch replicas;
    private final Restarts restarts;
    private final TopologyRefresh topology;
    private final OldLinks oldLinks = new OldLinks();
    private final Permits permits = new Permits();
    private boolean ticking;
    private volatile boolean closed;

    /** @param newKind run when a node has appeared that was not there before */
    DestinationNodes(
            DestinationSettings settings,
            LettuceClients clients,
            DestinationAdmin admin,
            RefusedCommands refused,
            ValueBatches.Adapter adapter,
            Runnable newKind) {
        this.settings = settings;
        this.clients = clients;
        this.admin = admin;
        this.newKind = newKind;
        eventLoop = clients.eventLoop();
        router = new SlotRouter(settings, admin.isCluster(), this, refused, adapter, eventLoop);
        topology = new TopologyRefresh(admin, eventLoop, router::topology);
        replicas = new ReplicaWatch(admin::replicationOf, eventLoop, router.recent());
        restarts = new Restarts(router, router.recent(), router.lost(), oldLinks.writer(), this, eventLoop);
        router.failovers().askSuccessors(restarts::replaced);
    }

    /** Where units go; any thread may ask. */
    SlotRouter router() {
        return router;
    }

    /** Which connections are of the past; any thread may ask. */
    OldLinks oldLinks() {
        return oldLinks;
    }

    /** What a new connection needs; any thread may ask. */
    Permits permits() {
        return permits;
    }

    /** What has gone to each node, by address; any thread may ask. */
    Map<String, NodeCounters> counters() {
        return Map.copyOf(counters);
    }

    /** Every node at this moment; any thread may ask. */
    CompletableFuture<List<NodeStatus>> status() {
        return CompletableFuture.supplyAsync(() -> problems.of(router.links()), eventLoop);
    }

    /** From now on keys of Caravan's own may be kept at the masters; any thread. */
    void keepNumbers() {
        eventLoop.execute(restarts::keepNumbers);
    }

    /** Every connection is ended and made again; any thread. */
    void renewLinks() {
        eventLoop.execute(() -> connectors.values().forEach(LinkConnector::renew));
    }

    /**
     * Learns the topology, and begins to look after it. Waits for the network; called by the thread of the owner.
     */
    void start() throws DestinationException {
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
        every(settings.topologyRefresh().toMillis(), this::topologyIsStale);
        every(SILENCE_MILLIS / 2, this::lookForSilence);
        every(WATERMARK_MILLIS, restarts::raise);
        boolean replicasCount = settings.acknowledge() == Acknowledge.REPLICAS;
        if (admin.isCluster() || replicasCount) {
            every(replicasCount ? REPLICAS_COUNT_MILLIS : REPLICAS_MILLIS, () -> replicas.ask(router.masters()));
        }
        LOG.info(
                "destination: {} {}, {}",
                admin.version(),
                admin.isCluster() ? "cluster" : "standard",
                counters.keySet());
    }

    /** See {@link Destination#write}. */
    CompletableFuture<Void> write(int slot, List<byte[]> arguments, long losses) {
        NodeLink link = router.links().of(slot);
        if (link == null || closed) {
            return CompletableFuture.failedFuture(
                    new IOException("nobody serves slot " + slot + " of the destination"));
        }
        var command = new PlacedCommand(
                arguments,
                () -> router.lost().count() == losses && router.failovers().isMasterOf(slot, link.address()));
        command.whenComplete((done, failure) -> {
            if (failure != null) {
                topologyIsStale(); // its slot has another master, maybe
            }
        });
        link.send(command);
        return command;
    }

    /** What a node says to a single command says something of the node, too. */
    void called(List<byte[]> arguments, @Nullable Throwable failure) {
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

    /** Ends everything that has not ended, as failed; any thread. Waits for what can be said to the nodes. */
    CompletableFuture<Void> close() {
        removeWatermarks();
        closed = true;
        topology.close();
        return CompletableFuture.runAsync(this::abandon, eventLoop);
    }

    private void abandon() {
        connectors.values().forEach(LinkConnector::close);
        connectors.clear();
        router.openTickets().abandon(new DestinationClosedException());
        router.recent().acknowledgements().abandon(new DestinationClosedException());
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
    public void empty(Emptying keys, BooleanSupplier wanted, Runnable done) {
        admin.empty(keys)
                .whenComplete((nothing, failure) -> eventLoop.execute(() -> {
                    if (failure == null || !wanted.getAsBoolean()) {
                        done.run();
                    } else if (!closed) {
                        LOG.warn(
                                "destination: {} could not be removed: {}; trying again every {} ms",
                                keys,
                                DestinationAdmin.reason(failure),
                                EMPTY_AGAIN_MILLIS);
                        eventLoop.schedule(() -> empty(keys, wanted, done), EMPTY_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
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
    void tickWhileFenced() {
        if (router.hasFences() && !ticking && !closed) {
            ticking = true;
            eventLoop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        ticking = false;
        try {
            router.tick();
            if (!router.hasFences()) {
                problems.over();
            }
        } finally {
            tickWhileFenced();
        }
    }

    private void every(long millis, Runnable task) {
        Repeating.every(eventLoop, millis, LOG, "destination: looking after its nodes failed", task);
    }

    /** A node that stands still may have been replaced meanwhile. */
    private void lookForSilence() {
        if (router.waitsForMaster()) {
            topologyIsStale(); // nothing is connected to that could tell of a new one
        }
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
