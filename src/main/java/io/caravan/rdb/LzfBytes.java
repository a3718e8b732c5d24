package io.caravan.rdb;

import java.io.IOException;
import java.util.Arrays;

/**
 * Decompresses an LZF string while it arrives, a buffer at a time: of what was decompressed only the 8 KiB are kept
 * that a back reference can reach.
 *
 * <p>Format (libLZF {@code lzf_d.c}): a control byte below 32 is followed by that many literal bytes plus one.
 * Otherwise its upper three bits are the length of a back reference minus 2 (7: a further byte is added), its lower
 * five bits and the next byte are the distance minus 1.
 *
 * <p>Not thread-safe; {@link StringBytes} owns it.
 */
final class LzfBytes {

    /** Farthest back reference: 13 bits. */
    private static final int HISTORY = 8 * 1024;

    private static final int BUFFER = 4 * HISTORY;
    private static final int LITERALS_BELOW = 32;
    private static final int LENGTH_FOLLOWS = 7;

    /** 7 + 255 + 2 bytes, from three compressed ones. */
    private static final int LONGEST_REFERENCE = 264;

    private static final int MOST_FROM_A_BYTE = LONGEST_REFERENCE / 3;

    private final RdbInput in;
    private byte[] buffer = {};
    private int filled;
    private long compressed;
    private long announced;

    LzfBytes(RdbInput in) {
        this.in = in;
    }

    /** Begins a string of {@code compressedLength} bytes, the next of the input, that become {@code length} bytes. */
    void begin(long compressedLength, long length) throws CorruptRdbException {
        if (length / MOST_FROM_A_BYTE > compressedLength) {
            throw in.corrupt(compressedLength + " compressed bytes cannot become " + length);
        }
        if (buffer.length == 0) {
            buffer = new byte[BUFFER];
        }
        compressed = compressedLength;
        announced = length;
        filled = 0;
    }

    /** The decompressed bytes, up to {@link #filled()}. */
    byte[] buffer() {
        return buffer;
    }

    int filled() {
        return filled;
    }

    /** Replaces what has been taken by what follows; returns the index of its first byte. */
    int refill() throws IOException, ValueTooLargeException {
        int kept = Math.min(filled, HISTORY);
        System.arraycopy(buffer, filled - kept, buffer, 0, kept);
        filled = kept;
        while (compressed > 0 && filled + LONGEST_REFERENCE <= BUFFER) {
            readRun();
        }
        if (filled == kept) {
            throw in.corrupt("a compressed string ends " + announced + " bytes before its announced length");
        }
        return kept;
    }

    /** To be called when all announced bytes have been taken. */
    void end() throws CorruptRdbException {
        if (compressed > 0) {
            throw in.corrupt(compressed + " bytes of a compressed string are left after its announced length");
        }
    }

    private void readRun() throws IOException, ValueTooLargeException {
        int control = readByte();
        if (control < LITERALS_BELOW) {
            readLiterals(control + 1);
            return;
        }
        int count = control >>> 5;
        if (count == LENGTH_FOLLOWS) {
            count += readByte();
        }
        copyBack(((control & 0x1f) << 8 | readByte()) + 1, count + 2);
    }

    private int readByte() throws IOException, ValueTooLargeException {
        take(1);
        return in.readByte();
    }

    private void readLiterals(int count) throws IOException, ValueTooLargeException {
        take(count);
        give(count);
        in.require(count);
        System.arraycopy(in.window(), in.position(), buffer, filled, count);
        in.advance(count);
        filled += count;
    }

    private void copyBack(int distance, int count) throws CorruptRdbException {
        int from = filled - distance;
        if (from < 0) {
            throw in.corrupt("a compressed string refers to bytes before its first");
        }
        give(count);
        if (distance >= count) {
            System.arraycopy(buffer, from, buffer, filled, count);
        } else if (distance == 1) {
            Arrays.fill(buffer, filled, filled + count, buffer[from]);
        } else {
            // Source and target overlap: each byte is copied after the one before it was written.
            for (int i = 0; i < count; i++) {
                buffer[filled + i] = buffer[from + i];
            }
        }
        filled += count;
    }

    private void take(int count) throws CorruptRdbException {
        if (count > compressed) {
            throw in.corrupt("a compressed string ends within a run");
        }
        compressed -= count;
    }

    private void give(int count) throws CorruptRdbException {
        if (count > announced) {
            throw in.corrupt("a compressed string is longer than announced");
        }
        announced -= count;
    }
}
