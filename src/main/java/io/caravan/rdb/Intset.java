package io.caravan.rdb;

import java.io.IOException;

/**
 * A sorted array of integers of one width.
 *
 * <p>Format (Redis {@code intset.h}), everything least significant byte first: {@code <width 4> <count 4> <integers…>},
 * the width being 2, 4 or 8 bytes.
 */
final class Intset implements Elements {

    private static final int HEADER = 8;

    private final StringBytes bytes;
    private int width;
    private long left;

    Intset(StringBytes bytes) {
        this.bytes = bytes;
    }

    /** Begins the intset that is the input's next string. */
    Intset begin() throws IOException, ValueTooLargeException {
        long length = bytes.open();
        width = (int) bytes.readLittleEndian(4);
        left = bytes.readLittleEndian(4);
        if (width != 2 && width != 4 && width != 8) {
            throw bytes.corrupt("an intset of integers of " + width + " bytes");
        }
        if (length != HEADER + left * width) {
            throw bytes.corrupt("an intset of " + left + " integers of " + width + " bytes in " + length + " bytes");
        }
        return this;
    }

    @Override
    public boolean next(Element element) throws IOException, ValueTooLargeException {
        if (left == 0) {
            return false;
        }
        left--;
        int shift = Long.SIZE - 8 * width;
        element.setInteger(bytes.readLittleEndian(width) << shift >> shift);
        return true;
    }
}
