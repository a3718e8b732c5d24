package io.caravan.rdb;

import java.io.IOException;

/**
 * The length encoding: 6, 14, 32 or 64 bits, or the announcement of a specially encoded string.
 *
 * <p>Numbers that are no lengths (stream ids, counters, what a module wrote) are written the same way; they may use all
 * 64 bits, so they have a method of their own.
 *
 * <p>Rule: Redis {@code rdb.c}, {@code rdbLoadLenByRef}; {@code rdb.h}, {@code RDB_6BITLEN} and following.
 */
final class RdbLength {

    /** Encodings of a string, as the low six bits of a first byte whose high bits are 11. */
    static final int INT8 = 0;

    static final int INT16 = 1;
    static final int INT32 = 2;
    static final int LZF = 3;

    /** No snapshot is that large; twice a length, or a length and a little more, is always a number too. */
    private static final long TOO_LONG = 1L << 62;

    private static final int BITS_32 = 0x80;
    private static final int BITS_64 = 0x81;

    private RdbLength() {}

    /** A length that must be one; never negative. */
    static long read(RdbInput in) throws IOException, ValueTooLargeException {
        return read(readFirst(in), in);
    }

    /** The length whose first byte, which is no encoding, has been read; never negative. */
    static long read(int first, RdbInput in) throws IOException, ValueTooLargeException {
        long length = readAny(first, in);
        if (length < 0 || length >= TOO_LONG) {
            throw in.corrupt("a length of 2^62 or more");
        }
        return length;
    }

    /** A number of 64 bits, to be taken as unsigned or as two's complement: what wrote it knows. */
    static long readNumber(RdbInput in) throws IOException, ValueTooLargeException {
        return readAny(readFirst(in), in);
    }

    private static int readFirst(RdbInput in) throws IOException, ValueTooLargeException {
        int first = in.readByte();
        if (first >>> 6 == 3) {
            throw in.corrupt("a length was expected, not the encoding byte " + first);
        }
        return first;
    }

    private static long readAny(int first, RdbInput in) throws IOException, ValueTooLargeException {
        return switch (first >>> 6) {
            case 0 -> first;
            case 1 -> (first & 0x3f) << 8 | in.readByte();
            default -> readWide(first, in);
        };
    }

    private static long readWide(int first, RdbInput in) throws IOException, ValueTooLargeException {
        return switch (first) {
            case BITS_32 -> in.readIntBigEndian();
            case BITS_64 -> in.readLongBigEndian();
            default -> throw in.corrupt("unknown length encoding " + first);
        };
    }
}
