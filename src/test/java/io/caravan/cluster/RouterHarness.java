package io.caravan.cluster;

import io.caravan.cluster.DestinationSettings.OnError;
import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.HashSlot;
import io.caravan.command.KeyValue;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.refresh.ValueBatches;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * A router for tests: nodes {@code a}, {@code b}, … are {@link Wire}s, the event loop runs when it is told to, and what the
 * router wants is written down. Links are connected at once unless {@link #autoConnect} is off.
 */
final class RouterHarness implements SlotRouter.DestinationEvents {

    final Shard shard = new Shard("source:1");
    final SlotRouter router;
    final RefusedCommands refused = new RefusedCommands(() -> {});

    /** What the router wanted: {@code connect b}, {@code stale}, {@code waits a OOM …}. */
    final List<String> wanted = new ArrayList<>();

    /** Keys whose value is asked for at the destination. */
    final Map<String, BiConsumer<byte[], Throwable>> asked = new LinkedHashMap<>();

    /** How batches ended, in that order. */
    final List<String> ended = new ArrayList<>();

    int putRight;

    boolean autoConnect = true;

    /** How what was read again is put into the destination's form. */
    ValueBatches.Adapter adapter = batch -> {};

    /** To be run when slots are empty. */
    Runnable emptied = () -> {};

    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final Map<String, Wire> wires = new TreeMap<>();
    private final Map<String, NodeLink> links = new TreeMap<>();
    private long offset = 1000;
    private long sequence;

    RouterHarness(boolean cluster, OnError onError, Duration firstBackoff) {
        this(cluster, onError, firstBackoff, DestinationSettings.InDoubt.READ_AGAIN);
    }

    private RouterHarness(
            boolean cluster, OnError onError, Duration firstBackoff, DestinationSettings.InDoubt inDoubt) {
        var settings = new DestinationSettings(
                List.of(node("a")),
                Credentials.NONE,
                null,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                firstBackoff,
                onError,
                DestinationSettings.Flush.APPLY,
                DestinationSettings.Acknowledge.MASTER,
                DestinationSettings.Scripts.VERBATIM,
                inDoubt,
                Duration.ZERO);
        router = new SlotRouter(settings, cluster, this, refused, batch -> adapter.adapt(batch), loop.eventLoop());
        loop.freezeTime();
    }

    /** A cluster whose slots are all served by {@code a}; nothing pauses. */
    static RouterHarness cluster() {
        return cluster(OnError.FAIL, Duration.ZERO);
    }

    static RouterHarness cluster(OnError onError, Duration firstBackoff) {
        var harness = new RouterHarness(true, onError, firstBackoff);
        harness.serve("a", 0, HashSlot.COUNT - 1);
        return harness;
    }

    static RouterHarness standard() {
        var harness = new RouterHarness(false, OnError.FAIL, Duration.ZERO);
        harness.serve("a", 0, HashSlot.COUNT - 1);
        return harness;
    }

    /** As {@link #cluster(OnError, Duration)}; checkpoints are kept in the slots. */
    static RouterHarness inSlot(OnError onError) {
        var harness = new RouterHarness(true, onError, Duration.ZERO, DestinationSettings.InDoubt.IN_SLOT);
        harness.serve("a", 0, HashSlot.COUNT - 1);
        return harness;
    }

    /** As {@link #standard()}; a checkpoint is kept. */
    static RouterHarness standardInSlot() {
        var harness = new RouterHarness(false, OnError.FAIL, Duration.ZERO, DestinationSettings.InDoubt.IN_SLOT);
        harness.serve("a", 0, HashSlot.COUNT - 1);
        return harness;
    }

    private final NodeAddress[] masterOfSlot = new NodeAddress[HashSlot.COUNT];

    /** From now on a node serves these slots. */
    void serve(String node, int from, int to) {
        for (int slot = from; slot <= to; slot++) {
            masterOfSlot[slot] = node(node);
        }
        router.topology(masterOfSlot.clone());
        run();
    }

    /** From now on a node serves the slot of this key. */
    void serve(String node, String key) {
        int slot = HashSlot.of(key.getBytes(StandardCharsets.UTF_8));
        serve(node, slot, slot);
    }

    /** Takes a batch of these commands; when it ends, its name is among {@link #ended}. */
    void take(String name, String... lines) {
        CommandBatch batch = Batches.stream(shard, sequence++, offset, lines);
        take(name, batch);
    }

    /** The same, of a batch that an earlier process may have applied. */
    void takeRepeated(String name, String... lines) {
        take(name, Batches.repeated(shard, lines));
    }

    void take(String name, CommandBatch batch) {
        offset = Math.max(offset, batch.origin().endOffset());
        shard.offset = offset;
        router.take(new BatchTicket(
                batch, failure -> ended.add(failure == null ? name : name + " failed: " + failure.getMessage())));
        run();
    }

    /**
     * The source has another master, which had received what was taken so far, and no more; when what was read beyond has been put
     * right, it is counted in {@link #putRight}.
     */
    void anotherMasterTakesOver() {
        shard.takeovers++;
        router.lostBehind(
                shard, new StreamPoint(shard.history, offset), failure -> putRight += failure == null ? 1 : 0);
        run();
    }

    /** Offset behind the last command taken. */
    long offset() {
        return offset;
    }

    /** Lets the router look at its fences. */
    void tick() {
        router.tick();
        run();
    }

    /** Runs what waits on the event loop. */
    void run() {
        loop.runPendingTasks();
    }

    void advance(Duration time) {
        loop.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        run();
    }

    Wire wire(String node) {
        return wires.get(node);
    }

    NodeLink link(String node) {
        return links.get(node);
    }

    /** Connects a link that is down. */
    void connectNow(String node) {
        wires.put(node, Wire.connect(links.get(node), this::run));
        router.linkIsUp();
        run();
    }

    /** Answers one command of a node after the other and runs what follows. */
    void answer(String node, String... lines) {
        for (String line : lines) {
            wire(node).answer(line);
            run();
        }
    }

    /** Breaks a connection; it is not made again until {@link #connectNow}. */
    void lose(String node) {
        wire(node).lose();
        run();
    }

    List<String> written(String node) {
        return wires.containsKey(node) ? wire(node).written() : List.of();
    }

    @Override
    public void connect(NodeLink link) {
        String name = link.address().host();
        wanted.add("connect " + name);
        links.put(name, link);
        if (autoConnect) {
            wires.put(name, Wire.connect(link, this::run));
        }
    }

    @Override
    public void disconnect(NodeLink link) {
        String name = link.address().host();
        wanted.add("disconnect " + name);
        links.remove(name);
        Wire wire = wires.remove(name);
        if (wire != null) {
            wire.lose();
        }
    }

    @Override
    public void topologyIsStale() {
        wanted.add("stale");
    }

    @Override
    public void empty(Emptying keys, BooleanSupplier isWanted, Runnable done) {
        wanted.add("empty " + keys);
        emptied = done;
    }

    @Override
    public void read(byte[] key, BiConsumer<byte[], Throwable> answer) {
        asked.put(new String(key, StandardCharsets.UTF_8), answer);
    }

    /** A checkpoint that was asked for has this value, {@code null} for none. */
    void tell(String key, String value) {
        asked.remove(key).accept(value == null ? null : value.getBytes(StandardCharsets.UTF_8), null);
        run();
    }

    @Override
    public void fenced() {
        if (!wanted.contains("ticks")) {
            wanted.add("ticks");
        }
    }

    @Override
    public void nodeWaits(NodeLink link, ErrorReply error) {
        wanted.add("waits " + link.address().host() + " " + error.code());
    }

    static NodeAddress node(String name) {
        return new NodeAddress(name, 1);
    }

    /** A source whose keys are read when the test says so. */
    static final class Shard implements SourceShard {

        private final String name;

        /** Where the source is. */
        long offset;

        /** How many histories it has had before. */
        int history;

        /** How many masters have taken over from others. */
        int takeovers;

        final BitSet slots = SourceShard.super.slots();

        /** Those of which keys may be stale. */
        final BitSet stale = SourceShard.super.slots();

        /** Whether these are its slots. */
        boolean slotsKnown = true;

        /** What its commands mean. */
        CommandTable commands = CommandTable.standard();

        /** Keys that are being read, in that order. */
        final Map<String, CompletableFuture<KeyValue>> reading = new LinkedHashMap<>();

        /** What is not right until they end. */
        final List<CompletableFuture<?>> doubtful = new ArrayList<>();

        /** Why it was told to begin anew, each time. */
        final List<String> anew = new ArrayList<>();

        Shard(String name) {
            this.name = name;
        }

        @Override
        public void beginAnew(String reason) {
            anew.add(reason);
        }

        @Override
        public void doubtful(CompletionStage<?> settled) {
            doubtful.add(settled.toCompletableFuture());
        }

        /** A reading ends with a value, read where the source is now. */
        void read(String key, String payload) {
            read(key, payload, 0, offset);
        }

        void read(String key, String payload, long expireAtMillis, long atOffset) {
            reading.remove(key)
                    .complete(new KeyValue(
                            payload == null ? null : payload.getBytes(StandardCharsets.UTF_8),
                            expireAtMillis,
                            atOffset));
        }

        void fail(String key) {
            reading.remove(key).completeExceptionally(new IllegalStateException("connection lost"));
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int history() {
            return history;
        }

        @Override
        public int era() {
            return history + takeovers;
        }

        @Override
        public CommandTable commands() {
            return commands;
        }

        @Override
        public boolean slotsAreKnown() {
            return slotsKnown;
        }

        @Override
        public BitSet slots() {
            return slots;
        }

        @Override
        public boolean serves(int slot) {
            return slots.get(slot);
        }

        @Override
        public boolean mayBeStale(int slot) {
            return stale.get(slot);
        }

        @Override
        public void submit(CommandBatch batch, Runnable handOver) {
            handOver.run();
        }

        @Override
        public CompletionStage<KeyValue> read(byte[] key, int database) {
            var value = new CompletableFuture<KeyValue>();
            String text = new String(key, StandardCharsets.UTF_8);
            reading.put(database == 0 ? text : "[" + database + "] " + text, value);
            return value;
        }
    }
}
