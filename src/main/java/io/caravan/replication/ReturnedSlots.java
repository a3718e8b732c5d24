package io.caravan.replication;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Slots of which keys arrive in the stream of a shard that has them anyhow: they were at another shard meanwhile, and nobody has
 * seen them there, since they came back between two looks at the topology, or while no process ran.
 *
 * <p>What the other shard says of them has no order to what this one says, so another session is to put them right ({@link Resharding}). What
 * always holds: nothing of the stream behind such an arrival is applied before the record says that the shard did not have the slot. So
 * whoever comes after a kill puts it right, too. The shard's thread waits here; the rest is for any thread.
 */
final class ReturnedSlots {

    private final BitSet served;
    private final Resharding.Passage passage;
    private final @Nullable Runnable writeWanted;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Up to where keys of slots have arrived that have come back. */
    private final Map<Integer, Long> arrived = new HashMap<>();

    /** The same of slots that the shard has got of late, as far as is known by {@link #coveredUntil}. */
    private final Map<Integer, Long> covered = new HashMap<>();

    private long coveredUntil;
    private volatile BitSet pending = new BitSet();
    private BitSet written = new BitSet();
    private boolean closed;

    /**
     * @param served the slots that the shard has; none if nobody knows
     * @param passage knows which of them it has got of late: those are put right by this session
     * @param writeWanted asks for the shard's progress to be written down soon, and must not wait; {@code null} if nothing is
     */
    ReturnedSlots(BitSet served, Resharding.Passage passage, @Nullable Runnable writeWanted) {
        this.served = (BitSet) served.clone();
        this.passage = passage;
        this.writeWanted = writeWanted;
        coveredUntil = passage.coversUntil();
    }

    /**
     * Keys of slots arrive. Waits until that is written down, if it matters; the shard's thread.
     *
     * @param offset behind the command that says so
     * @return whether it is news, and matters
     */
    boolean arrive(BitSet slots, long offset) throws ShardStoppedException {
        lock.lock();
        try {
            BitSet before = slots();
            slots.stream()
                    .filter(served::get)
                    .forEach(slot -> (passage.covers(slot, offset) ? covered : arrived).put(slot, offset));
            if (before.cardinality() == arrived.size()) {
                return false;
            }
            pending = slotsOf(arrived);
            awaitWritten(pending);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void awaitWritten(BitSet slots) throws ShardStoppedException {
        Runnable ask = writeWanted;
        if (ask == null) {
            return;
        }
        ask.run();
        while (!closed && !contains(written, slots)) {
            changed.awaitUninterruptibly();
        }
        if (closed) {
            throw new ShardStoppedException();
        }
    }

    /** The slots that are to be put right by another session; not to be changed. */
    BitSet slots() {
        lock.lock();
        try {
            if (coveredUntil != passage.coversUntil()) {
                coveredUntil = passage.coversUntil();
                covered.forEach((slot, offset) -> {
                    if (!passage.covers(slot, offset)) {
                        arrived.put(slot, offset);
                    }
                });
                covered.keySet().removeAll(arrived.keySet());
                pending = slotsOf(arrived);
            }
            return pending;
        } finally {
            lock.unlock();
        }
    }

    /** Of those that the record tells of: up to where keys of them have arrived, by slot. */
    Map<Integer, Long> arrivals() {
        lock.lock();
        try {
            Map<Integer, Long> told = new HashMap<>(arrived);
            if (writeWanted != null) {
                told.keySet().removeIf(slot -> !written.get(slot));
            }
            return told;
        } finally {
            lock.unlock();
        }
    }

    /** Whether another session is to put this one right. */
    boolean contains(int slot) {
        return pending.get(slot);
    }

    /** Whether there is none. */
    boolean isEmpty() {
        return slots().isEmpty();
    }

    /** The record says so. */
    void written(BitSet slots) {
        lock.lock();
        try {
            written = slots;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
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

    private static BitSet slotsOf(Map<Integer, Long> offsets) {
        var slots = new BitSet();
        offsets.keySet().forEach(slots::set);
        return slots;
    }

    private static boolean contains(BitSet all, BitSet part) {
        var missing = (BitSet) part.clone();
        missing.andNot(all);
        return missing.isEmpty();
    }
}
