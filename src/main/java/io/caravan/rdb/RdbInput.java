package io.caravan.rdb;

import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The window on a snapshot that is still arriving: reads block until the bytes are there.
 *
 * <p>Bytes are kept from {@link #mark()} on (or from the position, if there is no mark), so that a value which has been
 * skipped can be taken as one slice. The window grows for that up to a limit; past it {@link ValueTooLargeException}
 * says so, and {@link #reset()} goes back to the mark. Lengths read from the snapshot are only ever compared, never
 * allocated. The source's end is an {@link EOFException} that names the byte offset.
 *
 * <p>Computes the checksum of everything that has been passed. Not thread-safe; the shard's thread owns it.
 */
public final class RdbInput {

    /** First size of the window. */
    private static final int INITIAL_WINDOW = 64 * 1024;

    private static final int NO_MARK = -1;
    private static final PassedBytes NO_COPY = (bytes, from, length) -> {};
    private static final ByteSource NOTHING = (target, at, room) -> {
        throw new EOFException("these are all bytes");
    };
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_BE = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_BE = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final ByteSource source;
    private final int holdLimit;
    private byte[] window;
    private int position;
    private int limit;
    private int mark = NO_MARK;

    /** Offset in the snapshot of {@code window[0]}. */
    private long windowOffset;

    private long crc;
    private int checked;

    private PassedBytes copy = NO_COPY;

    /** Bytes before this one were copied, as far as they are to be. */
    private int copied;

    /** Takes bytes that are passed; the array is written again as soon as the method returns. */
    @FunctionalInterface
    public interface PassedBytes {
        void take(byte[] bytes, int from, int length) throws IOException;
    }

    /**
     * The window on what {@code source} gives.
     *
     * @param source where the bytes come from
     * @param holdLimit most bytes that are held at once for the sake of a mark; at least 64 KiB
     */
    public RdbInput(ByteSource source, int holdLimit) {
        this.source = source;
        this.holdLimit = Math.max(holdLimit, INITIAL_WINDOW);
        window = new byte[INITIAL_WINDOW];
    }

    private RdbInput(byte[] bytes, int from, int to) {
        source = NOTHING;
        holdLimit = Math.max(bytes.length, INITIAL_WINDOW);
        window = bytes;
        position = from;
        checked = from;
        limit = to;
    }

    /** Input that is there already: the bytes of {@code bytes}, which are not copied, between two indices. */
    static RdbInput of(byte[] bytes, int from, int to) {
        return new RdbInput(bytes, from, to);
    }

    /** Most bytes that are held at once. */
    int holdLimit() {
        return holdLimit;
    }

    /** The window; {@link #position()} is the index of the next byte. */
    public byte[] window() {
        return window;
    }

    /** Index in the window of the next byte to be read. */
    public int position() {
        return position;
    }

    /** Offset in the snapshot of the next byte to be read. */
    public long offset() {
        return windowOffset + position;
    }

    /** Keeps the bytes from here on until {@link #unmark()}. */
    public void mark() {
        mark = position;
    }

    /** Index in the window of the byte at which {@link #mark()} was called. */
    public int marked() {
        return mark;
    }

    /** Goes back to the mark, and removes it. */
    public void reset() {
        position = mark;
        mark = NO_MARK;
    }

    /** Removes the mark. */
    public void unmark() {
        mark = NO_MARK;
    }

    /**
     * Gives every byte that is passed from here on to {@code target} as well, until {@link #endCopy}. No mark may be set: what
     * has been passed must not be gone back to.
     */
    public void copyTo(PassedBytes target) {
        copy = target;
        copied = position;
    }

    /** The copy ends with the byte before the position. */
    public void endCopy() throws IOException {
        giveCopy();
        copy = NO_COPY;
    }

    /** Waits until the next {@code count} bytes are in the window. */
    public void require(long count) throws IOException, ValueTooLargeException {
        if (count > limit - position) {
            refuseBeyondLimit(count);
            while (limit - position < count) {
                fill();
            }
        }
    }

    /**
     * How many of the next bytes are in the window already, at least 1 and at most {@code most}; waits for the first.
     */
    public int some(long most) throws IOException, ValueTooLargeException {
        if (limit == position) {
            fill();
        }
        return (int) Math.min(most, limit - position);
    }

    /** Passes {@code count} bytes that are in the window. */
    public void advance(int count) {
        position += count;
    }

    /** Passes {@code count} bytes, wherever they are. */
    public void skip(long count) throws IOException, ValueTooLargeException {
        if (mark != NO_MARK) {
            refuseBeyondLimit(count);
        }
        long rest = count;
        while (rest > limit - position) {
            rest -= limit - position;
            position = limit;
            fill();
        }
        position += (int) rest;
    }

    /** The next byte, 0 to 255. */
    public int readByte() throws IOException, ValueTooLargeException {
        if (position == limit) {
            fill();
        }
        return window[position++] & 0xff;
    }

    /** Eight bytes, least significant first. */
    public long readLongLittleEndian() throws IOException, ValueTooLargeException {
        require(8);
        long value = (long) LONG_LE.get(window, position);
        position += 8;
        return value;
    }

    /** Eight bytes, most significant first. */
    public long readLongBigEndian() throws IOException, ValueTooLargeException {
        require(8);
        long value = (long) LONG_BE.get(window, position);
        position += 8;
        return value;
    }

    /** Four bytes, most significant first, unsigned. */
    public long readIntBigEndian() throws IOException, ValueTooLargeException {
        require(4);
        int value = (int) INT_BE.get(window, position);
        position += 4;
        return value & 0xffffffffL;
    }

    /** The checksum of all bytes before the position. */
    public long checksum() {
        if (position > checked) { // after a reset, bytes behind the position have been counted already
            crc = Crc64.update(crc, window, checked, position - checked);
            checked = position;
        }
        return crc;
    }

    /**
     * The checksum of the byte {@code first} and of the bytes from the mark to the position behind it: what a {@code DUMP}
     * payload has. Computed in place of the checksum of the whole for those bytes, which then follows from it.
     */
    public long checksumFromMark(int first) {
        long before = Crc64.update(0, first);
        if (checked > mark) { // the window was moved meanwhile, so they have been counted already
            return Crc64.update(before, window, mark, position - mark);
        }
        crc = Crc64.update(crc, window, checked, mark - checked);
        long value = Crc64.update(before, window, mark, position - mark);
        crc = value ^ Crc64.overZeros(crc ^ before, position - mark);
        checked = position;
        return value;
    }

    /** The bytes that were received but not read: they belong to what follows the snapshot. */
    public byte[] rest() {
        return Arrays.copyOfRange(window, position, limit);
    }

    /** A fault found at the position. */
    public CorruptRdbException corrupt(String what) {
        return new CorruptRdbException(what, offset());
    }

    private int keptFrom() {
        return mark == NO_MARK ? position : mark;
    }

    private void refuseBeyondLimit(long count) throws ValueTooLargeException {
        if (count > holdLimit - (position - keptFrom())) {
            throw ValueTooLargeException.INSTANCE;
        }
    }

    private void giveCopy() throws IOException {
        copy.take(window, copied, position - copied);
        copied = position;
    }

    private void fill() throws IOException, ValueTooLargeException {
        if (source != NOTHING && limit == window.length) {
            makeRoom();
        }
        try {
            int count = source.read(window, limit, window.length - limit);
            if (count < 1) {
                throw new EOFException("no more bytes come");
            }
            limit += count;
        } catch (EOFException e) {
            var end = new EOFException(
                    "the snapshot ends too early, at byte " + (windowOffset + limit) + ": " + e.getMessage());
            end.initCause(e);
            throw end;
        }
    }

    /** Moves what is kept to the front of the window, and doubles the window when more than half of it is kept. */
    private void makeRoom() throws IOException, ValueTooLargeException {
        int from = keptFrom();
        int kept = limit - from;
        if (kept >= holdLimit) {
            throw ValueTooLargeException.INSTANCE;
        }
        checksum();
        giveCopy();
        boolean grow = kept > window.length / 2 && window.length < holdLimit;
        byte[] target = grow ? new byte[Math.min(holdLimit, window.length * 2)] : window;
        System.arraycopy(window, from, target, 0, kept);
        window = target;
        windowOffset += from;
        position -= from;
        limit -= from;
        checked -= from;
        copied -= from;
        mark = mark == NO_MARK ? NO_MARK : 0;
    }
}
