package io.caravan.replication;

import io.caravan.spool.Spool;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Received bytes in memory, in the order of their arrival: first those that have been read and are kept, then those that
 * have not. Every byte has a position: its offset in the stream, or the number of bytes before it while a snapshot comes.
 *
 * <p>Owned by whoever holds the lock of its {@link ReceiveQueue}. Buffers are released here.
 */
final class ReceivedBuffers {

    /** Bytes that arrived within that time may share a block of the spool, and the time of arrival that it notes. */
    private static final long SAME_TIME_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** A buffer, its reader index apart as it came. */
    static final class Received {

        private final ByteBuf buffer;
        private final int from;
        private final int length;
        private final long arrivedNanos;
        private String history;
        private long start;

        private Received(ByteBuf buffer, long start, String history) {
            this.buffer = buffer;
            this.start = start;
            this.history = history;
            from = buffer.readerIndex();
            length = buffer.readableBytes();
            arrivedNanos = System.nanoTime();
        }

        long start() {
            return start;
        }

        long end() {
            return start + length;
        }

        long arrivedNanos() {
            return arrivedNanos;
        }

        String history() {
            return history;
        }

        /** All its bytes, read or not. */
        ByteBuffer bytes() {
            return buffer.nioBuffer(from, length);
        }

        void retain() {
            buffer.retain();
        }

        void release() {
            buffer.release();
        }
    }

    private final ArrayDeque<Received> read = new ArrayDeque<>();
    private final ArrayDeque<Received> unread = new ArrayDeque<>();
    private String history;
    private long heldBytes;
    private long readTo;
    private long end;
    private long arrivedNanos = System.nanoTime();

    /**
     * @param readTo position of the reader
     * @param end position behind the last byte received
     */
    ReceivedBuffers(String history, long readTo, long end) {
        this.history = history;
        this.readTo = readTo;
        this.end = end;
    }

    /** Takes over a buffer. */
    void add(ByteBuf buffer) {
        while (buffer.readableBytes() > Spool.LONGEST_BLOCK) {
            addOne(buffer.readRetainedSlice(Spool.LONGEST_BLOCK));
        }
        addOne(buffer);
    }

    private void addOne(ByteBuf buffer) {
        var received = new Received(buffer, end, history);
        end = received.end();
        heldBytes += buffer.capacity();
        unread.add(received);
    }

    /** Bytes of memory that are held. */
    long heldBytes() {
        return heldBytes;
    }

    boolean isEmpty() {
        return read.isEmpty() && unread.isEmpty();
    }

    boolean hasUnread() {
        return !unread.isEmpty();
    }

    /** The position of the reader. */
    long readTo() {
        return readTo;
    }

    /** The position behind the last byte received. */
    long end() {
        return end;
    }

    /** When the last byte that was read had arrived. */
    long arrivedNanos() {
        return arrivedNanos;
    }

    /** The name of the history that arriving bytes belong to. */
    String history() {
        return history;
    }

    void renamed(String newHistory) {
        history = newHistory;
    }

    /** Reads from memory; what has been read is kept until it is released. */
    int take(byte[] target, int at, int room) {
        int taken = 0;
        while (taken < room && !unread.isEmpty()) {
            Received first = unread.element();
            int count = Math.min(room - taken, first.buffer.readableBytes());
            first.buffer.readBytes(target, at + taken, count);
            taken += count;
            arrivedNanos = first.arrivedNanos;
            if (!first.buffer.isReadable()) {
                read.add(unread.remove());
            }
        }
        readTo += taken;
        return taken;
    }

    /** The reader has read bytes from elsewhere. */
    void passed(int count, long whenArrivedNanos) {
        readTo += count;
        arrivedNanos = whenArrivedNanos;
    }

    /** Lets go of what has been read and lies before {@code position}. */
    void releaseUpTo(long position) {
        while (!read.isEmpty() && read.element().end() <= position) {
            remove(read);
        }
    }

    /** The first bytes that are held: one history, about one time of arrival, at most a block. */
    List<Received> firstGroup() {
        List<Received> group = new ArrayList<>();
        Iterator<Received> all = Stream.concat(read.stream(), unread.stream()).iterator();
        int length = 0;
        while (all.hasNext()) {
            Received next = all.next();
            length += next.length;
            boolean fits = group.isEmpty()
                    || (length <= Spool.LONGEST_BLOCK
                            && next.history.equals(group.get(0).history)
                            && next.arrivedNanos - group.get(0).arrivedNanos <= SAME_TIME_NANOS);
            if (!fits) {
                break;
            }
            group.add(next);
        }
        return group;
    }

    /** Lets go of the first buffers, read or not. */
    void removeFirst(int count) {
        for (int i = 0; i < count; i++) {
            remove(read.isEmpty() ? unread : read);
        }
    }

    /** What is held is the beginning of something else: its first byte has position 0, and is read next. */
    void beginAnew(String newHistory) {
        history = newHistory;
        unread.forEach(received -> received.history = newHistory);
        long first =
                isEmpty() ? end : (read.isEmpty() ? unread : read).element().start();
        shift(-first);
        readTo = 0;
    }

    /** Gives all positions another zero. */
    void shift(long by) {
        readTo += by;
        end += by;
        read.forEach(received -> received.start += by);
        unread.forEach(received -> received.start += by);
    }

    /** Lets go of everything. */
    void clear() {
        removeFirst(read.size() + unread.size());
    }

    private void remove(ArrayDeque<Received> from) {
        Received received = from.remove();
        heldBytes -= received.buffer.capacity();
        received.release();
    }
}
