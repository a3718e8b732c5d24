package io.caravan.camel;

import io.caravan.checkpoint.Checkpoint;
import io.caravan.checkpoint.Checkpoint.Sweep;
import io.caravan.checkpoint.CheckpointStore;
import io.caravan.command.HashSlot;
import io.caravan.command.Phase;
import io.caravan.node.SlotRanges;
import io.caravan.replication.ReplicationPosition;
import io.caravan.replication.ReplicationSession;
import io.caravan.replication.ShardProgress;
import io.caravan.replication.SourceMaster;
import io.caravan.replication.StartingPoint;
import java.io.IOException;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores how far each shard is applied and how far it may go, whenever that has changed, and knows how far they were at the
 * start. Of a shard one record is on its way at a time, so that a later one is never overtaken.
 *
 * <p>Thread-safe; {@link #load} and {@link #startOf} are called by the thread that starts the consumer.
 */
final class CheckpointKeeper {

    /** Which names the history of a master goes by. */
    @FunctionalInterface
    interface Histories {
        List<String> of(SourceMaster master) throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointKeeper.class);

    /** What a node of a cluster is called; a standard server is called by its address. */
    private static final Pattern NODE_ID = Pattern.compile("[0-9a-f]{40}");

    private static final long LAST_STORE_MILLIS = 5000;

    /** Of processes before these no node has had commands unread for so long. */
    private static final int MOST_WRITERS = 16;

    private final String task;
    private final CheckpointStore store;
    private final Map<String, ShardProgress> stored = new HashMap<>();
    private final Map<String, CompletableFuture<Void>> onTheirWay = new HashMap<>();

    private final Set<String> changedMeanwhile = new HashSet<>();

    /** A record of a master that is none any more is removed once its shard has another. */
    private final RecordNames names = new RecordNames();

    /** Records of masters that serve no slots any more, to be removed once any shard has a record of this session. */
    private final Set<String> departed = new HashSet<>();

    /** The slots that records name of masters that serve others now, by the shard's name. */
    private final Map<String, String> slotsBefore = new HashMap<>();

    private List<Checkpoint> found = List.of();

    /** Whether some record is of a master of the source that is asked for now. */
    private boolean sourceKnown;

    private boolean failing;

    /** The last is being stored: whatever else wants to be stored comes too late. */
    private boolean ending;

    private boolean sweeping;
    private List<String> writers = List.of();
    private boolean inSlot;
    private BooleanSupplier allowed = () -> true;

    CheckpointKeeper(String task, CheckpointStore store) {
        this.task = task;
        this.store = store;
    }

    /** From now on stores nothing while the task may be another process's, which is then the one to say how far it is. */
    synchronized void storesWhile(BooleanSupplier held) {
        allowed = held;
    }

    /** Reads what an earlier process has stored. */
    synchronized void load() throws IOException {
        found = store.load(task);
        LOG.info("task {}: {} checkpoints found in {}", task, found.size(), store);
    }

    /**
     * Where the stream of {@code master} can be continued. A master that was a replica when the record was written is known by
     * its history.
     */
    synchronized Optional<StartingPoint> startOf(SourceMaster master, Histories histories) throws IOException {
        Optional<Checkpoint> own = found.stream()
                .filter(checkpoint -> checkpoint.shard().equals(shardOf(master)))
                .findFirst();
        Optional<Checkpoint> known = own.isPresent() || found.isEmpty() ? own : inherited(master, histories);
        sourceKnown |= known.isPresent() || found.stream().anyMatch(checkpoint -> isAt(checkpoint, master));
        if (known.isEmpty()) {
            return found.isEmpty() ? Optional.empty() : Optional.of(newToTheTask(master));
        }
        StartingPoint point = startingPoint(known.get());
        String before = known.get().slots();
        if (before.equals(slotsOf(master))) {
            return Optional.of(point);
        }
        slotsBefore.put(master.address().toString(), before);
        return Optional.of(
                point.position().isEmpty()
                        ? point.serving(new BitSet()) // the snapshot has them, behind what others say of them
                        : servingOthers(point, master, before));
    }

    /** @param before the slots that the record names: keys of the others are not as the stream takes them for */
    private StartingPoint servingOthers(StartingPoint point, SourceMaster master, String before) {
        if (inSlot || master.nodeId().isEmpty()) {
            LOG.warn(
                    "task {}: source {} serves slots {}, and its checkpoint is of slots {}: it begins anew with a snapshot, since the keys of"
                            + " the others cannot be read again alone ({})",
                    task,
                    master.address(),
                    slotsOf(master),
                    before,
                    inSlot ? "inDoubt=IN_SLOT" : "the source is not known as a cluster");
            return newToTheTask(master);
        }
        BitSet gained = master.slots();
        gained.andNot(SlotRanges.parse(before));
        if (!gained.isEmpty()) {
            LOG.info(
                    "task {}: source {} serves slots {}, and its checkpoint is of slots {}: once all streams are applied up to where they"
                            + " are now, the keys of the others are read again",
                    task,
                    master.address(),
                    slotsOf(master),
                    before);
        }
        return point.serving(gained);
    }

    /** What it serves another shard has served before, unless nobody knows who serves what. */
    private static StartingPoint newToTheTask(SourceMaster master) {
        return master.nodeId().isEmpty() ? StartingPoint.ANEW : StartingPoint.ANEW.serving(new BitSet());
    }

    private StartingPoint startingPoint(Checkpoint checkpoint) {
        if (checkpoint.phase() == Phase.SNAPSHOT) {
            return StartingPoint.ANEW;
        }
        if (inSlot && checkpoint.lineage().isEmpty() && checkpoint.ceiling() > checkpoint.applied()) {
            LOG.warn(
                    "task {}: a process that kept no checkpoints in slots has left commands of source {} in doubt, from offset {} to"
                            + " {}, and keys are not to be read again (inDoubt=IN_SLOT): it begins anew with a snapshot",
                    task,
                    checkpoint.source(),
                    checkpoint.applied(),
                    checkpoint.ceiling());
            return StartingPoint.ANEW;
        }
        var position = new ReplicationPosition(checkpoint.replicationId(), checkpoint.applied(), checkpoint.database());
        return StartingPoint.at(position, checkpoint.ceiling(), checkpoint.sweep() == Sweep.DUE, checkpoint.lineage());
    }

    /**
     * Forgets masters that are gone: what has happened to their slots since is not in their streams, should they come back. Called
     * after {@link #startOf} for each master.
     *
     * @param masters those of the source; if some slots are served by none, nobody is gone for certain
     */
    synchronized void forgetOthers(Collection<SourceMaster> masters) {
        var served = new BitSet();
        masters.forEach(master -> served.or(master.slots()));
        if (served.cardinality() == HashSlot.COUNT) {
            Set<String> present =
                    masters.stream().map(CheckpointKeeper::shardOf).collect(Collectors.toSet());
            found.stream()
                    .map(Checkpoint::shard)
                    .filter(shard -> !present.contains(shard) && !names.isContinued(shard))
                    .forEach(departed::add);
        }
    }

    /**
     * Refuses a source of which the task knows nothing, though it has been begun: it is another one; and a cluster that does not tell
     * its masters any more: which of the given nodes goes on with which record, nobody would know, and masters that were not given
     * would be left out in silence. Called after {@link #startOf} for each master.
     *
     * @throws IOException if it is; says what to do
     */
    synchronized void requireKnownSource(Collection<SourceMaster> masters) throws IOException {
        boolean untold = masters.stream()
                .anyMatch(
                        master -> master.nodeId().isEmpty() && master.version().isEmpty());
        if (untold
                && found.stream()
                        .anyMatch(checkpoint ->
                                NODE_ID.matcher(checkpoint.shard()).matches())) {
            throw new IOException(
                    "task " + task + ": the checkpoints in " + store + " are of masters of a cluster, and the source, "
                            + masters.stream().map(SourceMaster::address).toList()
                            + ", does not tell any more which masters it has. A start would leave those out that are not among these."
                            + " Grant the source's user +info +cluster|nodes (+cluster before Redis 7.0) again");
        }
        if (!found.isEmpty() && !sourceKnown) {
            throw new IOException(
                    "task " + task + ": the checkpoints in " + store + " are of another source, "
                            + found.stream().map(Checkpoint::source).sorted().toList() + "; none of "
                            + masters.stream().map(SourceMaster::address).toList()
                            + " is, or follows, one of those. A start would mix both, and might remove what the first has brought. Give this task a"
                            + " name of its own (task=), or, if the first is given up, remove its checkpoints, and empty the destination");
        }
    }

    /** Whether no process has run the task before. */
    synchronized boolean isNew() {
        return found.isEmpty();
    }

    /** Whether the destination held nothing when the task began, so that what the source has not can be removed from it. */
    synchronized boolean mayBeSwept() {
        return found.stream().noneMatch(checkpoint -> checkpoint.sweep() == Sweep.NEVER);
    }

    /** The names of the connections that earlier processes may have sent something by, the latest first. */
    synchronized List<String> formerWriters() {
        return found.stream()
                .flatMap(checkpoint -> checkpoint.writers().stream())
                .distinct()
                .toList();
    }

    /** From now on writes down by which connections something may be sent, besides those of earlier processes. */
    synchronized void writers(List<String> names) {
        writers = Stream.concat(names.stream(), formerWriters().stream())
                .limit(MOST_WRITERS)
                .toList();
    }

    /** From now on writes down whether the destination held nothing when the task began. */
    synchronized void sweeping(boolean allowed) {
        sweeping = allowed;
    }

    /** Checkpoints are kept in the slots of a destination, too: from now on writes down which are of the present history. */
    synchronized void inSlot() {
        inSlot = true;
    }

    private Optional<Checkpoint> inherited(SourceMaster master, Histories histories) throws IOException {
        List<String> ids = histories.of(master);
        Optional<Checkpoint> former = found.stream()
                .filter(checkpoint -> ids.contains(checkpoint.replicationId()))
                .max((a, b) -> Long.compare(a.applied(), b.applied()));
        former.ifPresent(checkpoint -> {
            LOG.info(
                    "task {}: {} continues the history of {}, whose checkpoint is used",
                    task,
                    master.address(),
                    checkpoint.source());
            names.continued(master.address().toString(), checkpoint.shard());
        });
        return former;
    }

    /** What is stored may be lost: the next {@link #store} stores all of it again. */
    synchronized void mayBeLost() {
        stored.clear();
    }

    /** Stores what has changed, and tells the session; answers when it is stored. Does not wait. */
    synchronized CompletableFuture<Void> store(ReplicationSession session) {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        if (ending || !allowed.getAsBoolean()) {
            return all;
        }
        long losses = store.losses();
        for (ShardProgress progress : session.progress()) {
            all = CompletableFuture.allOf(all, store(session, progress, losses));
        }
        return all;
    }

    /**
     * Stores a last time, and waits for that.
     *
     * @param drained whether everything that was sent has been applied, so that nothing is in doubt at the next start
     */
    void storeAndWait(ReplicationSession session, boolean drained) {
        try {
            end().get(LAST_STORE_MILLIS, TimeUnit.MILLISECONDS);
            long losses = store.losses();
            storeLast(session, drained, losses).get(LAST_STORE_MILLIS, TimeUnit.MILLISECONDS);
            if (store.losses() != losses) { // meanwhile: now that is known
                storeLast(session, drained, store.losses()).get(LAST_STORE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn(
                    "task {}: the last checkpoint could not be stored in {}; the next start repeats what followed the one"
                            + " before",
                    task,
                    store,
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletableFuture<Void> storeLast(ReplicationSession session, boolean drained, long losses) {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (ShardProgress progress : session.progress()) {
            boolean certain = drained && progress.phase() == Phase.STREAM;
            all = CompletableFuture.allOf(all, store(session, certain ? progress.withoutDoubt() : progress, losses));
        }
        return all;
    }

    /** Nothing is stored any more but by whoever ends it; ends itself when nothing is on its way. */
    private synchronized CompletableFuture<Void> end() {
        ending = true;
        return CompletableFuture.allOf(onTheirWay.values().stream()
                .map(stage -> stage.exceptionally(failure -> null))
                .toArray(CompletableFuture<?>[]::new));
    }

    private synchronized CompletableFuture<Void> store(
            ReplicationSession session, ShardProgress progress, long losses) {
        String shard = shardOf(progress.master());
        CompletableFuture<Void> current = onTheirWay.get(progress.shard());
        if (current != null) {
            changedMeanwhile.add(progress.shard());
            return current;
        }
        if (progress.equals(stored.get(progress.shard()))) {
            session.written(progress);
            return CompletableFuture.completedFuture(null);
        }
        var done = new CompletableFuture<Void>();
        onTheirWay.put(progress.shard(), done);
        store.save(checkpoint(shard, progress), losses).whenComplete((nothing, failure) -> {
            boolean again = ended(progress, shard, failure);
            if (failure == null) {
                session.written(progress);
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
            if (again) {
                store(session);
            }
        });
        return done;
    }

    private Checkpoint checkpoint(String shard, ShardProgress progress) {
        ReplicationPosition position = progress.position();
        return new Checkpoint(
                task,
                shard,
                progress.master().address().toString(),
                position.replicationId(),
                position.offset(),
                progress.ceiling(),
                progress.phase(),
                position.database(),
                slotsToWriteDown(progress),
                sweeping ? progress.sweepDue() ? Sweep.DUE : Sweep.DONE : Sweep.NEVER,
                writers,
                inSlot ? progress.lineage() : "",
                System.currentTimeMillis());
    }

    /**
     * As long as keys of slots that have changed their shard are not read again, a process that comes then has to do that; also if one that
     * the shard gave away has come back by then.
     */
    private String slotsToWriteDown(ShardProgress progress) {
        BitSet slots = progress.master().slots();
        String before = slotsBefore.get(progress.shard());
        if (progress.slotsDue() && before != null) {
            slots.and(SlotRanges.parse(before));
        }
        slots.andNot(progress.returned());
        return SlotRanges.text(slots);
    }

    /** Answers whether there is more to be stored. */
    private synchronized boolean ended(ShardProgress progress, String shard, @Nullable Throwable failure) {
        onTheirWay.remove(progress.shard());
        if (failure == null) {
            stored.put(progress.shard(), progress);
            names.stored(progress.shard(), shard).ifPresent(former -> store.remove(task, former));
            departed.forEach(gone -> store.remove(task, gone));
            departed.clear();
        } else {
            stored.remove(progress.shard()); // what the record says now is not known
        }
        if (failure != null && !failing) {
            LOG.warn(
                    "task {}: checkpoint of shard {} not stored in {}: {}; the shard goes on up to the ceiling of the last one",
                    task,
                    shard,
                    store,
                    failure.toString());
        } else if (failure == null && failing) {
            LOG.info("task {}: checkpoints are stored in {} again", task, store);
        }
        failing = failure != null;
        return changedMeanwhile.remove(progress.shard()) && failure == null;
    }

    /** Another server at the address of a former one is a source that has been made anew. */
    private static boolean isAt(Checkpoint checkpoint, SourceMaster master) {
        return checkpoint.source().equals(master.address().toString());
    }

    private static String slotsOf(SourceMaster master) {
        return SlotRanges.text(master.slots());
    }

    private static String shardOf(SourceMaster master) {
        return master.nodeId().isEmpty() ? master.address().toString() : master.nodeId();
    }
}
