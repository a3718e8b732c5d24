package io.caravan.replication;

import io.caravan.servers.Await;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A task on a thread of its own, for tests of what waits. */
final class Background<T> {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Thread thread;

    private Background(Callable<T> task) {
        thread = new Thread(() -> {
            try {
                result.complete(task.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
    }

    static <T> Background<T> run(Callable<T> task) {
        var background = new Background<>(task);
        background.thread.start();
        return background;
    }

    /** Returns once the task waits for something. */
    Background<T> awaitWaiting() {
        Await.until("the task waits", PATIENCE, () -> thread.getState() == Thread.State.WAITING);
        return this;
    }

    boolean isDone() {
        return result.isDone();
    }

    /** What the task gave, or the exception that it ended with. */
    T result() throws Exception {
        try {
            return result.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } catch (TimeoutException e) {
            throw new AssertionError("the task did not end within " + PATIENCE, e);
        }
    }
}
