package io.caravan.replication;

import io.caravan.replication.ReceivedBuffers.Received;
import io.caravan.spool.Spool;
import io.caravan.spool.SpoolReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Takes from a {@link ReceiveQueue} what memory has no room for, oldest bytes first, and gives it back in order.
 *
 * <pre>
 *            applied        reader                                       end
 * ───────────────┼─────────────┼──────────────────────────────────────────┼
 *      | spool, a chain of files            | memory                      |
 * </pre>
 *
 * <p>What always holds: (A) spool and memory together are one piece without a gap. (B) Of a stream they begin no later than
 * what is applied, unless they began within the batches that were on their way: so another process can go on from its
 * checkpoint, if the spool reaches back to it. (C) The reader is never held up by what is kept: where nothing can be written
 * and it needs more bytes than there is room for, what it has read is given up. (D) Disk work is done without the lock, by one
 * thread at a time.
 *
 * <p>Called with the queue's lock held, unless a method says otherwise. As long as memory suffices nothing is written, and no
 * thread waits.
 */
final class Overflow {

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LAST_WRITE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** What is to be done next. */
    private enum Due {
        NOTHING,
        /** The files are not needed any more. */
        DROP,
        /** The oldest files are not needed any more. */
        TRIM,
        /** Memory is short. */
        WRITE,
        /** The history goes by another name. */
        RENAME
    }

    /** Work on the disk. */
    private interface DiskWork {
        void run() throws IOException;
    }

    private final Spooling spooling;
    private final Spool spool;
    private final ReentrantLock lock;
    private final Condition changed;
    private final ReceivedBuffers buffers;
    private final Runnable heldChanged;

    /** Above the first, bytes are written until the second; the valve's limit is twice the first. */
    private final long highBytes;

    private final long lowBytes;

    private boolean working;
    private boolean busy;
    private boolean paused;
    private boolean closed;
    private boolean draining;
    private boolean flushing;
    private boolean snapshot;
    private boolean onDisk;
    private long spooledTo;
    private long givenUpTo = Long.MIN_VALUE;
    private volatile boolean active;
    private final AtomicLong applied = new AtomicLong(Long.MIN_VALUE);
    private volatile long stored = Long.MAX_VALUE;
    private @Nullable SpoolReader reader;

    /** @param heldChanged called with the lock held after memory was released */
    Overflow(Spooling spooling, ReentrantLock lock, ReceivedBuffers buffers, long limitBytes, Runnable heldChanged) {
        this.spooling = spooling;
        this.lock = lock;
        this.buffers = buffers;
        this.heldChanged = heldChanged;
        spool = spooling.spool();
        changed = lock.newCondition();
        highBytes = limitBytes / 2;
        lowBytes = limitBytes / 4;
        onDisk = !spool.isEmpty();
        spooledTo = onDisk ? spool.end() : 0;
    }

    /** Everything before {@code offset} is applied; answers whether {@link #settle()} wants to know. Without the lock. */
    boolean applied(long offset) {
        applied.accumulateAndGet(offset, Math::max);
        return active; // read after the write above; settle() writes and reads the other way round, so one sees the
        // other
    }

    /** A checkpoint at {@code offset} is stored: no process will ask for what is before. Without the lock. */
    void stored(long offset) {
        stored = offset;
    }

    /** Lets go of what is not needed any more, and has written what memory is short of. */
    void settle() {
        draining = isReaderOnDisk() ? !buffers.isEmpty() : buffers.heldBytes() > (draining ? lowBytes : highBytes);
        active = onDisk || working || draining || flushing;
        trim();
        if (active) {
            wakeWriter();
        }
    }

    /** Whether the reader's next byte is on the disk. Called by the reader. */
    boolean holdsNext() throws IOException {
        boolean next = isReaderOnDisk();
        SpoolReader open = reader;
        if (!next && open != null) {
            reader = null;
            open.close(); // so that the space of a deleted file is free
        }
        return next;
    }

    /** Reads from the disk, after {@link #holdsNext()}. Without the lock; called by the reader. */
    int read(byte[] target, int at, int room) throws IOException {
        SpoolReader from = reader;
        if (from == null) {
            from = spool.reader(buffers.readTo());
            reader = from;
        }
        int count = from.read(target, at, room);
        lock.lock();
        try {
            buffers.passed(count, from.arrivedNanos());
            settle();
            heldChanged.run();
        } finally {
            lock.unlock();
        }
        return count;
    }

    /** Nothing can be written, and the reader waits for bytes that there is no room for: invariant C. */
    void releaseWhatIsRead() {
        if (spooling.isStuck() && givenUpTo < buffers.readTo()) {
            givenUpTo = buffers.readTo();
            changed.signalAll();
            trim();
        }
    }

    /** Writes nothing until {@link #beginSnapshot()}. */
    void pause() {
        paused = true;
    }

    /** The history goes by another name from {@code buffers.end()} on. */
    void renamed() {
        if (onDisk && !snapshot) {
            flushing = true; // so that the name stands where it begins
            settle();
        }
    }

