package io.caravan.replication;

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
    private int offsetsToAwait;

    ShardSweep(ProgressRecord record, BatchOutlet outlet) {
        this.record = record;
        this.outlet = outlet;
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
                outlet.staleUntil(offset);
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
