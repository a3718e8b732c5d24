package io.caravan.camel;

import io.caravan.checkpoint.CutoverMark;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a task that was cut over from being started by whatever starts processes again: it would overwrite what clients have written to
 * the destination since then. Waits for the place where the mark is kept; called by the threads that start the consumer and cut over.
 */
final class CutoverGuard {

    private static final Logger LOG = LoggerFactory.getLogger(CutoverGuard.class);

    private final String task;
    private final CutoverMark mark;
    private final Duration timeout;

    /** @param timeout how long an answer may take */
    CutoverGuard(String task, CutoverMark mark, Duration timeout) {
        this.task = task;
        this.mark = mark;
        this.timeout = timeout;
    }

    /**
     * Lets a start pass.
     *
     * @param byPerson whether a person wants the task to be continued, so that it is not cut over any more
     * @throws IllegalStateException if the task was cut over, and nobody wants that
     */
    void passStart(boolean byPerson) throws IOException {
        Optional<Instant> moment = await(mark.read());
        if (moment.isEmpty()) {
            return;
        }
        if (!byPerson) {
            throw new IllegalStateException(
                    "task " + task + " was cut over at " + moment.get() + ", so it is not started: it would"
                            + " overwrite what clients have written to the destination since then. Take it out of whatever starts it. If nobody"
                            + " has written there and it is to be continued, remove " + mark);
        }
        await(mark.remove());
        LOG.warn("task {}: was cut over at {}, and is continued, as somebody wants", task, moment.get());
    }

    /** From now on no start passes by itself. */
    void cutOver() throws IOException {
        await(mark.set(Instant.now()));
    }

    /** It has come to nothing. */
    void goOn() throws IOException {
        await(mark.remove());
    }

    private <T> T await(CompletionStage<T> answer) throws IOException {
        try {
            return answer.toCompletableFuture().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "task " + task + ": whether it was cut over cannot be read or written (" + mark + "): "
                            + (e.getCause() == null ? "no answer within " + timeout.toSeconds() + " s" : e.getCause()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("task " + task + ": interrupted", e);
        }
    }
}
