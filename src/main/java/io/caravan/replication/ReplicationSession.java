package io.caravan.replication;

import io.caravan.command.CommandTable;
import io.caravan.command.HashSlot;
import io.caravan.command.SourceShard;
import io.caravan.node.ServerModules;
import io.caravan.node.SlotRanges;
import io.caravan.spool.SpoolPlace;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replication of a whole source: one {@link ShardReplication} for each of its masters.
 *
 * <p>Started and stopped by the thread of its owner; batches come on the shards' threads; the rest from any thread.
 */
public final class ReplicationSession {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicationSession.class);

    /** Makes the limits of one shard, given how many there are. */
    @FunctionalInterface
    public interface LimitsPerShard {
        Limits forShards(int shards);
    }

    private final SourceSettings settings;
    private final SourceTopology topology;
    private final LimitsPerShard limits;
    private final BatchSink sink;
    private final Executor shardThreads;
    private final ScheduledExecutorService monitorThread;
    private final Gate linking = new Gate();
    private volatile List<ShardReplication> shards = List.of();
    private Runnable resharded = () -> {};
    private boolean sweeps;
    private boolean empties;
    private @Nullable HeartbeatSettings heartbeat;
    private @Nullable SourceWatch watch;
    private @Nullable SpoolPlace spoolPlace;
    private @Nullable ShardInboxes inboxes;

    /**
     * @param sink takes the batches of all shards
     * @param shardThreads gives each shard a thread of its own, and another while its spool is written or its link is made
     *     again
     * @param monitorThread runs the questions to the source's masters, and the reading of keys; not shut down here
     */
    public ReplicationSession(
            SourceSettings settings,
            LimitsPerShard limits,
            BatchSink sink,
            Executor shardThreads,
            ScheduledExecutorService monitorThread) {
        this.settings = settings;
        topology = new SourceTopology(settings.transport(), settings.credentials(), settings.nodes());
        this.limits = limits;
        this.sink = sink;
        this.shardThreads = shardThreads;
        this.monitorThread = monitorThread;
    }

    /**
     * Finds the source's masters. Waits for the network.
     *
     * @throws SourceException if the source cannot be reached, or cannot serve as one
     */
    public List<SourceMaster> findMasters() throws IOException {
        return topology.masters();
    }

    /**
     * Asks the source what its commands mean that the command table does not know. Waits for the network.
     *
     * @param masters as {@link #findMasters()} found them
     * @return empty if the account may not ask
     * @throws SourceException if no master can be reached
     */
    public Optional<CommandTable> findCommands(List<SourceMaster> masters) throws IOException {
        return new SourceCommands(settings.transport(), settings.credentials()).of(masters);
    }

    /**
     * The modules of the source. Waits for the network.
     *
     * @param master any of those that {@link #findMasters()} found
     * @return empty if the account may not ask
     */
    public Optional<ServerModules> modulesOf(SourceMaster master) throws IOException {
        return SourceModules.of(settings, master);
    }

    /** Says that {@link #sweep} will be asked what is to be swept. Called before {@link #start}. */
    public void sweeps() {
        sweeps = true;
    }

    /**
     * Says that no key may be read at the source, so that nobody sweeps: instead the destination is emptied of what it has of a shard
     * before a snapshot of that is repeated. Called before {@link #start}.
     */
    public void empties() {
        empties = true;
    }

    /**
     * Told, by the thread of the monitor, when the slots of the source are divided otherwise: the session is to be stopped, and
     * another one started. Called before {@link #start}.
     */
    public void onReshard(Runnable listener) {
        resharded = listener;
    }

    /** Has heartbeats written at every master, by which the lag is told besides. Called before {@link #start}. */
    public void heartbeats(HeartbeatSettings written) {
        heartbeat = written;
    }

    /** Lets what memory has no room for overflow to the disk. Called before {@link #start}. */
    public void spoolTo(SpoolPlace place) {
        spoolPlace = place;
    }

    /**
     * The names that the history of a master goes by: its own and, after a fail-over, that of the master before. Waits for the
     * network.
     *
     * @return none if the account may not ask
     */
    public List<String> historiesOf(SourceMaster master) throws IOException {
        return SourceHistories.of(settings, master);
    }

    /**
     * Begins to replicate.
     *
     * @param masters as {@link #findMasters()} found them
     * @param commands what the commands of the source mean
     * @param from where a master's stream is to be continued, empty to begin with a snapshot
     * @param progressWanted asks for {@link #progress()} to be written down soon, wherever that is, and for {@link #written}
     *     to be told then: a shard sends nothing of its stream beyond what was written. Called by the shards' threads, must not
     *     wait. {@code null} if nothing is written down
     * @throws IOException if the spool cannot be used; says what to do
     */
    public void start(
            List<SourceMaster> masters,
            CommandTable commands,
            Function<SourceMaster, Optional<StartingPoint>> from,
            @Nullable Runnable progressWanted)
            throws IOException {
        Limits each = limits.forShards(masters.size());
        Map<SourceMaster, StartingPoint> points = new HashMap<>();
        masters.forEach(master -> from.apply(master).ifPresent(point -> points.put(master, point)));
        boolean slotsKnown = slotsAreKnown(masters);
        var session = new ShardContext(
                settings,
                topology,
                each,
                commands,
                sink,
                monitorThread,
                shardThreads,
                linking,
                sweeps,
                slotsKnown,
                empties,
                new Resharding(),
                Resharding.isPossible(masters.size(), slotsKnown, points.values()),
                progressWanted);
        var started = new ArrayList<ShardReplication>();
        ShardInboxes opened = ShardInboxes.open(spoolPlace, masters, each.receiveBytes(), shardThreads);
        try {
            for (SourceMaster master : masters) {
                ShardInbox inbox = opened.of(master);
                StartingPoint begun = points.get(master);
                started.add(new ShardReplication(session, master, inbox, begun == null ? null : inbox.recover(begun)));
            }
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        inboxes = opened;
        shards = List.copyOf(started);
        LOG.info("source: {}, databases: {}", masters, settings.databases());
        warnOfUnserved(masters);
        shards.forEach(shardThreads::execute);
        SourceWatch begun = SourceWatch.begin(monitorThread, settings, heartbeat, shards);
        begun.topology(topology, masters, shards, resharded);
        watch = begun;
    }

    /** Of several masters it has to be known which has which slots. */
    private static boolean slotsAreKnown(List<SourceMaster> masters) {
        return masters.size() == 1
                || masters.stream().noneMatch(master -> master.nodeId().isEmpty());
    }

    private static void warnOfUnserved(List<SourceMaster> masters) {
        BitSet unserved = HashSlot.all();
        masters.forEach(master -> unserved.andNot(master.slots()));
        if (!unserved.isEmpty()) {
            LOG.warn(
                    "source: nobody serves slots {} at the moment; they join as soon as their master is back",
                    SlotRanges.text(unserved));
        }
    }

    /**
     * Gives up the links of all shards that are past their snapshot, until {@link #link}; what has been received stays. Whether they can
     * be continued then is up to the backlog of the source. Does not wait; any thread.
     */
    public void unlink() {
        linking.close();
        shards.forEach(ShardReplication::unlink);
    }

    /** Makes them again. Does not wait; any thread. */
    public void link() {
        linking.open();
    }

    /** Writes no heartbeat, and leaves none at the source, until {@link #resumeHeartbeats}. Waits for the network, some seconds at most. */
    public void holdHeartbeats() {
        SourceWatch watching = watch;
        if (watching != null) {
            watching.holdHeartbeats();
        }
    }

    /** Writes heartbeats again, where any are wanted. Does not wait. */
    public void resumeHeartbeats() {
        SourceWatch watching = watch;
        if (watching != null) {
            watching.resumeHeartbeats();
        }
    }

    /**
     * Has every master hold back what clients want to write. Waits for the network.
     *
     * @param duration after which it lets go by itself
     * @throws SourceException if one does not; nothing is held back then
     */
    public void pauseWrites(Duration duration) throws IOException {
        new WritePause(settings.transport(), settings.credentials()).begin(masters(), duration);
    }

    /**
     * Has every master let go of what it holds back. Waits for the network.
     *
     * @throws SourceException if one does not
     */
    public void resumeWrites() throws IOException {
        new WritePause(settings.transport(), settings.credentials()).end(masters());
    }

    private List<SourceMaster> masters() {
        return shards.stream().map(ShardReplication::master).toList();
    }

    /** Sends nothing any more. Does not wait; {@link #stop} follows. */
    public void stopSending() {
        shards.forEach(ShardReplication::stop);
        linking.open();
    }

    /**
     * Stops reading the source and waits until the batches on their way have ended.
     *
     * @return whether none was left
     */
    public boolean stop(Duration patience) throws InterruptedException {
        stopSending();
        boolean drained = true;
        long deadline = System.nanoTime() + patience.toNanos();
        for (ShardReplication shard : shards) {
            drained &= shard.awaitApplied(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
        if (watch != null) {
            watch.close();
        }
        shards.forEach(ShardReplication::finish);
        if (inboxes != null) {
            inboxes.close();
            inboxes = null;
        }
        return drained;
    }

    /** Every shard at this moment. */
    public List<ShardStatus> status() {
        return shards.stream().map(ShardReplication::status).toList();
    }

    /** Every shard and what it has done, by name. */
    public Map<String, ShardCounters> counters() {
        return shards.stream().collect(Collectors.toMap(ShardReplication::name, ShardReplication::counters));
    }

    /** For each shard, by its name, the files of its spool and the most bytes that they may take. */
    public Map<String, SpoolUse> spools() {
        return shards.stream()
                .collect(Collectors.toMap(
                        ShardReplication::name,
                        shard -> new SpoolUse(
                                shard.inbox().spooledBytes(),
                                shard.inbox().spoolSegments(),
                                shard.inbox().spoolLimitBytes())));
    }

    /** What is to be written down of each shard, where there is something. */
    public List<ShardProgress> progress() {
        return shards.stream().flatMap(shard -> shard.progress().stream()).toList();
    }

    /** What {@link #progress()} has said of a shard is written down. */
    public void written(ShardProgress progress) {
        shards.stream()
                .filter(shard -> shard.name().equals(progress.shard()))
                .forEach(shard -> shard.written(progress));
    }

    /**
     * No other process takes over the task before then; nothing is sent later, until this is called again. Without a call nothing is
     * sent where progress is written down, and there is no such limit where it is not.
     *
     * @param nanos a moment of {@link System#nanoTime()}
     */
    public void permittedUntil(long nanos) {
        shards.forEach(shard -> shard.ceiling().permittedUntil(nanos));
    }

    /** What is to be looked through, and put right, of the destination's keys. */
    public SessionSweep sweep() {
        return new SessionSweep(() -> shards);
    }

    /**
     * Whether the destination may have keys otherwise than the source although everything is applied: after a repeated snapshot, or since
     * slots have changed their shard. It is put right by itself.
     */
    public boolean mayHaveStaleKeys() {
        return shards.stream().anyMatch(shard -> shard.sweep().mayBeStale());
    }

    /**
     * How many slots of the source may have such keys, of all shards.
     *
     * @see #mayHaveStaleKeys()
     */
    public int staleSlots() {
        return shards.stream()
                .mapToInt(shard -> shard.sweep().staleSlots(shard.slots()))
                .sum();
    }

    /** Every shard, as batches name it; those of the last run after a stop. */
    public List<SourceShard> sourceShards() {
        return List.copyOf(shards);
    }

    /** The shard that has a key, as the source calls it; empty if none does at the moment. */
    public Optional<SourceShard> shardOf(byte[] key) {
        int slot = HashSlot.of(key);
        return shards.stream()
                .filter(shard -> shard.slots().get(slot))
                .map(SourceShard.class::cast)
                .findFirst();
    }

    /** Ends every shard as failed. */
    public void abort(String reason) {
        shards.forEach(shard -> shard.abort(reason));
    }

    /** Batches on their way in all shards that a stop has to wait for: a shard that has failed will not get on. */
    public int batchesInFlight() {
        return shards.stream()
                .filter(shard -> shard.window().failure().isEmpty())
                .mapToInt(shard -> shard.window().openBatches())
                .sum();
    }
}
