package io.caravan.camel;

import io.caravan.checkpoint.TaskNames;
import io.caravan.cluster.Destination;
import io.caravan.command.Databases;
import io.caravan.command.HashSlot;
import io.caravan.command.SourceShard;
import io.caravan.node.SlotRanges;
import io.caravan.replication.ReplicationSession;
import io.caravan.replication.SessionSweep;
import io.caravan.replication.SourceException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through keys that the streams do not put right. Of slots that another shard of the source had before, each key is read again where it
 * is now. And keys are removed from the destination that the source has no more: those that vanished while nobody listened, which a
 * repeated snapshot does not tell. Each is read again at the source, so a key that is just being written is right as well.
 *
 * <p>{@link #sweepDue} is called again and again by the thread that asks the source and does not wait.
 */
final class Sweeper {

    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

    private final String task;
    private final SessionSweep source;
    private final List<Destination> destinations;
    private final RouteSelection selection;
    private final boolean removes;
    private final AtomicBoolean sweeping = new AtomicBoolean();

    /** Shards of which the keys are read again, by the era of that: what follows may fail, and is tried again alone. */
    private final Map<SourceShard, Integer> followed = new ConcurrentHashMap<>();

    private int turn;
    private boolean toldWhyNot;

    /**
     * @param selection keys that are not selected are left as they are
     * @param removes whether what the source has not may be removed; otherwise it may be somebody else's
     */
    Sweeper(
            String task,
            ReplicationSession session,
            List<Destination> destinations,
            RouteSelection selection,
            boolean removes) {
        this.task = task;
        this.selection = selection;
        this.removes = removes;
        source = session.sweep();
        this.destinations = List.copyOf(destinations);
    }

    /** Begins with a shard that needs it, unless one is being swept: each in turn, since one may fail again and again. */
    void sweepDue() {
        List<SourceShard> due = source.shardsToSweep();
        if (due.isEmpty() || !sweeping.compareAndSet(false, true)) {
            return;
        }
        SourceShard shard = due.get(turn++ % due.size());
        int era = shard.era();
        follow(shard, era).thenCompose(read -> sweep(shard)).whenComplete((done, failure) -> {
            try {
                if (failure == null) {
                    source.swept(shard, era);
                } else {
                    failed(shard, failure.getCause() == null ? failure : failure.getCause());
                }
            } finally {
                sweeping.set(false);
            }
        });
    }

    /** Reads every key of the slots again that another shard had before. */
    private CompletionStage<Void> follow(SourceShard shard, int era) {
        if (Integer.valueOf(era).equals(followed.get(shard))) {
            return CompletableFuture.completedStage(null);
        }
        BitSet gained = source.slotsGained(shard);
        var read = new AtomicLong();
        return follow(shard, gained, gained.nextSetBit(0), read).thenAccept(done -> {
            followed.put(shard, era);
            if (!gained.isEmpty()) {
                LOG.info(
                        "task {}: source {} has got slots {}; their {} keys are read again",
                        task,
                        shard.name(),
                        SlotRanges.text(gained),
                        read);
            }
        });
    }

    private CompletionStage<Void> follow(SourceShard shard, BitSet gained, int slot, AtomicLong read) {
        if (slot < 0) {
            return CompletableFuture.completedStage(null);
        }
        return source.keysIn(shard, slot)
                .thenCompose(keys -> {
                    List<byte[]> selected = selected(shard.databases(), keys);
                    read.addAndGet(selected.size());
                    return refresh(shard, selected);
                })
                .thenCompose(done -> follow(shard, gained, gained.nextSetBit(slot + 1), read));
    }

    /** What keys of database 0 of the source are called at the destination, as far as they are synchronized. */
    private List<byte[]> selected(Databases databases, List<byte[]> keys) {
        return databases.selects(0)
                ? keys.stream()
                        .map(key -> databases.nameOf(key, 0))
                        .filter(name -> selection.selects(0, name))
                        .toList()
                : List.of();
    }

    private CompletionStage<Void> refresh(SourceShard shard, List<byte[]> keys) {
        return CompletableFuture.allOf(destinations.stream()
                .filter(destination -> !keys.isEmpty())
                .map(destination -> destination.refresh(shard, 0, keys).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    private CompletionStage<Void> sweep(SourceShard shard) {
        CompletionStage<Void> swept = CompletableFuture.completedStage(null);
        if (!removes) {
            return swept;
        }
        var looked = new AtomicLong();
        var removed = new AtomicLong();
        for (Destination destination : destinations) {
            swept = swept.thenCompose(done -> sweep(shard, destination, looked, removed));
        }
        return swept.thenRun(() -> LOG.info(
                "task {}: of {} keys at the destination, {} were gone from source {} in the meantime, and are removed",
                task,
                looked,
                removed,
                shard.name()));
    }

    private CompletionStage<Void> sweep(
            SourceShard shard, Destination destination, AtomicLong looked, AtomicLong removed) {
        return new TaskNames(destination::call).besides(task).thenCompose(others -> {
            requireNone(others);
            BitSet slots = source.slotsToSweep(shard);
            return destination.walk(places(shard.databases(), slots), (database, keys) -> {
                List<byte[]> concerned = keys.stream()
                        .filter(key -> isOf(shard.databases(), slots, database, key))
                        .toList();
                looked.addAndGet(concerned.size());
                return concerned.isEmpty()
                        ? CompletableFuture.completedStage(null)
                        : source.absent(shard, database, concerned)
                                .thenCompose(absent -> remove(shard, destination, database, absent, removed));
            });
        });
    }

    private static CompletionStage<Void> remove(
            SourceShard shard, Destination destination, int database, List<byte[]> absent, AtomicLong removed) {
        removed.addAndGet(absent.size());
        return absent.isEmpty() ? CompletableFuture.completedStage(null) : destination.refresh(shard, database, absent);
    }

    /** The slots of the destination that keys of some slots of the source may be in: behind a prefix in any. */
    private static BitSet places(Databases databases, BitSet slots) {
        return databases.hasPrefixes() ? HashSlot.all() : slots;
    }

    /** Whether a key of the destination is synchronized from some slots of the source. */
    private boolean isOf(Databases databases, BitSet slots, int database, byte[] key) {
        Databases.Origin origin = databases.originOf(key, database);
        return databases.selects(origin.database())
                && slots.get(HashSlot.of(origin.key()))
                && selection.selects(database, key);
    }

    private static void requireNone(Set<String> others) {
        if (!others.isEmpty()) {
            throw new IllegalStateException("the destination has keys of other tasks, too: " + others
                    + " (key caravan:tasks); remove those from it that are no more");
        }
    }

    private void failed(SourceShard shard, Throwable failure) {
        if (failure instanceof SourceException cause && cause.remedy() == SourceException.Remedy.STOP) {
            shard.beginAnew(
                    "the keys of slots that it has got from another shard are to be read again, and cannot be listed: "
                            + cause.getMessage() + "; a snapshot has to follow");
        } else {
            tellWhyNot(shard, failure);
        }
    }

    private void tellWhyNot(SourceShard shard, Throwable failure) {
        if (!toldWhyNot) {
            toldWhyNot = true;
            LOG.warn(
                    "task {}: keys that are gone from source {}, or have come to it from another shard, are not put right at the"
                            + " destination for the time being: {}. Tried again until it succeeds",
                    task,
                    shard.name(),
                    failure.getMessage());
        }
    }
}
