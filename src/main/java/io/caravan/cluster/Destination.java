package io.caravan.cluster;

import io.caravan.cluster.DestinationSettings.Acknowledge;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.OutOfOrderException;
import io.caravan.command.RedisCommand;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import io.caravan.dialect.DestinationDialect;
import io.caravan.node.ServerModules;
import io.caravan.node.ServerVersion;
import io.caravan.refresh.RefreshCounters;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
public final class Destination implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Destination.class);

    private final DestinationSettings settings;
    private final LettuceClients clients;
    private final DestinationAdmin admin;
    private final EventLoop eventLoop;
    private final DestinationDialect dialect;
    private final RefusedCommands refused;
    private final DestinationNodes nodes;
    private final SlotRouter router;
    private final SplitOrder splitOrder = new SplitOrder();
    private final AtomicLong batches = new AtomicLong();
    private volatile LongConsumer roundTrips = nanos -> {};
    private volatile Runnable newKind = () -> {};
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
        nodes = new DestinationNodes(settings, clients, admin, refused, dialect::adapt, () -> newKind.run());
        router = nodes.router();
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
            destination.nodes.start();
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
        return reply.whenComplete((value, failure) -> eventLoop.execute(() -> nodes.called(arguments, failure)));
    }

    /**
     * Writes something that says what a master has: behind what has gone there, and only if the master is the one that it is said of.
     * Does not wait.
     *
     * @param slot one of the master
     * @param losses {@link #losses()} when that was known; if something has been lost since then, nothing is written
     * @return fails with an {@link java.io.IOException} if it is not written, or nobody knows
     */
    public CompletionStage<Void> write(int slot, List<byte[]> arguments, long losses) {
        var written = new CompletableFuture<Void>();
        eventLoop.execute(
                () -> nodes.write(slot, arguments, losses).whenComplete((done, failure) -> end(written, failure)));
        return written;
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

    /** The slots of each master of a cluster that serves any, as they were divided last, not to be changed; none of a standard server. */
    public Collection<BitSet> slotsOfEachMaster() {
        return isCluster() ? router.failovers().slotsOfEachMaster() : List.of();
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
        nodes.keepNumbers();
    }

    /** The name that its connections bear at the nodes, by which a later process finds them. */
    public String writer() {
        return nodes.oldLinks().writer();
    }

    /**
     * Ends connections of processes that are over, at every node, before anything more is sent to it: a node that stood still
     * would run what it still has of their commands.
     *
     * @param writers their {@link #writer()}
     */
    public void end(Collection<String> writers) {
        if (nodes.oldLinks().add(writers)) {
            nodes.renewLinks();
        }
    }

    /**
     * A task has a lease: once that is over no new connection is used, until it is renewed. Of a process that was frozen all
     * connections are ended by its successor, so that it writes nothing any more.
     *
     * @param untilNanos of {@link System#nanoTime()}
     */
    public void permit(String task, long untilNanos) {
        nodes.permits().grant(task, untilNanos);
    }

    /** A task has given its lease up. */
    public void withdraw(String task) {
        nodes.permits().withdraw(task);
    }

    /**
     * A task has stopped, and others may go on: what of its shards waits here is not sent any more, and their batches end with a {@link
     * DestinationClosedException}. Does not wait.
     *
     * @return ends when that is so
     */
    public CompletionStage<Void> abandon(Collection<SourceShard> shards) {
        return CompletableFuture.runAsync(() -> shards.forEach(router::abandon), eventLoop);
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
        return nodes.counters();
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
        return nodes.status()
                .orTimeout(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    @Override
    public void close() {
        closed = true;
        nodes.close()
                .orTimeout(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(e -> null)
                .join();
        admin.close();
        clients.close();
    }

    /** On the thread of the shard: what the destination takes is not the event loop's concern. */
    private void translate(CommandBatch batch) {
        OwnKeys.leaveOut(batch);
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
        nodes.tickWhileFenced();
    }
}
