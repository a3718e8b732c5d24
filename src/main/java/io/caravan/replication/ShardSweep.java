package io.caravan.replication;

import java.util.BitSet;
import java.util.Map;

/**
 * How far the destination is looked through for keys of a shard that the source has lost, and what that says counts for.
 *
 * <p>What the source has said of its keys counts for the history, and for the master, that it was asked in; and commands may meet a stale
 * key up to where the source had come when the last was asked for. Any thread.
 */
final class ShardSweep {

    private static final int OFFSETS = 2; // the first may have been asked for before

    private final ProgressRecord record;
    private final BatchOutlet outlet;
    private final Resharding.Passage passage;
    private final ReturnedSlots returned;
    private final boolean removes;
    private int offsetsToAwait;

    /** @param removes whether what the source has lost before a repeated snapshot is removed */
    ShardSweep(
            ProgressRecord record,
            BatchOutlet outlet,
            Resharding.Passage passage,
            ReturnedSlots returned,
            boolean removes) {
        this.record = record;
        this.outlet = outlet;
        this.passage = passage;
        this.returned = returned;
        this.removes = removes;
    }

    /** Whether there are keys to be looked through, and nothing has to be applied before. */
    boolean isDue() {
        return record.isToBeSwept(removes);
    }

    /**
     * The slots to look through for keys that the source has no more.
     *
     * @param served those that the shard serves
     */
    BitSet slots(BitSet served) {
        return record.isSweepDue() ? served : gained();
    }

    /** The slots of which all keys are to be read again, since another shard had them. */
    BitSet gained() {
        return (BitSet) passage.gained().clone();
    }

    /** Whether the destination may have a key of this slot otherwise than the stream takes it for. */
    boolean mayBeStale(int slot) {
        return removes && record.isSweepDue() || passage.gained().get(slot) || returned.contains(slot);
    }

    /**
     * How many slots may have such keys.
     *
     * @param served those that the shard serves
     */
    int staleSlots(BitSet served) {
        if (removes && record.isSweepDue()) {
            return served.cardinality();
        }
        BitSet slots = gained();
        slots.or(returned.slots());
        return slots.cardinality();
    }

    /** Whether there may be such keys at all. */
    boolean mayBeStale() {
        return removes && record.isSweepDue() || !passage.gained().isEmpty() || !returned.isEmpty();
    }

    /**
     * The stream says that slots arrive at the shard. Those that it had anyhow have come back: waits until that is written down. The shard's
     * thread.
     *
     * @param offset behind the command that says so
     */
    void arrive(BitSet slots, long offset) throws ShardStoppedException {
        if (returned.arrive(slots, offset)) {
            outlet.staleUntil(Long.MAX_VALUE);
        }
    }

    /** The slots that have come back, and up to where. */
    Map<Integer, Long> returned() {
        return returned.arrivals();
    }

    /** Commands meet such keys from now on, if there may be any. */
    void beginsWithStaleKeys() {
        outlet.staleUntil(mayBeStale() ? Long.MAX_VALUE : 0);
    }

    /** A history begins: a sweep that has not come to its end is one of the snapshot before. */
    synchronized void historyBegins() {
        offsetsToAwait = 0;
        outlet.beginsHistory();
    }

    /** The destination has no keys any more that the source had not, in that era; those that have come since are in the stream. */
    synchronized void lookedThrough(int era) {
        if (era == outlet.era()) {
            record.lookedThrough();
            offsetsToAwait = OFFSETS;
        }
    }

    /** The source says how far it has come: what it had at the end of the sweep is in its stream up to the second offset that it says. */
    synchronized void reached(long offset) {
        if (offsetsToAwait > 0) {
            offsetsToAwait--;
            if (offsetsToAwait == 0) {
                outlet.staleUntil(returned.isEmpty() ? offset : Long.MAX_VALUE);
                record.sweptAt(offset);
            }
        }
    }

    /** Of what the former master has said of keys, some may be lost behind {@code offset}. */
    synchronized void tookOver(long offset) {
        outlet.tookOver();
        if (record.isSweptBehind(offset)) {
            offsetsToAwait = 0;
            record.sweepAgain();
            outlet.staleUntil(Long.MAX_VALUE);
        }
    }
}
