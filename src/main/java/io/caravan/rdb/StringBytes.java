package io.caravan.rdb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of one string of the snapshot, whatever its encoding (plain, integer, LZF), read once from front to back.
 *
 * <p>Some bytes are always at hand as a slice of an array, the others are waited for: a string of any size needs no
 * more memory than the input's window. Invariant A: no byte beyond the string's announced length is ever given out.
 * Invariant B: when the last byte has been taken, the input is behind the string.
 *
 * <p>Rule: Redis {@code rdb.c}, {@code rdbGenericLoadStringObject}. Not thread-safe; uses its input's thread.
 */
final class StringBytes {

    private enum Encoding {
        /** No string is open. */
        NONE,
        PLAIN,
        DIGITS,
        LZF
    }

    private final RdbInput in;
    private final LzfBytes lzf;
    private Encoding encoding = Encoding.NONE;
    private byte[] array = {};
    private int position;
    private int limit;
    private long left;

    StringBytes(RdbInput in) {
        this.in = in;
        lzf = new LzfBytes(in);
    }

    /** Begins the input's next string and returns its length; the one before has been taken to its end. */
    long open() throws IOException, ValueTooLargeException {
        int first = in.readByte();
        if (first >>> 6 != 3) {
            return openPlain(RdbLength.read(first, in));
        }
        return switch (first & 0x3f) {
            case RdbLength.INT8 -> openDigits((byte) in.readByte());
            case RdbLength.INT16 -> openDigits((short) (in.readByte() | in.readByte() << 8));
            case RdbLength.INT32 -> openDigits(Integer.reverseBytes((int) in.readIntBigEndian()));
            case RdbLength.LZF -> openCompressed();
            default -> throw in.corrupt("unknown string encoding " + (first & 0x3f));
        };
    }

    /** How many bytes have not been taken yet. */
    long left() {
        return left;
    }

    /** How many of the bytes left are at hand from {@link #position()} on; waits for the first. */
    int atHand() throws IOException, ValueTooLargeException {
        if (left == 0) {
            throw corrupt("a string ends too early");
        }
        if (position == limit) {
            refill();
        }
        return limit - position;
    }

    /** The array that the bytes at hand are in. */
    byte[] array() {
        return array;
    }

    /** Index in {@link #array()} of the next byte. */
    int position() {
        return position;
    }

    /** Takes {@code count} of the bytes at hand. */
    void pass(int count) throws CorruptRdbException {
        position += count;
        left -= count;
        if (left == 0) {
            end();
        }
    }

    /** Takes {@code count} bytes, at hand or not. */
    void skip(long count) throws IOException, ValueTooLargeException {
        for (long rest = count; rest > 0; ) {
            int part = (int) Math.min(rest, atHand());
            pass(part);
            rest -= part;
        }
    }

    /** The next byte, 0 to 255. */
    int readByte() throws IOException, ValueTooLargeException {
        atHand();
        int value = array[position] & 0xff;
        pass(1);
        return value;
    }

    /** The next {@code count} bytes, at most 8, as a number, least significant first, without sign. */
    long readLittleEndian(int count) throws IOException, ValueTooLargeException {
        long value = 0;
        for (int shift = 0; shift < 8 * count; shift += 8) {
            value |= (long) readByte() << shift;
        }
        return value;
    }

    /** The next {@code count} bytes, at most 8, as a number, most significant first, without sign. */
    long readBigEndian(int count) throws IOException, ValueTooLargeException {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | readByte();
        }
        return value;
    }

    /** All bytes left, which the caller knows to be few; the array grows with what is really there. */
    byte[] readRest() throws IOException, ValueTooLargeException {
        byte[] bytes = {};
        int filled = 0;
        while (left > 0) {
            int part = atHand();
            if (filled + part > bytes.length) {
                long room = Math.min(filled + left, Math.max(filled + (long) part, bytes.length * 2L));
                bytes = Arrays.copyOf(bytes, (int) room);
            }
            System.arraycopy(array, position, bytes, filled, part);
            pass(part);
            filled += part;
        }
        return bytes;
    }

    /**
     * The input's next string as an array.
     *
     * @throws ValueTooLargeException if it is longer than the input may hold
     */
    byte[] readWhole() throws IOException, ValueTooLargeException {
        if (open() > in.holdLimit()) {
            throw ValueTooLargeException.INSTANCE;
        }
        return readRest();
    }

    /** A fault found at the next byte. */
    CorruptRdbException corrupt(String what) {
        synchronizeInput();
        return in.corrupt(what);
    }

    private long openPlain(long length) throws CorruptRdbException {
        encoding = Encoding.PLAIN;
        array = in.window();
        position = in.position();
        limit = position;
        return begin(length);
    }

    private long openDigits(long value) throws CorruptRdbException {
        encoding = Encoding.DIGITS;
        array = Long.toString(value).getBytes(StandardCharsets.US_ASCII);
        position = 0;
        limit = array.length;
        return begin(limit);
    }

    private long openCompressed() throws IOException, ValueTooLargeException {
        long compressed = RdbLength.read(in);
        long length = RdbLength.read(in);
        lzf.begin(compressed, length);
        encoding = Encoding.LZF;
        position = 0;
        limit = 0;
        return begin(length);
    }

    private long begin(long length) throws CorruptRdbException {
        left = length;
        if (length == 0) {
            end();
        }
        return length;
    }

    private void refill() throws IOException, ValueTooLargeException {
        if (encoding == Encoding.LZF) {
            position = lzf.refill();
            array = lzf.buffer();
            limit = lzf.filled();
        } else {
            synchronizeInput();
            int count = in.some(left);
            array = in.window();
            position = in.position();
            limit = position + count;
        }
    }

    private void end() throws CorruptRdbException {
        if (encoding == Encoding.LZF) {
            lzf.end();
        }
        synchronizeInput();
        encoding = Encoding.NONE;
    }

    /** A plain string's bytes are the input's own: what was taken here is passed there. */
    private void synchronizeInput() {
        if (encoding == Encoding.PLAIN) {
            in.advance(position - in.position());
        }
    }
}
