package io.caravan.rdb;

import java.io.IOException;

/**
 * A small hash as written before Redis 2.6: fields and values in turn.
 *
 * <p>Format (Redis {@code zipmap.c}):
 * {@code <count 1> (<length> <field> <length> <unused 1> <value> <unused bytes>)… <255>}. A length is one byte below
 * 254, or 254 and four bytes, least significant first. A count of 254 says nothing.
 */
final class Zipmap implements Elements {

    private static final int END = 255;
    private static final int WIDE_LENGTH = 254;
    private static final int UNKNOWN_COUNT = 254;

    private final StringBytes bytes;
    private int announced;
    private long count;
    private boolean valueIsNext;
    private int unused;

    Zipmap(StringBytes bytes) {
        this.bytes = bytes;
    }

    /** Begins the zipmap that is the input's next string. */
    Zipmap begin() throws IOException, ValueTooLargeException {
        bytes.open();
        announced = bytes.readByte();
        count = 0;
        valueIsNext = false;
        unused = 0;
        return this;
    }

    @Override
    public boolean next(Element element) throws IOException, ValueTooLargeException {
        bytes.skip(unused);
        unused = 0;
        int first = bytes.readByte();
        if (first == END) {
            end();
            return false;
        }
        long length = first == WIDE_LENGTH ? bytes.readLittleEndian(4) : first;
        if (valueIsNext) {
            unused = bytes.readByte();
            count++;
        }
        if (length + unused + 1 > bytes.left()) {
            throw bytes.corrupt("a zipmap entry of " + length + " bytes, of which " + bytes.left() + " are there");
        }
        valueIsNext = !valueIsNext;
        element.setBytes(length);
        return true;
    }

    private void end() throws CorruptRdbException {
        if (bytes.left() > 0) {
            throw bytes.corrupt("a zipmap ends " + bytes.left() + " bytes before its string");
        }
        if (announced < UNKNOWN_COUNT && announced != count) {
            throw bytes.corrupt("a zipmap of " + announced + " fields has " + count);
        }
    }
}
