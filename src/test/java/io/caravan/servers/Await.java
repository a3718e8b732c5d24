package io.caravan.servers;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The only place of the tests that waits. It polls a condition on the calling thread, soon at first and then every
 * 20 ms at most.
 *
 * <p>An exception in an attempt means "not yet" and becomes the cause of the time-out; an {@link Error} ends the wait at
 * once, so a condition that can never come true any more throws {@link AssertionError}.
 */
public final class Await {
    private static final long FIRST_PAUSE_NANOS = 500_000;
    private static final long LONGEST_PAUSE_NANOS = 20_000_000;

    private Await() {}

    /** One look at the awaited value. */
    @FunctionalInterface
    public interface Attempt<T> {
        T now() throws Exception;
    }

    /** Returns when {@code condition} is true. {@code description} is a statement: "the replica is online". */
    public static void until(String description, Duration limit, Attempt<Boolean> condition) {
        until(description, limit, condition, Boolean::booleanValue);
    }

    /** Returns the first value that is {@code wanted}; the time-out names the last value that was not. */
    public static <T> T until(String description, Duration limit, Attempt<T> attempt, Predicate<? super T> wanted) {
        long deadline = System.nanoTime() + limit.toNanos();
        long pauseNanos = FIRST_PAUSE_NANOS;
        Object lastSeen = "nothing";
        @Nullable Exception lastFailure = null;
        do {
            try {
                T value = attempt.now();
                if (wanted.test(value)) {
                    return value;
                }
                lastSeen = value;
                lastFailure = null;
            } catch (Exception e) {
                lastSeen = e;
                lastFailure = e;
            }
            pause(Math.min(pauseNanos, deadline - System.nanoTime()));
            pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        } while (System.nanoTime() < deadline);
        throw new AssertionError(
                "not within " + limit.toMillis() + " ms: " + description + "; last seen: " + lastSeen, lastFailure);
    }

    /** Returns at the given {@link System#nanoTime()}; for what keeps a rate, or is to last for a while. */
    public static void moment(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            pause(left);
        }
    }

    private static void pause(long nanos) {
        if (Thread.interrupted()) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting");
        }
        if (nanos > 0) {
            LockSupport.parkNanos(nanos);
        }
    }
}
