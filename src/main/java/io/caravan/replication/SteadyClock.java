package io.caravan.replication;

import java.util.concurrent.TimeUnit;

/**
 * Our time in milliseconds since 1970, as the machine's clock said it when the process began and as it would go on if nobody ever set it:
 * what lies between two moments is what has passed. Times of this clock are compared with each other only, and with the source's once that
 * has told its own ({@link SourceClock}).
 *
 * <p>It stands still while the machine sleeps.
 */
final class SteadyClock {

    private static final long ANCHOR_NANOS = System.nanoTime();
    private static final long ANCHOR_MILLIS = System.currentTimeMillis();

    private SteadyClock() {}

    /** What it says. */
    static long millis() {
        return millisOf(System.nanoTime());
    }

    /** What it said when {@link System#nanoTime()} was {@code nanos}. */
    static long millisOf(long nanos) {
        return ANCHOR_MILLIS + TimeUnit.NANOSECONDS.toMillis(nanos - ANCHOR_NANOS);
    }

    /** By how much the machine's clock is ahead: it has been set, or the machine has slept. */
    static long machineAheadMillis() {
        return System.currentTimeMillis() - millis();
    }
}
