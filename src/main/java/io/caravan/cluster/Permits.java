package io.caravan.cluster;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Until when tasks may write to a destination: each as long as nobody else can have its lease. Without a task that has a lease,
 * for ever. Thread-safe.
 *
 * <p>The end is kept by two clocks, and the earlier one counts: that of {@link System#nanoTime()} may stand still while the machine is
 * suspended, and the time of day may be set back.
 */
final class Permits {

    private record Until(long nanos, long millis) {}

    private final Map<String, Until> ends = new ConcurrentHashMap<>();
    private final LongSupplier clockMillis;

    Permits() {
        this(System::currentTimeMillis);
    }

    /** @param clockMillis the time of day */
    Permits(LongSupplier clockMillis) {
        this.clockMillis = clockMillis;
    }

    /** @param nanos of {@link System#nanoTime()} */
    void grant(String task, long nanos) {
        long left = TimeUnit.NANOSECONDS.toMillis(nanos - System.nanoTime());
        ends.put(task, new Until(nanos, clockMillis.getAsLong() + left));
    }

    /** The task does not write any more. */
    void withdraw(String task) {
        ends.remove(task);
    }

    /** Whether every task may write now. */
    boolean areGranted() {
        long nanos = System.nanoTime();
        long millis = clockMillis.getAsLong();
        return ends.values().stream().allMatch(end -> nanos - end.nanos() < 0 && millis <= end.millis());
    }
}
