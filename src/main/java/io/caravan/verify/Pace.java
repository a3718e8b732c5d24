package io.caravan.verify;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Keeps readers to a number of keys a second, all of them together. Thread-safe; {@link #take} waits. */
final class Pace {

    private final long nanosPerKey;
    private final AtomicLong freeAtNanos = new AtomicLong(System.nanoTime());

    /** @param keysPerSecond 0 for no limit */
    Pace(long keysPerSecond) {
        nanosPerKey = keysPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / keysPerSecond;
    }

    /** Waits until that many keys may be read. */
    void take(int keys) {
        if (nanosPerKey == 0) {
            return;
        }
        long mine = freeAtNanos.updateAndGet(free -> Math.max(free, System.nanoTime()) + keys * nanosPerKey);
        for (long left = mine - System.nanoTime();
                left > 0 && !Thread.currentThread().isInterrupted(); ) {
            LockSupport.parkNanos(left);
            left = mine - System.nanoTime();
        }
    }
}