    /** What follows is a snapshot: what is on the disk is worth nothing. Called by the reader. */
    void beginSnapshot() throws IOException {
        stopWriter();
        closeReader();
        withoutLock(spool::beginSnapshot);
        onDisk = false;
        snapshot = true;
        paused = false;
        applied.set(Long.MIN_VALUE); // what it was counted in another history
        settle();
    }

    /** The snapshot has been read, and what comes next is at {@code offset} of the stream. Called by the reader. */
    void endSnapshot(long offset) throws IOException {
        stopWriter();
        closeReader();
        long from = buffers.readTo();
        long shift = offset - from;
        String history = buffers.history();
        withoutLock(() -> spool.endSnapshot(history, from, shift));
        onDisk = !spool.isEmpty();
        spooledTo += shift;
        buffers.shift(shift);
        snapshot = false;
        paused = false;
        settle();
    }

    /** Writes what is not applied, for another process, and waits until that is done. */
    void keepUnapplied() {
        if (paused || snapshot) {
            return;
        }
        flushing = true;
        settle();
        long left = LAST_WRITE_NANOS;
        try {
            while (working && !spooling.isStuck() && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends writing, and waits for that. */
    void close() throws IOException {
        closed = true;
        stopWriter();
        closeReader();
    }

    private void stopWriter() {
        paused = true;
        changed.signalAll();
        while (working) {
            changed.awaitUninterruptibly();
        }
    }

    private void closeReader() throws IOException {
        SpoolReader open = reader;
        reader = null;
        if (open != null) {
            open.close();
        }
    }

    private void wakeWriter() {
        if (busy || (working && !spooling.isStuck())) {
            return; // whoever works on the disk looks again when that is done
        }
        Due due = due();
        if (!working && due != Due.NOTHING) {
            startWriter();
        } else if (due == Due.DROP || due == Due.TRIM) {
            changed.signalAll(); // there will be room, so that it need not wait to try again
        }
    }

    private void startWriter() {
        working = true;
        try {
            spooling.threads().execute(this::write);
        } catch (RejectedExecutionException e) {
            working = false;
            spooling.failed(e);
        }
    }

    private void write() {
        lock.lock();
        try {
            for (Due due = due(); due != Due.NOTHING; due = due()) {
                perform(due);
            }
        } finally {
            working = false;
            flushing = false;
            changed.signalAll();
            lock.unlock();
        }
    }

    private Due due() {
        if (paused || closed) {
            return Due.NOTHING;
        }
        if (onDisk && released() >= spooledTo) {
            return Due.DROP;
        }
        if (onDisk && spool.hasBefore(neededFrom())) {
            return Due.TRIM;
        }
        if (!buffers.isEmpty() && (flushing || draining)) {
            return Due.WRITE;
        }
        return flushing && onDisk && !snapshot && !spool.history().equals(buffers.history()) ? Due.RENAME : Due.NOTHING;
    }

    private void perform(Due due) {
        List<Received> group = due == Due.WRITE ? buffers.firstGroup() : List.of();
        group.forEach(Received::retain);
        long neededFrom = neededFrom();
        String history = buffers.history();
        try {
            withoutLock(() -> onDisk(due, group, neededFrom, history));
            done(due, group);
            spooling.succeeded();
        } catch (IOException | RuntimeException e) {
            spooling.failed(e);
            heldChanged.run();
            awaitRetry();
        } finally {
            group.forEach(Received::release);
        }
    }

    private void onDisk(Due due, List<Received> group, long neededFrom, String history) throws IOException {
        switch (due) {
            case DROP -> spool.clear();
            case TRIM -> spool.deleteUpTo(neededFrom);
            case WRITE -> {
                Received first = group.get(0);
                long arrived = group.get(group.size() - 1).arrivedNanos();
                spool.append(
                        first.start(),
                        first.history(),
                        arrived,
                        group.stream().map(Received::bytes).toList());
            }
            case RENAME -> spool.rename(history);
            case NOTHING -> {}
        }
    }

    private void done(Due due, List<Received> group) {
        if (due == Due.DROP) {
            onDisk = false;
        }
        if (due == Due.WRITE) {
            onDisk = true;
            spooledTo = group.get(group.size() - 1).end();
            buffers.removeFirst(group.size());
        }
        settle();
        heldChanged.run();
    }

    private void awaitRetry() {
        try {
            if (!paused && !closed) {
                changed.awaitNanos(RETRY_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            paused = true; // the process ends
        }
    }

    private void withoutLock(DiskWork work) throws IOException {
        busy = true;
        lock.unlock();
        try {
            work.run();
        } finally {
            lock.lock();
            busy = false;
        }
    }

    /** As long as that is so, what arrives follows to the disk at once: there it survives the process. */
    private boolean isReaderOnDisk() {
        return onDisk && buffers.readTo() < spooledTo;
    }

    private void trim() {
        if (!busy && !onDisk) {
            buffers.releaseUpTo(released());
        }
    }

    /** What lies before is needed neither by the reader nor by another process, or cannot be kept for it. */
    private long released() {
        return snapshot ? buffers.readTo() : Math.min(buffers.readTo(), Math.max(applied.get(), givenUpTo));
    }

    /** Where another process would begin to read. */
    private long neededFrom() {
        return snapshot ? buffers.readTo() : Math.min(released(), stored);
    }
}
