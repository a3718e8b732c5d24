package io.caravan.sync;

import io.caravan.servers.Await;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * How long a copy needs to be up to date again: from the beginning and from the end of a fault, until the destination has
 * acknowledged everything that the source had written when the fault ended. Printed, for the table in docs/faults.md.
 *
 * <p>Used by the test's thread.
 */
final class Recovery {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final LoadedTask loaded;
    private final String fault;
    private final long beganNanos = System.nanoTime();

    /** The fault begins now. */
    Recovery(LoadedTask loaded, String fault) {
        this.loaded = loaded;
        this.fault = fault;
    }

    /** Lets the fault last until so much has passed since it began. */
    Recovery lasts(Duration duration) {
        long until = beganNanos + duration.toNanos();
        Await.until(
                fault + " has lasted for " + duration, duration.plus(PATIENCE), () -> System.nanoTime() - until >= 0);
        return this;
    }

    /** The fault ends now: waits until the copy is up to date, and prints how long that took. */
    void ends() {
        long endedNanos = System.nanoTime();
        loaded.awaitApplied();
        long nowNanos = System.nanoTime();
        System.out.printf(
                Locale.ROOT,
                "recovery | %s | %d ms since it began | %d ms since it ended%n",
                fault,
                TimeUnit.NANOSECONDS.toMillis(nowNanos - beganNanos),
                TimeUnit.NANOSECONDS.toMillis(nowNanos - endedNanos));
    }
}
