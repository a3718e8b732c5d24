package io.caravan.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Slots that other shards serve than when the records were written: their keys arrive in two streams, in no order between them.
 *
 * <p>So every shard that goes on applies its stream first, up to where it had come when the session began, by when each slot was where it
 * is now. Behind that the former shard says nothing of the keys any more, and they are read once more at the shard that has them. Only
 * then the records name the slots as they are: a process that comes before does it all again. A shard that begins with a snapshot takes that
 * behind the same point.
 *
 * <p>Passages are made by the thread that starts the session; the rest is for any thread.
 */
final class Resharding {

    private static final int OFFSETS = 2; // the first may have been asked for before
    private static final long NOWHERE = -1;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Passage> passages = new ArrayList<>();
    private volatile boolean passed = true;
    private volatile boolean over = true;
    private boolean closed;

    /**
     * Whether shards may say of the same slots what has no order between them: if slots have changed their shard, or, though they are
     * divided as before, where a shard begins with a snapshot: slots that had been at another shard meanwhile are in that one's stream
     * alone. And any shard may have to, which only its source knows.
     *
     * @param shards how many there are
     * @param slotsKnown whether it is known which of them has which slots; else the source says nothing of its offsets either
     * @param points where those go on that have a record
     */
    static boolean isPossible(int shards, boolean slotsKnown, Collection<StartingPoint> points) {
        boolean several = shards > 1 && slotsKnown;
        return points.stream()
                .anyMatch(point -> point.gained().isPresent()
                        || several && point.position().isPresent());
    }

    /** One shard's part in it. */
    final class Passage {

        private int offsetsToAwait = OFFSETS;
        private long until = Long.MAX_VALUE;
        private volatile long coversUntil = Long.MAX_VALUE;
        private long applied;
        private boolean mine;
        private final BitSet gainedBefore;
        private volatile BitSet gained;

        private Passage(BitSet gained, long applied) {
            this.gained = gained;
            gainedBefore = gained;
            this.applied = applied;
        }

        /** The source says how far the shard's stream has come. */
        void reached(long offset) {
            if (passed) {
                return;
            }
            lock.lock();
            try {
                if (coversUntil == Long.MAX_VALUE) {
                    coversUntil = offset;
                }
                if (offsetsToAwait > 0 && --offsetsToAwait == 0) {
                    until = offset;
                    applied(applied);
                }
            } finally {
                lock.unlock();
            }
        }

        /** Another master goes on behind {@code offset}: what the former has said that lies beyond may never come. */
        void tookOver(long offset) {
            if (passed) {
                return;
            }
            lock.lock();
            try {
                if (!mine && offsetsToAwait < OFFSETS) {
                    offsetsToAwait = OFFSETS;
                    until = Long.MAX_VALUE;
                    coversUntil = Math.min(coversUntil, offset);
                }
            } finally {
                lock.unlock();
            }
        }

        /** The stream is applied up to there. */
        void applied(long offset) {
            if (passed) {
                return;
            }
            lock.lock();
            try {
                applied = offset;
                mine |= offset >= until;
                settle();
            } finally {
                lock.unlock();
            }
        }

        /**
         * Whether keys of a slot that have arrived in the shard's stream up to an offset are put right by this session: they belong to
         * what the shard got before that began.
         */
        boolean covers(int slot, long offset) {
            return gainedBefore.get(slot) && offset <= coversUntil;
        }

        /**
         * The first offset that the source says, as what the other shards have had by then is applied before the keys are read again. As
         * long as it has said none, nobody knows better than that there is no such end.
         */
        long coversUntil() {
            return coversUntil;
        }

        /**
         * The shard begins anew: of its stream before that nothing is applied any more. Its snapshot has what is to be read again if the
         * other shards have come past that.
         */
        void beginsAnew() {
            lock.lock();
            try {
                mine = true;
                offsetsToAwait = 0;
                until = NOWHERE;
                coversUntil = NOWHERE; // what arrives from now on is behind its snapshot
                settle();
                if (passed) {
                    followed();
                }
            } finally {
                lock.unlock();
            }
        }

        /** The slots of which keys are still to be read again; not to be changed. */
        BitSet gained() {
            return gained;
        }

        /** They have been. */
        void followed() {
            if (gained.isEmpty()) {
                return;
            }
            lock.lock();
            try {
                gained = new BitSet();
                settle();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * A shard that goes on.
     *
     * @param gained the slots that it did not serve when its record was written
     * @param applied the offset up to where it is applied
     */
    Passage goesOn(BitSet gained, long applied) {
        var passage = new Passage((BitSet) gained.clone(), applied);
        lock.lock();
        try {
            passages.add(passage);
            passed = false;
            over = false;
        } finally {
            lock.unlock();
        }
        return passage;
    }

    /** A shard of a session that begins with nobody's slots changed, or one that begins with a snapshot. */
    Passage none() {
        return new Passage(new BitSet(), 0);
    }

    /** Whether every shard is past what it had run when the session began. */
    boolean isPassed() {
        return passed;
    }

    /** Whether all keys have been read again, too. */
    boolean isOver() {
        return over;
    }

    /** Waits until {@link #isPassed()}. */
    void awaitPassed() throws ShardStoppedException {
        lock.lock();
        try {
            while (!passed && !closed) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                throw new ShardStoppedException();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The same, for so long at most; answers whether it is passed. */
    boolean awaitPassed(Duration limit) throws ShardStoppedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (!passed && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (closed) {
                throw new ShardStoppedException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return passed;
    }

    /** Lets go of whoever waits. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void settle() {
        passed = passages.stream().allMatch(passage -> passage.mine);
        over = passed && passages.stream().allMatch(passage -> passage.gained.isEmpty());
        if (passed) {
            changed.signalAll();
        }
    }
}
