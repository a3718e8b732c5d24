package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.refresh.SourceKey;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The batches that ended lately, as long as the replicas of the destination's masters may not have them: a replica that becomes
 * master has lost what it had not received, though it was acknowledged.
 *
 * <p>Bounded: of too many the oldest are forgotten, which {@link #hasForgotten} says. Owned by the destination's event loop.
 */
final class RecentBatches {

    private static final long MOST_BYTES = 32L * 1024 * 1024;

    private record Ended(CommandBatch batch, long atNanos) {}

    private final ArrayDeque<Ended> ended = new ArrayDeque<>();
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private long bytes;
    private boolean wanted;
    private boolean forgotten;
    private long forgottenAtNanos;

    /** Whether there are replicas at all: if not, nothing is kept. */
    void wanted(boolean haveReplicas) {
        wanted = haveReplicas;
        if (!wanted) {
            ended.clear();
            bytes = 0;
            forgotten = false;
            acknowledgements.replicatedUntil(System.nanoTime());
        }
    }

    /** A batch has been acknowledged as a whole. */
    void ended(CommandBatch batch) {
        if (!wanted) {
            return;
        }
        ended.add(new Ended(batch, System.nanoTime()));
        bytes += batch.heldBytes();
        while (bytes > MOST_BYTES) {
            forgottenAtNanos = remove();
            forgotten = true;
        }
    }

    /** Whether there is nothing that a replica might lack. */
    boolean isEmpty() {
        return ended.isEmpty() && acknowledgements.isEmpty();
    }

    /** Batches that count as applied only when the replicas have them. */
    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    /** Every replica has what was acknowledged before {@code nanos} of {@link System#nanoTime()}. */
    void replicatedUntil(long nanos) {
        while (!ended.isEmpty() && ended.element().atNanos() - nanos < 0) {
            remove();
        }
        forgotten &= forgottenAtNanos - nanos >= 0;
        acknowledgements.replicatedUntil(nanos);
    }

    /** Whether there were more than can be remembered. */
    boolean hasForgotten() {
        return forgotten;
    }

    /**
     * The keys of these slots that were written to.
     *
     * @param open batches that have not ended, and may have been written in part
     */
    Set<SourceKey> keysOf(BitSet slots, List<CommandBatch> open) {
        Set<SourceKey> keys = new LinkedHashSet<>();
        ended.forEach(recent -> addKeys(recent.batch(), slots, keys));
        if (wanted) {
            open.forEach(batch -> addKeys(batch, slots, keys));
        }
        return keys;
    }

    private static void addKeys(CommandBatch batch, BitSet slots, Set<SourceKey> keys) {
        for (int row = 0; row < batch.size(); row++) {
            int slot = batch.slot(row);
            if (slot != CommandBatch.NO_SLOT && slots.get(slot) && !batch.isReserved(row)) {
                int database = batch.database(row);
                UnitKeys.of(batch, row)
                        .forEach(key -> keys.add(SourceKey.of(batch.origin().shard(), database, key)));
            }
        }
    }

    private long remove() {
        Ended oldest = ended.remove();
        bytes -= oldest.batch().heldBytes();
        return oldest.atNanos();
    }
}
