package io.caravan.replication;

import io.caravan.rdb.ByteSource;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes that a shard has received and not read yet; bounded in memory, and overflowing to the disk where there is an
 * {@link Overflow}.
 *
 * <p>The connection's event loop adds, the shard's thread reads and waits. When more than the limit is held the event loop
 * is told to stop reading the socket, and to go on when half of that is gone: so memory stays bounded whatever the source
 * sends. Buffers are released here, when they have been read (and, with an overflow, applied), or when the queue is closed.
 * Each is known with the time of its arrival, however long it waits.
 *
 * <p>It may outlive a link: what another link brings goes on behind what the one before has brought.
 */
final class ReceiveQueue implements ByteSource, ByteInlet {

    /** Tells the connection to stop or to go on reading; called from any thread. */
    interface Valve {
        void open(boolean open);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ReceiveQueue.class);

    private final long limitBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ReceivedBuffers buffers;
    private final @Nullable Overflow overflow;
    private Valve valve = open -> {};
    private boolean closed;
    private boolean full;
    private boolean readerWaits;
    private @Nullable IOException end;
    private @Nullable IOException abandoned;

    /** A queue in memory. */
    ReceiveQueue(long limitBytes, Valve valve) {
        this(limitBytes, new ReceivedBuffers("", 0, 0), null);
        this.valve = valve;
    }

    /** @param spooling writes to the disk what memory has no room for; {@code null} for memory alone */
    ReceiveQueue(long limitBytes, ReceivedBuffers buffers, @Nullable Spooling spooling) {
        this.limitBytes = limitBytes;
        this.buffers = buffers;
        overflow = spooling == null ? null : new Overflow(spooling, lock, buffers, limitBytes, this::turnValve);
    }

    /** Another connection brings the bytes from now on. */
    void attach(Valve newValve) {
        lock.lock();
        try {
            valve = newValve;
            valve.open(!full);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void granted(PsyncReply reply) {
        lock.lock();
        try {
            if (overflow != null && reply instanceof PsyncReply.FullResynchronization) {
                overflow.pause(); // until the reader has given up what is on the disk
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes over a buffer. */
    @Override
    public void add(ByteBuf buffer) {
        lock.lock();
        try {
            if (closed || !buffer.isReadable()) {
                buffer.release();
                return;
            }
            buffers.add(buffer);
            settle();
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** No more bytes will come; reads fail with {@code cause} once those that came are read. */
    @Override
    public void end(IOException cause) {
        lock.lock();
        try {
            if (end == null) {
                end = cause;
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Another link follows the one that ended. */
    void reopen() {
        lock.lock();
        try {
            end = null;
        } finally {
            lock.unlock();
        }
    }

    /** What came is of no use any more: reads fail with {@code cause} at once. */
    void abandon(IOException cause) {
        lock.lock();
        try {
            abandoned = cause;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Gives up what was not read; what is on the disk stays there. */
    void close() {
        lock.lock();
        try {
            closed = true;
            if (overflow != null) {
                overflow.close();
            }
        } catch (IOException e) {
            LOG.debug("a file of the spool could not be closed", e);
        } finally {
            buffers.clear();
            lock.unlock();
        }
    }

    /** Takes no more, and writes to the disk what is not applied, for another process to go on with. */
    void keepUnapplied() {
        lock.lock();
        try {
            closed = true;
            if (overflow != null) {
                overflow.keepUnapplied();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether a read would have to wait. */
    boolean isEmpty() {
        lock.lock();
        try {
            return closed || buffers.readTo() == buffers.end();
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of memory held by what was received and is still needed. */
    long heldBytes() {
        lock.lock();
        try {
            return buffers.heldBytes();
        } finally {
            lock.unlock();
        }
    }

    /** The position behind the last byte received, and the name of its history. */
    ReplicationPosition received() {
        lock.lock();
        try {
            return new ReplicationPosition(buffers.history(), buffers.end(), 0);
        } finally {
            lock.unlock();
        }
    }

    /** {@link System#nanoTime()} of the arrival of the last byte that was read; the reader's thread. */
    long arrivedNanos() {
        return buffers.arrivedNanos();
    }

    /** Everything before {@code offset} is applied. Any thread. */
    void applied(long offset) {
        if (overflow != null && overflow.applied(offset)) {
            lock.lock();
            try {
                settle();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A checkpoint at {@code offset} is stored. Any thread. */
    void stored(long offset) {
        if (overflow != null) {
            overflow.stored(offset);
        }
    }

    /** The history goes by another name, from the next byte added on. */
    void renamed(String history) {
        lock.lock();
        try {
            buffers.renamed(history);
            if (overflow != null) {
                overflow.renamed();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What follows is a snapshot; called by the reader before it reads of it. */
    void beginSnapshot(String history) throws IOException {
        lock.lock();
        try {
            buffers.beginAnew(history);
            if (overflow != null) {
                overflow.beginSnapshot();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The snapshot has been read; the next byte to be read is that at {@code offset} of the stream. */
    void endSnapshot(long offset) throws IOException {
        lock.lock();
        try {
            if (overflow != null) {
                overflow.endSnapshot(offset);
            } else {
                buffers.shift(offset - buffers.readTo());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read(byte[] target, int at, int room) throws IOException {
        Overflow disk = null;
        lock.lock();
        try {
            while (disk == null) {
                if (abandoned != null) {
                    throw abandoned;
                }
                if (overflow != null && overflow.holdsNext()) {
                    disk = overflow;
                } else if (buffers.hasUnread()) {
                    int count = buffers.take(target, at, room);
                    settle();
                    return count;
                } else {
                    awaitBytes();
                }
            }
        } finally {
            lock.unlock();
        }
        return disk.read(target, at, room); // without the lock: the event loop does not wait for the disk
    }

    private void awaitBytes() throws IOException {
        if (end != null) {
            throw end;
        }
        readerWaits = true;
        settle();
        arrived.awaitUninterruptibly();
        readerWaits = false;
    }

    /** Lets go of what is not needed any more, and sees to what is held. */
    private void settle() {
        if (overflow == null) {
            buffers.releaseUpTo(buffers.readTo());
        } else {
            overflow.settle();
        }
        turnValve();
    }

    /** Called with the lock held, whenever the held bytes have changed. */
    private void turnValve() {
        if (full && readerWaits && overflow != null && buffers.readTo() == buffers.end()) {
            overflow.releaseWhatIsRead();
        }
        if (!full && buffers.heldBytes() > limitBytes) {
            full = true;
            valve.open(false);
        } else if (full && buffers.heldBytes() <= limitBytes / 2) {
            full = false;
            valve.open(true);
        }
    }
}
