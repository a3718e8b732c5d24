package io.caravan.spool;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The first bytes of a segment file.
 *
 * <pre>
 * 0        8         12                  20                             60      64
 * | magic  | version | offset, 8 bytes   | replication id, 40 characters | CRC32C |
 * </pre>
 *
 * @param history the characters, 40 at most, that name the history that the bytes belong to
 * @param start offset at which the segment begins: so many bytes of the stream come before it. May be below 0 where the first
 *     bytes are the end of a snapshot
 */
record SegmentHeader(String history, long start) {

    static final int LENGTH = 64;
    private static final int VERSION = 1;
    private static final byte[] MAGIC = "CRVSPOOL".getBytes(StandardCharsets.US_ASCII);
    private static final int HISTORY_LENGTH = 40;
    private static final int CHECKED_LENGTH = LENGTH - Integer.BYTES;

    SegmentHeader {
        if (history.length() > HISTORY_LENGTH) {
            throw new IllegalArgumentException("a history has a name of 40 characters, not " + history.length());
        }
    }

    /** The header as it is written. */
    ByteBuffer encode() {
        var bytes = ByteBuffer.allocate(LENGTH);
        bytes.put(MAGIC).putInt(VERSION).putLong(start).put(history.getBytes(StandardCharsets.US_ASCII));
        bytes.position(CHECKED_LENGTH).putInt(checksum(bytes.array()));
        return bytes.flip();
    }

    /** Reads a header; empty if these bytes are none of this version. */
    static Optional<SegmentHeader> decode(byte[] bytes) {
        if (bytes.length < LENGTH) {
            return Optional.empty();
        }
        var in = ByteBuffer.wrap(bytes);
        byte[] magic = new byte[MAGIC.length];
        in.get(magic);
        int version = in.getInt();
        long start = in.getLong();
        byte[] history = new byte[HISTORY_LENGTH];
        in.get(history);
        if (!Arrays.equals(magic, MAGIC) || version != VERSION || in.getInt() != checksum(bytes)) {
            return Optional.empty();
        }
        return Optional.of(new SegmentHeader(new String(history, StandardCharsets.US_ASCII).trim(), start));
    }

    private static int checksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes, 0, CHECKED_LENGTH);
        return (int) crc.getValue();
    }
}
