package io.caravan.servers;

/** The slot of a key: CRC16 (XMODEM) of the key or of its hash tag, modulo 16384 ({@code keyHashSlot}, cluster.c). */
public final class HashSlots {
    static final int COUNT = 16_384;

    private static final int[] CRC16 = table();

    private HashSlots() {}

    public static int of(byte[] key) {
        int from = 0;
        int to = key.length;
        int open = position(key, '{', 0);
        int close = position(key, '}', open + 1);
        if (close < key.length && close > open + 1) { // "{}" is no tag
            from = open + 1;
            to = close;
        }
        int crc = 0;
        for (int i = from; i < to; i++) {
            crc = (crc << 8 & 0xffff) ^ CRC16[(crc >>> 8 ^ key[i]) & 0xff];
        }
        return crc % COUNT;
    }

    /** Where the byte first is; behind the end if it is not there. */
    private static int position(byte[] key, char wanted, int from) {
        int at = from;
        while (at < key.length && key[at] != wanted) {
            at++;
        }
        return at;
    }

    private static int[] table() {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ 0x1021;
            }
            table[i] = crc & 0xffff;
        }
        return table;
    }
}
