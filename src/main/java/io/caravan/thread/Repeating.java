package io.caravan.thread;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** Has a thread do something again and again: an executor by itself would stop doing it when it fails once, and tell nobody. */
public final class Repeating {

    private Repeating() {}

    /**
     * Begins, after the first pause.
     *
     * @param pauseMillis between the end of one time and the begin of the next, above 0
     * @param log told of each time that fails
     * @param failure what to say then, for people; the exception follows
     */
    public static void every(
            ScheduledExecutorService thread, long pauseMillis, Logger log, String failure, Runnable task) {
        thread.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        log.error("{}; it is tried again", failure, e);
                    }
                },
                pauseMillis,
                pauseMillis,
                TimeUnit.MILLISECONDS);
    }
}
