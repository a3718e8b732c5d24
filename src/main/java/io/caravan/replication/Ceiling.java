package io.caravan.replication;

import io.caravan.command.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How far a shard may send: what goes beyond has to be written down before, so that a process that comes after a crash knows
 * what may have reached the destination.
 *
 * <p>What always holds: (A) Nothing is let through beyond what was written down last, nor beyond what is being written down in
 * its place. (B) While it is written down that a snapshot is being applied, the stream may go as far as it likes: whoever
 * comes then begins with a snapshot. (C) Nothing is let through while another process may have taken over the task. (D) No value
 * that was read at the source goes on before it is written down that commands up to the offset of the reading are in doubt: they
 * are contained in it, which nobody else would know. (E) Nothing is let through before this process has written something down: its
 * record says by which connections it sends, which whoever comes then has to end.
 *
 * <p>The shard's thread waits here; the thread that writes proposes and confirms. The distance kept ahead is what is sent
 * within two writes, so that a busy shard does not wait.
 */
final class Ceiling {

    private static final long LEAST_DISTANCE = 1024 * 1024;
    private static final long UNLIMITED = Long.MAX_VALUE;

    private final @Nullable Runnable writeWanted;
    private final LongSupplier clockMillis;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long limit;
    private long sent;
    private long sentAtProposal;
    private long distance = LEAST_DISTANCE;
    private boolean asked;

    /** Invariant E. */
    private boolean begun;

    private boolean snapshotWritten;
    private long permittedUntilNanos = System.nanoTime();

    /** The same by the time of day; the earlier end counts, since the other clock may stand still while the machine is suspended. */
    private long permittedUntilMillis;

    private boolean leased;
    private boolean closed;

    /** Up to where keys have been read again, and the values that wait until that is written down. */
    private long read;

    private final List<Reading> readings = new ArrayList<>();

    /** A value that waits. */
    private record Reading(KeyValue value, CompletableFuture<KeyValue> passed) {}

    /**
     * @param writeWanted asks for the shard's progress to be written down soon; called by the shard's thread. {@code null} if
     *     nothing is written down: there is no ceiling then
     */
    Ceiling(@Nullable Runnable writeWanted) {
        this(writeWanted, System::currentTimeMillis);
    }

    /** @param clockMillis the time of day */
    Ceiling(@Nullable Runnable writeWanted, LongSupplier clockMillis) {
        this.writeWanted = writeWanted;
        this.clockMillis = clockMillis;
        leased = writeWanted != null; // whoever writes down a task has a lease for it, which is still to be told
    }

    /** Begins behind {@code offset}; up to {@code written} it is written down that it may have been sent. */
    void startAt(long offset, long written) {
        lock.lock();
        try {
            sent = offset;
            sentAtProposal = offset;
            limit = written;
            read = 0;
            abandonReadings();
        } finally {
            lock.unlock();
        }
    }

    /** A snapshot follows: waits until that is written down. */
    void awaitSnapshotWritten(long offset) throws ShardStoppedException {
        Runnable ask = writeWanted;
        if (ask == null) {
            return;
        }
        lock.lock();
        try {
            snapshotWritten = false;
            startAt(offset, offset);
            ask.run();
            while (!closed && !snapshotWritten) {
                changed.awaitUninterruptibly();
            }
            throwIfClosed();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the stream may be sent up to {@code offset}. */
    void pass(long offset) throws ShardStoppedException {
        Runnable ask = writeWanted;
        if (ask == null) {
            return;
        }
        lock.lock();
        try {
            sent = Math.max(sent, offset);
            if ((!begun || limit - sent < distance / 2) && !asked) {
                asked = true;
                ask.run();
            }
            awaitPermission();
            while (!closed && !isLetThrough(offset)) {
                changed.awaitUninterruptibly();
                awaitPermission();
            }
            throwIfClosed();
        } finally {
            lock.unlock();
        }
    }

    /** Holds a value back until it is written down that it may have been written. Does not wait; any thread. */
    CompletionStage<KeyValue> pass(KeyValue value) {
        Runnable ask = writeWanted;
        lock.lock();
        try {
            read = Math.max(read, value.offset());
            if (ask == null || isLetThrough(value.offset())) {
                return CompletableFuture.completedStage(value);
            }
            if (closed) {
                return CompletableFuture.failedStage(new ShardStoppedException());
            }
            var reading = new Reading(value, new CompletableFuture<>());
            readings.add(reading);
            if (!asked) {
                asked = true;
                ask.run();
            }
            return reading.passed();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no other process may have taken over the task. */
    void passSnapshot() throws ShardStoppedException {
        lock.lock();
        try {
            awaitPermission();
            throwIfClosed();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The ceiling to be written down next; from now on nothing is sent beyond it, even if it is never confirmed.
     *
     * @param applied offset up to which everything is applied
     */
    long propose(long applied) {
        lock.lock();
        try {
            distance = Math.max(LEAST_DISTANCE, 2 * (sent - sentAtProposal));
            sentAtProposal = sent;
            asked = false;
            long reached = Math.max(Math.max(sent, applied), read);
            if (limit == UNLIMITED) {
                limit = reached + distance;
                return limit;
            }
            boolean farEnough = limit - reached >= distance / 2;
            return farEnough ? limit : reached + distance;
        } finally {
            lock.unlock();
        }
    }

    /** A proposal has been written down. */
    void written(long ceiling) {
        lock.lock();
        try {
            begun = true;
            if (limit != UNLIMITED) {
                limit = Math.max(limit, ceiling);
            }
            letReadingsGo();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** It has been written down that a snapshot is being applied. */
    void snapshotWritten() {
        lock.lock();
        try {
            begun = true;
            snapshotWritten = true;
            limit = UNLIMITED;
            letReadingsGo();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** No other process takes over the task before {@code nanos} of {@link System#nanoTime()}. */
    void permittedUntil(long nanos) {
        lock.lock();
        try {
            leased = true;
            permittedUntilNanos = nanos;
            permittedUntilMillis = clockMillis.getAsLong() + TimeUnit.NANOSECONDS.toMillis(nanos - System.nanoTime());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Up to where something was sent. */
    long sent() {
        lock.lock();
        try {
            return sent;
        } finally {
            lock.unlock();
        }
    }

    /** Up to where keys have been read again: what is applied up to there may be contained in a value already. */
    long read() {
        lock.lock();
        try {
            return read;
        } finally {
            lock.unlock();
        }
    }

    /** How many threads wait. */
    int waiting() {
        lock.lock();
        try {
            return lock.getWaitQueueLength(changed);
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of whoever waits. */
    void close() {
        lock.lock();
        try {
            closed = true;
            abandonReadings();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isLetThrough(long offset) {
        return begun && offset <= limit;
    }

    private void letReadingsGo() {
        readings.removeIf(reading ->
                isLetThrough(reading.value().offset()) && reading.passed().complete(reading.value()));
    }

    /** Whoever waits reads the key again. */
    private void abandonReadings() {
        readings.forEach(reading -> reading.passed().completeExceptionally(new ShardStoppedException()));
        readings.clear();
    }

    private void awaitPermission() {
        while (!closed && leased && !isPermitted()) {
            changed.awaitUninterruptibly();
        }
    }

    private boolean isPermitted() {
        return System.nanoTime() - permittedUntilNanos < 0 && clockMillis.getAsLong() <= permittedUntilMillis;
    }

    private void throwIfClosed() throws ShardStoppedException {
        if (closed) {
            throw new ShardStoppedException();
        }
    }
}
