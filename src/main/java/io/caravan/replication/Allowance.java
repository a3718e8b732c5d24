package io.caravan.replication;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * So much a second, and no more: whoever takes more than is there leaves a debt, which those who come next wait for. So an amount of
 * any size passes, and the mean is right. Thread-safe.
 */
final class Allowance {

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What may be saved up by taking nothing, as a part of a second's amount. */
    private static final double SAVED = 0.1;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile long perSecond;
    private double left;
    private long countedNanos;
    private boolean lifted;

    /** The amount of a second; 0 if there is no limit. */
    long perSecond() {
        return perSecond;
    }

    /** Sets another amount, for those too that wait already. */
    void perSecond(long amount) {
        if (amount < 0) {
            throw new IllegalArgumentException("a limit of " + amount + " a second; 0 is none");
        }
        lock.lock();
        try {
            count();
            perSecond = amount;
            left = Math.min(left, amount * SAVED);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is owed, and takes. */
    void await(long amount) {
        if (perSecond == 0) {
            return;
        }
        lock.lock();
        try {
            while (waitNanos() > 0) {
                changed.awaitNanos(waitNanos());
            }
            left -= amount;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the shard is being ended, and sees that by itself
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes at once.
     *
     * @return nanoseconds until nothing is owed any more; 0 if nothing is
     */
    long take(long amount) {
        if (perSecond == 0) {
            return 0;
        }
        lock.lock();
        try {
            count();
            left -= amount;
            return waitNanos();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody waits any more, whatever the limit. */
    void lift() {
        lock.lock();
        try {
            lifted = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private long waitNanos() {
        count();
        long rate = perSecond;
        return lifted || rate == 0 || left > 0 ? 0 : Math.max(1, Math.round((1 - left) / rate * NANOS));
    }

    private void count() {
        long now = System.nanoTime();
        long rate = perSecond;
        left = Math.min(Math.max(rate * SAVED, 1), left + (now - countedNanos) / NANOS * rate);
        countedNanos = now;
    }
}
