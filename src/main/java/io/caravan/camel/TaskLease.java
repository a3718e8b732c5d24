package io.caravan.camel;

import io.caravan.checkpoint.Lease;
import io.caravan.checkpoint.LeaseAnswer;
import io.caravan.checkpoint.LeaseAnswer.Standing;
import io.caravan.checkpoint.LeaseHolder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a task to this process: two that apply one task would apply everything twice.
 *
 * <p>What always holds: (A) The task counts as held only from an answer on that says so, for a time that is counted from before the
 * question, by two clocks of which the earlier one counts: {@link System#nanoTime()} may stand still while the machine is suspended.
 * (B) Once another process has it, or may have had it since the records of the task were read, it is lost for good: what this process
 * knows of the task may be out of date, so it has to begin again from the records.
 *
 * <p>{@link #take}, {@link #listen} and {@link #release} are called by the threads that start and stop the consumer, {@link #renew} by its
 * keeper's thread; the listener is told by whoever answers.
 */
final class TaskLease {

    /** Whom a lease tells what becomes of it. Must not wait. */
    interface Listener {

        /** It is held for longer. */
        void kept();

        /** Another process has it; told once. */
        void isAnothers(String why);

        /** It is this process's, and may have been another's meanwhile; told once. */
        void mayHaveBeenAnothers(String why);
    }

    private static final Logger LOG = LoggerFactory.getLogger(TaskLease.class);
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long ANSWER_MILLIS = 5000;
    private static final long RENEWALS = 3;

    private final String task;
    private final Lease lease;
    private final Duration time;
    private volatile boolean failureTold;
    private final LeaseHolder me = LeaseHolder.here();
    private final LongSupplier clockMillis;
    private volatile End end = new End(System.nanoTime(), 0);

    /** Whether it was held before the records of the task were read. */
    private volatile boolean taken;

    /** How it was lost, or that it was given up; written once. Guarded by this, together with the listener. */
    private volatile @Nullable Consumer<Listener> loss;

    private @Nullable Listener listener;

    /** When somebody else may get it: of {@link System#nanoTime()}, and of the time of day. */
    private record End(long nanos, long millis) {}

    TaskLease(String task, Lease lease, Duration time) {
        this(task, lease, time, System::currentTimeMillis);
    }

    /** @param clockMillis the time of day */
    TaskLease(String task, Lease lease, Duration time, LongSupplier clockMillis) {
        this.clockMillis = clockMillis;
        this.task = task;
        this.lease = lease;
        this.time = time;
    }

    /** Until when, of {@link System#nanoTime()}, nobody else gets the task. */
    long validUntilNanos() {
        return isHeld() ? end.nanos() : System.nanoTime();
    }

    private End endFromNow() {
        return new End(System.nanoTime() + time.toNanos(), clockMillis.getAsLong() + time.toMillis());
    }

    /**
     * Takes the task; of a process that ended without giving it up, when its time is over. If whoever keeps the lease cannot
     * serve at the moment (out of memory), the task is not taken yet: nothing is sent, and once {@link #renew} has taken it, it begins
     * again from the records.
     *
     * @throws IllegalStateException if another process goes on renewing it
     */
    void take() {
        long began = System.nanoTime();
        long patience = time.toNanos() + time.toNanos() / 4;
        LeaseHolder other = null;
        while (true) {
            Optional<LeaseAnswer> answer = ask();
            if (isHeld()) {
                taken = true;
                failureTold = false;
                return;
            }
            if (answer.isEmpty() && other == null) {
                return;
            }
            LeaseHolder before = other;
            other = answer.filter(found -> found.standing() == Standing.ANOTHERS)
                    .flatMap(LeaseAnswer::other)
                    .orElse(other);
            boolean over = System.nanoTime() - began > patience;
            if (other != null && (over || Thread.currentThread().isInterrupted())) {
                throw new IllegalStateException("task " + task + " is run by " + other + " (" + lease
                        + "); two processes with one task would apply everything twice. Stop that one, or give this task"
                        + " another name (task=)");
            }
            if (over) {
                return; // answers come too late to be of use
            }
            if (other != null && before == null) {
                LOG.info(
                        "task {}: was run by {}; waiting up to {} s to see whether it still is ({})",
                        task,
                        other,
                        TimeUnit.NANOSECONDS.toSeconds(patience),
                        lease);
            }
            LockSupport.parkNanos(ASK_AGAIN_NANOS);
        }
    }

    /** Empty if there is no answer. */
    private Optional<LeaseAnswer> ask() {
        End asked = endFromNow();
        try {
            LeaseAnswer answer = lease.hold(me, time).toCompletableFuture().get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
            if (answer.standing() != Standing.ANOTHERS) {
                end = asked;
            }
            return Optional.of(answer);
        } catch (ExecutionException | TimeoutException e) {
            tellOnceThatItCannotBeTaken(e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private void tellOnceThatItCannotBeTaken(Exception e) {
        if (!failureTold) {
            failureTold = true;
            LOG.warn("task {}: cannot be taken yet, nothing is sent until it is ({}: {})", task, lease, e.toString());
        }
    }

    private synchronized void giveUp() {
        if (loss == null) {
            loss = it -> {};
        }
    }

    /** Whether nobody else can have the task now, nor can have had it since its records were read. */
    boolean isHeld() {
        End current = end;
        return loss == null && current.nanos() - System.nanoTime() > 0 && clockMillis.getAsLong() <= current.millis();
    }

    /** Tells somebody from now on; also that it has been lost already. */
    synchronized void listen(Listener hearing) {
        listener = hearing;
        Consumer<Listener> lost = loss;
        if (lost != null) {
            lost.accept(hearing);
        }
    }

    /** Keeps the task, unless it is lost. Does not wait. */
    void renew() {
        boolean lapsed = !isHeld();
        boolean due = lapsed || end.nanos() - System.nanoTime() <= time.toNanos() / RENEWALS * (RENEWALS - 1);
        if (loss != null || !due) {
            return;
        }
        End asked = endFromNow();
        lease.hold(me, time).whenComplete((answer, failure) -> {
            if (answer == null) {
                tellOnce(String.valueOf(failure));
            } else {
                answered(answer, asked, lapsed);
            }
        });
    }

    private synchronized void answered(LeaseAnswer answer, End asked, boolean lapsed) {
        if (loss != null) {
            return;
        }
        switch (answer.standing()) {
            case KEPT -> keepIf(taken, asked, "it could not be taken when its checkpoints were read");
            // not lapsed: it has vanished (FLUSHALL, a fail-over) while nobody else could get it
            case TAKEN -> keepIf(taken && !lapsed && isHeld(), asked, "nothing says who has had it since");
            case TAKEN_AFTER_ANOTHER -> lose(it -> it.mayHaveBeenAnothers(nameOf(answer) + " has had it meanwhile"));
            case ANOTHERS ->
                lose(it -> it.isAnothers("task " + task + " has been taken over by " + nameOf(answer)
                        + ", since this one did not renew it in time (" + lease + "); stop one of the two"));
        }
    }

    private static String nameOf(LeaseAnswer answer) {
        return answer.other().map(LeaseHolder::toString).orElse("another process");
    }

    private void keepIf(boolean certain, End asked, String otherwise) {
        if (!certain) {
            lose(it -> it.mayHaveBeenAnothers(otherwise));
            return;
        }
        end = asked;
        failureTold = false;
        Listener hearing = listener;
        if (hearing != null && isHeld()) {
            hearing.kept();
        }
    }

    private void lose(Consumer<Listener> how) {
        loss = how;
        Listener hearing = listener;
        if (hearing != null) {
            how.accept(hearing);
        }
    }

    private void tellOnce(String failure) {
        if (!failureTold) {
            failureTold = true;
            LOG.warn(
                    "task {}: not renewed in {}: {}; nothing is sent any more {} ms after the last renewal",
                    task,
                    lease,
                    failure,
                    time.toMillis());
        }
    }

    /** Lets another process have the task at once; it is not renewed any more. */
    void release() {
        giveUp();
        try {
            lease.release(me).toCompletableFuture().get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("task {}: not released in {}; it expires", task, lease, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
