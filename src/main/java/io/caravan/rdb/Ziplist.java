package io.caravan.rdb;

import java.io.IOException;

/**
 * Small strings and integers in one string, as written before Redis 7.0, read front to back.
 *
 * <p>Format (Redis {@code ziplist.c}): {@code <total bytes 4> <offset of the last entry 4> <count 2> <entries…> <255>},
 * least significant byte first; a count of 65535 says nothing. An entry begins with the length of the one before it, in
 * one byte, or as 254 and four bytes; then
 *
 * <pre>
 * 00llllll &lt;bytes&gt;            string
 * 01llllll l &lt;bytes&gt;          string
 * 10000000 llll &lt;bytes&gt;       string (length most significant byte first)
 * 11000000, 11010000, 11100000, 11110000, 11111110   integer of 2, 4, 8, 3, 1 bytes
 * 11110001 … 11111101        the integers 0 to 12
 * </pre>
 *
 * <p>Every length is compared with the string's: the total, the last entry's offset, each string's, each backward
 * length, the count.
 */
final class Ziplist implements Elements {

    private static final int HEADER = 10;
    private static final int END = 255;
    private static final int WIDE_BACKWARD_LENGTH = 254;
    private static final int UNKNOWN_COUNT = 65535;

    private final StringBytes bytes;
    private long announced;
    private long announcedLast;
    private long count;
    private long entryOffset;
    private long entryLength;

    Ziplist(StringBytes bytes) {
        this.bytes = bytes;
    }

    /** Begins the ziplist that is the input's next string. */
    Ziplist begin() throws IOException, ValueTooLargeException {
        long length = bytes.open();
        long total = bytes.readLittleEndian(4);
        if (total != length || length <= HEADER) {
            throw bytes.corrupt("a ziplist of " + total + " bytes in a string of " + length);
        }
        announcedLast = bytes.readLittleEndian(4);
        announced = bytes.readLittleEndian(2);
        count = 0;
        entryOffset = HEADER;
        entryLength = 0;
        return this;
    }

    @Override
    public boolean next(Element element) throws IOException, ValueTooLargeException {
        int first = bytes.readByte();
        if (first == END) {
            end();
            return false;
        }
        boolean wide = first == WIDE_BACKWARD_LENGTH;
        long before = wide ? bytes.readLittleEndian(4) : first;
        if (before != entryLength) {
            throw bytes.corrupt("the backward length of a ziplist entry of " + entryLength + " bytes is " + before);
        }
        count++;
        entryOffset += entryLength;
        entryLength = wide ? 5 : 1;
        readContent(element, bytes.readByte());
        return true;
    }

    private void readContent(Element element, int first) throws IOException, ValueTooLargeException {
        switch (first >>> 6) {
            case 0 -> string(element, first, 1);
            case 1 -> string(element, (first & 0x3f) << 8 | bytes.readByte(), 2);
            case 2 -> {
                if (first != 0x80) {
                    throw bytes.corrupt("unknown ziplist encoding " + first);
                }
                string(element, bytes.readBigEndian(4), 5);
            }
            default -> readInteger(element, first);
        }
    }

    private void readInteger(Element element, int first) throws IOException, ValueTooLargeException {
        switch (first) {
            case 0xC0 -> integer(element, 2);
            case 0xD0 -> integer(element, 4);
            case 0xE0 -> integer(element, 8);
            case 0xF0 -> integer(element, 3);
            case 0xFE -> integer(element, 1);
            default -> {
                if (first < 0xF1 || first > 0xFD) {
                    throw bytes.corrupt("unknown ziplist encoding " + first);
                }
                entryLength++;
                element.setInteger((first & 0x0f) - 1L);
            }
        }
    }

    private void integer(Element element, int width) throws IOException, ValueTooLargeException {
        int shift = Long.SIZE - 8 * width;
        entryLength += 1 + width;
        element.setInteger(bytes.readLittleEndian(width) << shift >> shift);
    }

    private void string(Element element, long length, int headerLength) throws CorruptRdbException {
        if (length + 1 > bytes.left()) {
            throw bytes.corrupt("a ziplist entry of " + length + " bytes, of which " + bytes.left() + " are there");
        }
        entryLength += headerLength + length;
        element.setBytes(length);
    }

    private void end() throws CorruptRdbException {
        if (bytes.left() > 0) {
            throw bytes.corrupt("a ziplist ends " + bytes.left() + " bytes before its string");
        }
        if (announced != UNKNOWN_COUNT && announced != count) {
            throw bytes.corrupt("a ziplist of " + announced + " entries has " + count);
        }
        if (announcedLast != entryOffset) {
            throw bytes.corrupt("a ziplist's last entry is at " + entryOffset + ", not at " + announcedLast);
        }
    }
}
