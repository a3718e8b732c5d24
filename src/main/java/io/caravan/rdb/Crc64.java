package io.caravan.rdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The checksum of snapshots and of {@code DUMP} payloads: CRC-64 with the Jones polynomial, reflected, initial value 0.
 *
 * <p>Rule: Redis {@code crc64.c}; {@code of("123456789")} is {@code e9c6d914c4b8d9ca}.
 */
public final class Crc64 {

    /** 0xad93d23594c935a9 with its bits reversed. */
    private static final long POLYNOMIAL = 0x95AC9329AC4BC9B5L;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** {@code TABLE[256 n + b]}: byte b followed by n zero bytes; sixteen bytes are folded at once. */
    private static final long[] TABLE = tables();

    /**
     * {@code ZEROS[k][256 n + b]}: what byte n of a checksum, if it is b, becomes by 2^k zero bytes. Made when they are first
     * needed; a table made twice by two threads is the same.
     */
    private static final AtomicReferenceArray<long[]> ZEROS = new AtomicReferenceArray<>(Long.SIZE);

    private Crc64() {}

    /** The checksum of {@code bytes}. */
    public static long of(byte[] bytes) {
        return update(0, bytes, 0, bytes.length);
    }

    /** Continues the checksum {@code crc} over {@code length} bytes from {@code from} on. */
    public static long update(long crc, byte[] bytes, int from, int length) {
        int at = from;
        int end = from + length;
        long value = crc;
        for (; end - at >= 16; at += 16) {
            value = fold((long) LONG.get(bytes, at) ^ value, (long) LONG.get(bytes, at + 8));
        }
        for (; at < end; at++) {
            value = update(value, bytes[at]);
        }
        return value;
    }

    /** Continues the checksum {@code crc} over one byte, the low one of {@code value}. */
    public static long update(long crc, int value) {
        return TABLE[(int) (crc ^ value) & 0xff] ^ crc >>> 8;
    }

    /**
     * The checksum {@code crc} continued over {@code length} zero bytes. Since a checksum is linear, {@code update(a, bytes) ^
     * update(b, bytes)} is {@code overZeros(a ^ b, length of bytes)}: who knows one of the two need not look at the bytes
     * again for the other.
     */
    public static long overZeros(long crc, int length) {
        long value = crc;
        for (int bits = length; bits != 0; bits &= bits - 1) {
            value = apply(zeros(Integer.numberOfTrailingZeros(bits)), value);
        }
        return value;
    }

    private static long[] zeros(int power) {
        long[] known = ZEROS.get(power);
        if (known != null) {
            return known;
        }
        var table = new long[Long.BYTES * 256];
        for (int at = 0; at < table.length; at++) {
            long value = (at & 0xffL) << (at >>> 8) * Byte.SIZE;
            table[at] = power == 0 ? update(value, 0) : apply(zeros(power - 1), apply(zeros(power - 1), value));
        }
        ZEROS.set(power, table);
        return table;
    }

    private static long apply(long[] table, long value) {
        return table[(int) value & 0xff]
                ^ table[0x100 + ((int) (value >>> 8) & 0xff)]
                ^ table[0x200 + ((int) (value >>> 16) & 0xff)]
                ^ table[0x300 + ((int) (value >>> 24) & 0xff)]
                ^ table[0x400 + ((int) (value >>> 32) & 0xff)]
                ^ table[0x500 + ((int) (value >>> 40) & 0xff)]
                ^ table[0x600 + ((int) (value >>> 48) & 0xff)]
                ^ table[0x700 + (int) (value >>> 56)];
    }

    private static long fold(long first, long second) {
        int firstLow = (int) first;
        int firstHigh = (int) (first >>> 32);
        int secondLow = (int) second;
        int secondHigh = (int) (second >>> 32);
        long[] table = TABLE;
        return table[0xf00 + (firstLow & 0xff)]
                ^ table[0xe00 + (firstLow >>> 8 & 0xff)]
                ^ table[0xd00 + (firstLow >>> 16 & 0xff)]
                ^ table[0xc00 + (firstLow >>> 24)]
                ^ table[0xb00 + (firstHigh & 0xff)]
                ^ table[0xa00 + (firstHigh >>> 8 & 0xff)]
                ^ table[0x900 + (firstHigh >>> 16 & 0xff)]
                ^ table[0x800 + (firstHigh >>> 24)]
                ^ table[0x700 + (secondLow & 0xff)]
                ^ table[0x600 + (secondLow >>> 8 & 0xff)]
                ^ table[0x500 + (secondLow >>> 16 & 0xff)]
                ^ table[0x400 + (secondLow >>> 24)]
                ^ table[0x300 + (secondHigh & 0xff)]
                ^ table[0x200 + (secondHigh >>> 8 & 0xff)]
                ^ table[0x100 + (secondHigh >>> 16 & 0xff)]
                ^ table[secondHigh >>> 24];
    }

    private static long[] tables() {
        var tables = new long[16 * 256];
        for (int value = 0; value < 256; value++) {
            long crc = value;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
            }
            tables[value] = crc;
        }
        for (int at = 256; at < tables.length; at++) {
            long before = tables[at - 256];
            tables[at] = before >>> 8 ^ tables[(int) before & 0xff];
        }
        return tables;
    }
}
