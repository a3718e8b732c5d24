package io.caravan.rdb;

import java.io.IOException;

/**
 * Small strings and integers in one string, read front to back.
 *
 * <p>Format (Redis {@code listpack.c}): {@code <total bytes 4> <count 2> <entries…> <255>}, least significant byte
 * first; a count of 65535 says nothing. An entry is
 *
 * <pre>
 * 0vvvvvvv                  integer, 7 bits without sign
 * 10llllll &lt;bytes&gt;          string
 * 110vvvvv v                integer, 13 bits
 * 1110llll l &lt;bytes&gt;        string
 * 11110000 llll &lt;bytes&gt;     string (length least significant byte first)
 * 11110001 … 11110100       integer of 2, 3, 4, 8 bytes
 * </pre>
 *
 * followed by its own length in 1 to 5 bytes of 7 bits, most significant first, for those who read backwards.
 *
 * <p>Every length is compared with the string's: the total, each string's, each backward length, the count.
 */
final class Listpack implements Elements {

    private static final int HEADER = 6;
    private static final int END = 255;
    private static final int UNKNOWN_COUNT = 65535;

    private final StringBytes bytes;
    private long announced;
    private long count;

    /** Length of the entry last begun, without its backward length. */
    private long entryLength;

    Listpack(StringBytes bytes) {
        this.bytes = bytes;
    }

    /** Begins the listpack that is the input's next string. */
    Listpack begin() throws IOException, ValueTooLargeException {
        long length = bytes.open();
        long total = bytes.readLittleEndian(4);
        if (total != length || length <= HEADER) {
            throw bytes.corrupt("a listpack of " + total + " bytes in a string of " + length);
        }
        announced = bytes.readLittleEndian(2);
        count = 0;
        entryLength = 0;
        return this;
    }

    @Override
    public boolean next(Element element) throws IOException, ValueTooLargeException {
        if (entryLength > 0) {
            passBackwardLength();
        }
        int first = bytes.readByte();
        if (first == END) {
            end();
            return false;
        }
        count++;
        if (first < 0x80) {
            integer(element, first, 1);
        } else if (first < 0xC0) {
            string(element, first & 0x3f, 1);
        } else if (first < 0xE0) {
            integer(element, signed((first & 0x1f) << 8 | bytes.readByte(), 13), 2);
        } else if (first < 0xF0) {
            string(element, (first & 0x0f) << 8 | bytes.readByte(), 2);
        } else {
            readWide(element, first);
        }
        return true;
    }

    /** The next element, which must be an integer. */
    long nextInteger(Element element) throws IOException, ValueTooLargeException {
        if (!next(element) || !element.isInteger()) {
            throw bytes.corrupt("a listpack has no integer where one is expected");
        }
        return element.integer();
    }

    private void readWide(Element element, int first) throws IOException, ValueTooLargeException {
        switch (first) {
            case 0xF0 -> string(element, bytes.readLittleEndian(4), 5);
            case 0xF1 -> integer(element, signed(bytes.readLittleEndian(2), 16), 3);
            case 0xF2 -> integer(element, signed(bytes.readLittleEndian(3), 24), 4);
            case 0xF3 -> integer(element, signed(bytes.readLittleEndian(4), 32), 5);
            case 0xF4 -> integer(element, bytes.readLittleEndian(8), 9);
            default -> throw bytes.corrupt("unknown listpack encoding " + first);
        }
    }

    private void integer(Element element, long value, int length) {
        entryLength = length;
        element.setInteger(value);
    }

    private void string(Element element, long length, int headerLength) throws CorruptRdbException {
        entryLength = headerLength + length;
        if (length + backwardLengthOf(entryLength) + 1 > bytes.left()) {
            throw bytes.corrupt("a listpack entry of " + length + " bytes, of which " + bytes.left() + " are there");
        }
        element.setBytes(length);
    }

    private void passBackwardLength() throws IOException, ValueTooLargeException {
        int size = backwardLengthOf(entryLength);
        for (int i = size - 1; i >= 0; i--) {
            boolean mostSignificant = i == size - 1;
            int expected = ((int) (entryLength >>> (7 * i)) & 0x7f) | (mostSignificant ? 0 : 0x80);
            if (bytes.readByte() != expected) {
                throw bytes.corrupt("the backward length of a listpack entry of " + entryLength + " bytes is wrong");
            }
        }
    }

    /** Rule: {@code lpEncodeBacklen}. */
    private static int backwardLengthOf(long entryLength) {
        if (entryLength <= 127) {
            return 1;
        }
        if (entryLength < 16383) {
            return 2;
        }
        if (entryLength < 2097151) {
            return 3;
        }
        return entryLength < 268435455 ? 4 : 5;
    }

    private void end() throws CorruptRdbException {
        if (bytes.left() > 0) {
            throw bytes.corrupt("a listpack ends " + bytes.left() + " bytes before its string");
        }
        if (announced != UNKNOWN_COUNT && announced != count) {
            throw bytes.corrupt("a listpack of " + announced + " entries has " + count);
        }
    }

    private static long signed(long value, int bits) {
        int shift = Long.SIZE - bits;
        return value << shift >> shift;
    }
}
