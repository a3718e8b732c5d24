package io.caravan.replication;

import io.caravan.rdb.ByteSource;
import io.caravan.rdb.CorruptRdbException;
import io.caravan.rdb.RdbInput;
import io.caravan.rdb.ValueTooLargeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The frame around a snapshot: {@code $<length>\r\n<bytes>} for one that the source wrote to its disk first, or
 * {@code $EOF:<40 characters>\r\n<bytes><the same 40 characters>} for one that it sends as it writes.
 *
 * <p>Rule: Redis {@code replication.c}, {@code readSyncBulkPayload}. The shard's thread owns it.
 */
final class SnapshotSource implements ByteSource {

    private static final int MARK_LENGTH = 40;
    private static final int LONGEST_HEADER = 64;
    private static final String EOF_PREFIX = "$EOF:";

    private final ByteSource queue;
    private final byte[] mark;
    private final long length;
    private long received;

    private SnapshotSource(ByteSource queue, byte[] mark, long length) {
        this.queue = queue;
        this.mark = mark;
        this.length = length;
    }

    /**
     * Reads the header, after the newlines that keep the link alive while the source prepares the snapshot.
     *
     * @throws IOException if the link fails, or the header is none
     */
    static SnapshotSource open(ByteSource queue) throws IOException {
        String header = readHeader(queue);
        if (header.startsWith(EOF_PREFIX) && header.length() == EOF_PREFIX.length() + MARK_LENGTH) {
            return new SnapshotSource(
                    queue, header.substring(EOF_PREFIX.length()).getBytes(StandardCharsets.US_ASCII), 0);
        }
        if (header.matches("\\$[1-9]\\d{0,17}")) {
            return new SnapshotSource(queue, new byte[0], Long.parseLong(header.substring(1)));
        }
        if (header.startsWith("-")) {
            throw SourceException.retry("the source gave the snapshot up: '" + header + "'; its log says why");
        }
        throw SourceException.retry("expected the header of a snapshot but found '" + header + "'");
    }

    /** Size of the snapshot in bytes, 0 if the source did not announce it. */
    long length() {
        return length;
    }

    @Override
    public int read(byte[] target, int at, int room) throws IOException {
        if (length == 0) {
            return queue.read(target, at, room);
        }
        long left = length - received;
        if (left == 0) {
            throw new CorruptRdbException(
                    "the snapshot has no end within the " + length + " bytes announced, at byte " + received);
        }
        int count = queue.read(target, at, (int) Math.min(room, left));
        received += count;
        return count;
    }

    /**
     * Checks that the snapshot ended where its frame ends.
     *
     * @param in has read the snapshot's last byte
     * @return bytes of the stream behind it that were received already
     */
    byte[] close(RdbInput in) throws IOException {
        if (length > 0) {
            if (in.offset() != length) {
                throw new CorruptRdbException(
                        "the snapshot ends at byte " + in.offset() + " of the " + length + " announced");
            }
            return new byte[0];
        }
        try {
            in.require(MARK_LENGTH);
        } catch (ValueTooLargeException e) {
            throw new IllegalStateException("40 bytes fit every window", e);
        }
        byte[] found = Arrays.copyOfRange(in.window(), in.position(), in.position() + MARK_LENGTH);
        if (!Arrays.equals(found, mark)) {
            throw new CorruptRdbException("the snapshot is not followed by its end mark, at byte " + in.offset());
        }
        in.advance(MARK_LENGTH);
        return in.rest();
    }

    private static String readHeader(ByteSource queue) throws IOException {
        var line = new ByteArrayOutputStream();
        byte[] one = new byte[1];
        while (true) {
            queue.read(one, 0, 1);
            if (one[0] == '\n' && line.size() > 0) {
                return line.toString(StandardCharsets.US_ASCII).stripTrailing();
            }
            if (one[0] != '\n' && one[0] != '\r') {
                line.write(one[0]);
            }
            if (line.size() > LONGEST_HEADER) {
                return line.toString(StandardCharsets.US_ASCII);
            }
        }
    }
}
