package io.caravan.rdb;

/**
 * What stands before the bytes of a string in a snapshot.
 *
 * <p>Rule: Redis {@code rdb.h}, {@code RDB_6BITLEN} and following.
 */
public final class StringHeader {

    private static final int[] LENGTH_BY_HIGH_BITS = {1, 2, 0, 0};
    private static final int BITS_32 = 0x80;
    private static final int BITS_64 = 0x81;

    private StringHeader() {}

    /** Length in bytes of the header that begins with {@code first} if the string's bytes follow it as they are, else 0. */
    public static int lengthOfPlain(byte first) {
        int unsigned = first & 0xff;
        return switch (unsigned) {
            case BITS_32 -> 5;
            case BITS_64 -> 9;
            default -> LENGTH_BY_HIGH_BITS[unsigned >>> 6];
        };
    }
}
