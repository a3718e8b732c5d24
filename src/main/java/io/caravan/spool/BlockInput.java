package io.caravan.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Reads the blocks of a segment file, one after the other, and believes none of them before its checksum.
 *
 * <pre>
 * | CRC32C of the rest | length of the bytes | when they had arrived, microseconds since 1970 | bytes |
 * 0                    4                     8                                               16
 * </pre>
 *
 * One thread at a time. What the file says of lengths is checked against the longest block and against the file.
 */
final class BlockInput implements Closeable {

    static final int BLOCK_HEADER = 16;

    private final Path file;
    private final FileChannel channel;
    private final SegmentHeader header;
    private final ByteBuffer block;
    private long position = SegmentHeader.LENGTH;
    private long arrivedMicros;

    private BlockInput(Path file, FileChannel channel, SegmentHeader header, ByteBuffer block) {
        this.file = file;
        this.channel = channel;
        this.header = header;
        this.block = block;
    }

    /** A buffer that any block fits. */
    static ByteBuffer buffer() {
        return ByteBuffer.allocate(BLOCK_HEADER + Spool.LONGEST_BLOCK);
    }

    /**
     * Opens a file.
     *
     * @param block of {@link #buffer()}; belongs to this input until it is closed
     * @throws DamagedSpoolException if it does not begin as a segment does
     */
    static BlockInput open(Path file, ByteBuffer block) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            var bytes = ByteBuffer.allocate(SegmentHeader.LENGTH);
            readFully(channel, bytes, 0);
            SegmentHeader header = SegmentHeader.decode(bytes.array())
                    .orElseThrow(() -> new DamagedSpoolException(file, 0, "it does not begin as a spool file does"));
            return new BlockInput(file, channel, header, block);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    SegmentHeader header() {
        return header;
    }

    /** Bytes of the file up to the end of the last block that was read. */
    long position() {
        return position;
    }

    /** When the bytes of the block had arrived, in microseconds since 1970. */
    long arrivedMicros() {
        return arrivedMicros;
    }

    /** The bytes of the block that was read last. */
    ByteBuffer block() {
        return block;
    }

    /**
     * Reads the next block.
     *
     * @return whether there was one
     * @throws DamagedSpoolException if what is there is none
     */
    boolean next() throws IOException {
        long left = channel.size() - position;
        if (left == 0) {
            return false;
        }
        if (left < BLOCK_HEADER) {
            throw damaged("the file ends within a block");
        }
        block.clear().limit(BLOCK_HEADER);
        readFully(channel, block, position);
        int crc = block.getInt(0);
        int length = block.getInt(Integer.BYTES);
        if (length < 1 || length > Spool.LONGEST_BLOCK) {
            throw damaged("a block of " + length + " bytes");
        }
        if (length > left - BLOCK_HEADER) {
            throw damaged("the file ends within a block");
        }
        block.limit(BLOCK_HEADER + length);
        readFully(channel, block, position + BLOCK_HEADER);
        if (crc != checksum(block)) {
            throw damaged("a checksum does not match");
        }
        arrivedMicros = block.getLong(2 * Integer.BYTES);
        block.position(BLOCK_HEADER);
        position += BLOCK_HEADER + length;
        return true;
    }

    /** The checksum of a block that lies in {@code block} from 0 to its limit. */
    static int checksum(ByteBuffer block) {
        var crc = new CRC32C();
        crc.update(block.duplicate().position(Integer.BYTES));
        return (int) crc.getValue();
    }

    DamagedSpoolException damaged(String what) {
        return new DamagedSpoolException(file, position, what);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long from) throws IOException {
        long at = from;
        while (into.hasRemaining()) {
            int count = channel.read(into, at);
            if (count < 0) {
                return; // what is missing does not pass the checks
            }
            at += count;
        }
    }
}
