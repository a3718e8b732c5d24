package io.caravan.cluster;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Until when tasks may write to a destination: each as long as nobody else can have its lease. Without a task that has a lease,
 * for ever. Thread-safe.
 */
final class Permits {

    private final Map<String, Long> untilNanos = new ConcurrentHashMap<>();

    /** @param nanos of {@link System#nanoTime()} */
    void grant(String task, long nanos) {
        untilNanos.put(task, nanos);
    }

    /** The task does not write any more. */
    void withdraw(String task) {
        untilNanos.remove(task);
    }

    /** Whether every task may write now. */
    boolean areGranted() {
        long now = System.nanoTime();
        return untilNanos.values().stream().allMatch(until -> now - until < 0);
    }
}
