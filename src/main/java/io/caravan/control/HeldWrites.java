package io.caravan.control;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients want to write is held back by the source, which lets go by itself when the time is over: so it is asked anew before.
 *
 * <p>Used by one thread. {@link #during} has another beside it, which has ended when that returns.
 */
final class HeldWrites {

    private static final Logger LOG = LoggerFactory.getLogger(HeldWrites.class);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Duration duration;
    private final Source source;
    private volatile long untilNanos = System.nanoTime();

    /** Whoever holds them back. */
    @FunctionalInterface
    interface Source {
        void hold(Duration duration) throws IOException;
    }

    /** @param duration for how long at a time; zero: they are not held back, and nothing is done here */
    HeldWrites(Duration duration, Source source) {
        this.duration = duration;
        this.source = source;
    }

    /** Holds them back for the whole duration from now on. */
    void hold() throws IOException {
        if (duration.isZero()) {
            return;
        }
        long asked = System.nanoTime(); // the source begins to count later than that
        source.hold(duration);
        untilNanos = asked + duration.toNanos();
    }

    /** Holds them back anew if half of the duration is over. */
    void keep() throws IOException {
        if (untilNanos - System.nanoTime() < duration.toNanos() / 2) {
            hold();
        }
    }

    /** For how long they are held back if nothing more is done. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, untilNanos - System.nanoTime()));
    }

    /** Does something that may take longer than the duration, and keeps them held back meanwhile. */
    <T> T during(Callable<T> work) throws Exception {
        var over = new AtomicBoolean();
        var keeping = new Thread(() -> keepUntil(over), "CaravanCutover");
        keeping.start();
        try {
            return work.call();
        } finally {
            over.set(true); // an interrupt might fall into a renewal, and what is left of that lets go
            LockSupport.unpark(keeping);
            keeping.join();
        }
    }

    private void keepUntil(AtomicBoolean over) {
        while (!over.get()) {
            try {
                keep();
            } catch (IOException | IllegalStateException e) {
                LOG.warn("cutover: {}", e.getMessage()); // what is written then is noticed in the end
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
