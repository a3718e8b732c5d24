package io.caravan.camel;

import io.caravan.checkpoint.Lease;
import io.caravan.checkpoint.LeaseHolder;
import io.caravan.replication.ReplicationSession;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a task to this process: two that apply one task would apply everything twice.
 *
 * <p>{@link #take} and {@link #release} are called by the threads that start and stop the consumer, {@link #renew} by its
 * scheduler.
 */
final class TaskLease {

    private static final Logger LOG = LoggerFactory.getLogger(TaskLease.class);
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long ANSWER_MILLIS = 5000;
    private static final long RENEWALS = 3;

    private final String task;
    private final Lease lease;
    private final Duration time;
    private volatile boolean told;
    private final LeaseHolder me = LeaseHolder.here();
    private volatile long validUntilNanos = System.nanoTime();

    TaskLease(String task, Lease lease, Duration time) {
        this.task = task;
        this.lease = lease;
        this.time = time;
    }

    /** Until when, of {@link System#nanoTime()}, nobody else gets the task. */
    long validUntilNanos() {
        return validUntilNanos;
    }

    /**
     * Takes the task; of a process that ended without giving it up, when its time is over. If whoever keeps the lease cannot
     * serve at the moment (out of memory), the task is not taken yet: nothing is sent until {@link #renew} has taken it.
     *
     * @throws IllegalStateException if another process goes on renewing it
     */
    void take() {
        long began = System.nanoTime();
        long patience = time.toNanos() + time.toNanos() / 4;
        boolean waiting = false;
        while (true) {
            Optional<LeaseHolder> other = ask();
            if (other.isEmpty()) {
                return;
            }
            if (System.nanoTime() - began > patience || Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("task " + task + " is run by " + other.get() + " (" + lease
                        + "); two processes with one task would apply everything twice. Stop that one, or give this task"
                        + " another name (task=)");
            }
            if (!waiting) {
                LOG.info(
                        "task {}: was run by {}; waiting up to {} s to see whether it still is ({})",
                        task,
                        other.get(),
                        TimeUnit.NANOSECONDS.toSeconds(patience),
                        lease);
                waiting = true;
            }
            LockSupport.parkNanos(ASK_AGAIN_NANOS);
        }
    }

    private Optional<LeaseHolder> ask() {
        long askedNanos = System.nanoTime();
        try {
            Optional<LeaseHolder> other =
                    lease.hold(me, time).toCompletableFuture().get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
            validUntilNanos = askedNanos + time.toNanos();
            return other;
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("task {}: cannot be taken yet, nothing is sent until it is ({}: {})", task, lease, e.toString());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Whether nobody else can have the task now. */
    boolean isHeld() {
        return validUntilNanos - System.nanoTime() > 0;
    }

    /**
     * Keeps the task, or ends the session if another process has it. Does not wait.
     *
     * @param renewed run when it is kept for longer
     */
    void renew(ReplicationSession session, Runnable renewed) {
        long askedNanos = System.nanoTime();
        if (validUntilNanos - askedNanos > time.toNanos() / RENEWALS * (RENEWALS - 1)) {
            return;
        }
        lease.hold(me, time).whenComplete((other, failure) -> answered(session, renewed, askedNanos, other, failure));
    }

    private void answered(
            ReplicationSession session,
            Runnable renewed,
            long askedNanos,
            @Nullable Optional<LeaseHolder> other,
            @Nullable Throwable failure) {
        if (other == null) {
            tellOnce(String.valueOf(failure));
        } else if (other.isPresent()) {
            session.abort("task " + task + " has been taken over by " + other.get()
                    + ", since this one did not renew it in time (" + lease + "); stop one of the two");
        } else {
            validUntilNanos = askedNanos + time.toNanos();
            renewed.run();
            told = false;
        }
    }

    private void tellOnce(String failure) {
        if (!told) {
            told = true;
            LOG.warn(
                    "task {}: not renewed in {}: {}; nothing is sent any more {} ms after the last renewal",
                    task,
                    lease,
                    failure,
                    time.toMillis());
        }
    }

    /** Lets another process have the task at once. */
    void release() {
        try {
            lease.release(me).toCompletableFuture().get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("task {}: not released in {}; it expires", task, lease, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
