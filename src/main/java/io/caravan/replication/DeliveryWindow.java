package io.caravan.replication;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one shard that are on their way to the destination, and the position up to which everything is applied.
 *
 * <p>What always holds: (A) {@link #position()} is the position of a batch such that it and every batch before it are
 * applied. (B) At most {@code maxBatches} batches and about {@code maxBytes} bytes are on their way, fewer where {@link InFlightBudget} says that they are enough. (C) A batch is sent
 * only when the one before it has been taken by the sink or has ended: so whatever a route step does with a batch, batches
 * reach the sink in order. (D) After a failure the position does not move again.
 *
 * <p>The shard's thread opens deliveries and waits; any thread ends them.
 */
final class DeliveryWindow {

    private static final long NO_BATCH = -1;

    private final int maxBatches;
    private final InFlightBudget budget;
    private final Runnable onProgress;
    private volatile Consumer<Throwable> onFailure = cause -> {};
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Delivery> open = new ArrayDeque<>();
    private long openBytes;
    private @Nullable Delivery last;
    private @Nullable ReplicationPosition position;
    private @Nullable Throwable failure;
    private boolean closed;

    /**
     * @param maxBatches most batches on their way, at least 1
     * @param maxBytes most bytes on their way, less as long as that is enough; a single larger batch is let through alone
     * @param onProgress run after the position has moved, by the thread that moved it, without a lock
     */
    DeliveryWindow(int maxBatches, long maxBytes, Runnable onProgress) {
        this.maxBatches = maxBatches;
        budget = new InFlightBudget(maxBytes, System.nanoTime());
        this.onProgress = onProgress;
    }

    /**
     * Waits until there is room and the last batch has been handed on, then registers the next one.
     *
     * @param resume where the stream may be continued once it is applied; {@code null} inside a snapshot
     * @throws DeliveryFailedException if a delivery has failed
     * @throws ShardStoppedException if the window was closed
     */
    Delivery open(long sequence, long bytes, @Nullable ReplicationPosition resume)
            throws DeliveryFailedException, ShardStoppedException {
        lock.lock();
        try {
            while (!closed && failure == null && mustWait(bytes)) {
                changed.awaitUninterruptibly();
            }
            throwIfOver();
            var delivery = new Delivery(this, sequence, bytes, resume);
            open.add(delivery);
            openBytes += bytes;
            last = delivery;
            return delivery;
        } finally {
            lock.unlock();
        }
    }

    /** Registers that the stream has moved on without a command to be applied. */
    void passed(ReplicationPosition resume) {
        lock.lock();
        try {
            var delivery = new Delivery(this, NO_BATCH, 0, resume);
            delivery.done = true;
            open.add(delivery);
        } finally {
            lock.unlock();
        }
        advance();
    }

    /**
     * The sink takes a batch, if it is the one that is due: the last opened, once, before it ended. Handed over under the
     * lock, so that the next batch cannot overtake it.
     *
     * @return whether it was due
     */
    boolean submit(long sequence, Runnable handOver) {
        lock.lock();
        try {
            if (last == null || last.sequence != sequence || last.submitted || last.done || failure != null) {
                return false;
            }
            handOver.run();
            last.submitted = true;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean isTaken(Delivery delivery) {
        lock.lock();
        try {
            return delivery.submitted;
        } finally {
            lock.unlock();
        }
    }

    void applied(Delivery delivery) {
        lock.lock();
        try {
            if (delivery.done) {
                return;
            }
            delivery.done = true;
        } finally {
            lock.unlock();
        }
        advance();
    }

    void failed(Throwable cause) {
        lock.lock();
        try {
            if (failure != null) {
                return;
            }
            failure = cause;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        onFailure.accept(cause);
    }

    /** Told of the first failure, by the thread that reported it, without a lock. Set before the first batch. */
    void onFailure(Consumer<Throwable> listener) {
        onFailure = listener;
    }

    /** Up to where everything is applied; empty as long as a first snapshot is not. */
    Optional<ReplicationPosition> position() {
        lock.lock();
        try {
            return Optional.ofNullable(position);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Begins anew: at a position that was applied by an earlier process, or at none because a snapshot follows. Batches
     * still on their way belong to a history that cannot be continued any more.
     */
    void restart(@Nullable ReplicationPosition from) {
        lock.lock();
        try {
            position = from;
            open.forEach(delivery -> delivery.resume = null);
        } finally {
            lock.unlock();
        }
    }

    /** The history goes by a new id since a failover; positions in it stay what they are. */
    void renamed(String newReplicationId) {
        lock.lock();
        try {
            if (position != null) {
                position = position.renamed(newReplicationId);
            }
            for (Delivery delivery : open) {
                if (delivery.resume != null) {
                    delivery.resume = delivery.resume.renamed(newReplicationId);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Age of the oldest batch on its way in milliseconds, begun ones included; 0 if there is none. */
    long oldestAgeMillis() {
        lock.lock();
        try {
            return open.isEmpty()
                    ? 0
                    : 1 + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - open.element().openedNanos);
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of the batches on their way. */
    long openBytes() {
        lock.lock();
        try {
            return openBytes;
        } finally {
            lock.unlock();
        }
    }

    /** Number of batches on their way. */
    int openBatches() {
        lock.lock();
        try {
            return open.size();
        } finally {
            lock.unlock();
        }
    }

    /** What stopped the shard, if anything did. */
    Optional<Throwable> failure() {
        lock.lock();
        try {
            return Optional.ofNullable(failure);
        } finally {
            lock.unlock();
        }
    }

    /** Wakes whoever waits for room; nothing can be opened any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until every batch on its way has ended, or one has failed; answers whether none is left. */
    boolean awaitEmpty(long timeoutMillis) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            while (!open.isEmpty() && failure == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            return open.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private boolean mustWait(long bytes) {
        boolean handedOn = last == null || last.submitted || last.done;
        boolean room = open.size() < maxBatches && (open.isEmpty() || openBytes + bytes <= budget.bytes());
        return !handedOn || !room;
    }

    private void throwIfOver() throws DeliveryFailedException, ShardStoppedException {
        if (failure != null) {
            throw new DeliveryFailedException(failure);
        }
        if (closed) {
            throw new ShardStoppedException();
        }
    }

    private void advance() {
        boolean moved = false;
        long now = System.nanoTime();
        lock.lock();
        try {
            while (!open.isEmpty() && open.element().done && failure == null) {
                Delivery first = open.remove();
                openBytes -= first.bytes;
                if (first.sequence != NO_BATCH) {
                    budget.ended(first.bytes, now - first.openedNanos, now);
                }
                if (first.resume != null) {
                    position = first.resume;
                    moved = true;
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (moved) {
            onProgress.run();
        }
    }
}
