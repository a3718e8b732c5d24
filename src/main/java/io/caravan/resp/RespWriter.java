package io.caravan.resp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes commands into one growing array: {@code array(2).bulk("DEL").bulk(key)}.
 *
 * <p>Not thread-safe; one owner. The array is handed out with {@link #bytes()} and belongs to the taker after
 * {@link #detach()}.
 */
public final class RespWriter {

    private byte[] bytes;
    private int length;

    /** @param capacity first size of the array, in bytes */
    public RespWriter(int capacity) {
        bytes = new byte[Math.max(capacity, 16)];
    }

    /** Begins a command (or any array) of {@code count} elements. */
    public RespWriter array(int count) {
        return header((byte) '*', count);
    }

    /** An argument. */
    public RespWriter bulk(byte[] value) {
        return bulk(value, 0, value.length);
    }

    /** An argument. */
    public RespWriter bulk(byte[] source, int from, int count) {
        header((byte) '$', count);
        raw(source, from, count);
        return endOfLine();
    }

    /** An argument, as UTF-8. */
    public RespWriter bulk(String value) {
        return bulk(value.getBytes(StandardCharsets.UTF_8));
    }

    /** An argument in decimal digits. */
    public RespWriter bulk(long value) {
        header((byte) '$', decimalLength(value));
        decimal(value);
        return endOfLine();
    }

    /** The header of an argument of {@code count} bytes; they follow by {@link #raw}, then {@link #endOfLine()}. */
    public RespWriter bulkHeader(int count) {
        return header((byte) '$', count);
    }

    /** Bytes as they are. */
    public RespWriter raw(byte[] source, int from, int count) {
        ensure(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
        return this;
    }

    /** One byte as it is. */
    public RespWriter raw(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
        return this;
    }

    /** {@code \r\n}. */
    public RespWriter endOfLine() {
        ensure(2);
        bytes[length++] = '\r';
        bytes[length++] = '\n';
        return this;
    }

    /** A whole command. */
    public RespWriter command(byte[]... arguments) {
        array(arguments.length);
        for (byte[] argument : arguments) {
            bulk(argument);
        }
        return this;
    }

    /** A whole command, its arguments as UTF-8. */
    public RespWriter command(String... arguments) {
        array(arguments.length);
        for (String argument : arguments) {
            bulk(argument);
        }
        return this;
    }

    /** Number of bytes written. */
    public int length() {
        return length;
    }

    /** The array written to; only the first {@link #length()} bytes count, and it may be replaced by the next write. */
    public byte[] bytes() {
        return bytes;
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    /** Forgets what was written, keeps the array. */
    public void clear() {
        length = 0;
    }

    /** Cuts back to an earlier {@link #length()}. */
    public void truncate(int earlierLength) {
        length = earlierLength;
    }

    /** Hands the array over and goes on with a new one of {@code capacity} bytes. */
    public byte[] detach(int capacity) {
        byte[] written = bytes;
        bytes = new byte[capacity];
        length = 0;
        return written;
    }

    private RespWriter header(byte marker, int value) {
        ensure(16);
        bytes[length++] = marker;
        digits(value);
        bytes[length++] = '\r';
        bytes[length++] = '\n';
        return this;
    }

    private void decimal(long value) {
        ensure(24);
        if (value == (int) value && value >= 0) {
            digits((int) value);
            return;
        }
        byte[] text = Long.toString(value).getBytes(StandardCharsets.US_ASCII);
        raw(text, 0, text.length);
    }

    /** Nearly every number is a length: an int, whose division is a fraction of the cost of a long's. */
    private void digits(int value) {
        int end = length + digitsOf(value);
        int rest = value;
        for (int at = end - 1; at > length; at--) {
            int tenth = rest / 10;
            bytes[at] = (byte) ('0' + (rest - tenth * 10));
            rest = tenth;
        }
        bytes[length] = (byte) ('0' + rest);
        length = end;
    }

    private static int digitsOf(int value) {
        int digits = 1;
        for (int rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /** Number of characters of {@code value} in decimal, its sign included. */
    static int decimalLength(long value) {
        return value == (int) value && value >= 0
                ? digitsOf((int) value)
                : Long.toString(value).length();
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, (int)
                    Math.min(Integer.MAX_VALUE - 16L, Math.max(bytes.length * 2L, length + (long) more)));
        }
    }
}
