package io.caravan.command;

import java.util.BitSet;

/**
 * The hash slot of a key in a Redis Cluster: CRC16 (XMODEM) of the key, or of its hash tag, modulo 16384.
 *
 * <p>Rule: Redis Cluster specification, "Key distribution model" and "Hash tags"; {@code keyHashSlot} in Redis
 * {@code cluster.c}.
 */
public final class HashSlot {

    /** Number of slots of every Redis Cluster. */
    public static final int COUNT = 16384;

    private static final int POLYNOMIAL = 0x1021;

    /** {@code TABLE[n][b]}: the CRC of byte b followed by n zero bytes, so that eight bytes are folded at once. */
    private static final char[][] TABLE = tables();

    private HashSlot() {}

    /** Every slot; the caller's own. */
    public static BitSet all() {
        var all = new BitSet(COUNT);
        all.set(0, COUNT);
        return all;
    }

    /** The slot of {@code key}, 0 to 16383. */
    public static int of(byte[] key) {
        return of(key, 0, key.length);
    }

    /** The slot of the key that stands in {@code bytes} from {@code start} on, 0 to 16383. */
    public static int of(byte[] bytes, int start, int length) {
        int end = start + length;
        for (int open = start; open < end; open++) {
            if (bytes[open] == '{') {
                return ofTag(bytes, start, open, end);
            }
        }
        return crc16(bytes, start, end) & (COUNT - 1);
    }

    /** Only what stands between the first brace and the first closing one after it counts, unless that is empty. */
    private static int ofTag(byte[] bytes, int start, int open, int end) {
        for (int close = open + 1; close < end; close++) {
            if (bytes[close] == '}') {
                return close == open + 1
                        ? crc16(bytes, start, end) & (COUNT - 1)
                        : crc16(bytes, open + 1, close) & (COUNT - 1);
            }
        }
        return crc16(bytes, start, end) & (COUNT - 1);
    }

    private static int crc16(byte[] bytes, int from, int to) {
        int crc = 0;
        int at = from;
        for (; to - at >= 8; at += 8) {
            crc ^= (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
            crc = TABLE[7][crc >> 8]
                    ^ TABLE[6][crc & 0xff]
                    ^ TABLE[5][bytes[at + 2] & 0xff]
                    ^ TABLE[4][bytes[at + 3] & 0xff]
                    ^ TABLE[3][bytes[at + 4] & 0xff]
                    ^ TABLE[2][bytes[at + 5] & 0xff]
                    ^ TABLE[1][bytes[at + 6] & 0xff]
                    ^ TABLE[0][bytes[at + 7] & 0xff];
        }
        for (; at < to; at++) {
            crc = (crc << 8 & 0xffff) ^ TABLE[0][crc >> 8 ^ bytes[at] & 0xff];
        }
        return crc;
    }

    private static char[][] tables() {
        var tables = new char[8][256];
        for (int value = 0; value < 256; value++) {
            int crc = value << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ POLYNOMIAL : crc << 1;
            }
            tables[0][value] = (char) crc;
        }
        for (int zeros = 1; zeros < 8; zeros++) {
            for (int value = 0; value < 256; value++) {
                int before = tables[zeros - 1][value];
                tables[zeros][value] = (char) (before << 8 ^ tables[0][before >> 8]);
            }
        }
        return tables;
    }
}
