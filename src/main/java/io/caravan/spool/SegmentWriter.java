package io.caravan.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Appends blocks to a segment; the layout is drawn at {@link BlockInput}. One thread. */
final class SegmentWriter implements Closeable {

    private final Segment segment;
    private final WritableByteChannel file;
    private final ByteBuffer block;

    private SegmentWriter(Segment segment, WritableByteChannel file, ByteBuffer block) {
        this.segment = segment;
        this.file = file;
        this.block = block;
    }

    /** Begins the file of {@code segment}. */
    static SegmentWriter begin(Segment segment, SpoolDisk disk, ByteBuffer block) throws IOException {
        WritableByteChannel file = disk.create(segment.file());
        try {
            writeFully(file, segment.header().encode());
        } catch (IOException e) {
            file.close();
            throw e;
        }
        segment.grown(segment.start(), SegmentHeader.LENGTH);
        return new SegmentWriter(segment, file, block);
    }

    Segment segment() {
        return segment;
    }

    /**
     * Writes one block. After an exception the file is good up to the block before; nothing may be appended any more.
     *
     * @return bytes of the file that it takes
     */
    int append(List<ByteBuffer> pieces, long arrivedMicros) throws IOException {
        block.clear().position(BlockInput.BLOCK_HEADER);
        pieces.forEach(block::put);
        block.flip();
        int length = block.limit() - BlockInput.BLOCK_HEADER;
        block.putInt(Integer.BYTES, length).putLong(2 * Integer.BYTES, arrivedMicros);
        block.putInt(0, BlockInput.checksum(block));
        int written = block.limit();
        writeFully(file, block);
        segment.grown(segment.end() + length, segment.fileBytes() + written);
        return written;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Gives a file that has ended another header. */
    static void rewriteHeader(Path file, SegmentHeader header) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            writeFully(channel, header.encode());
        }
    }

    private static void writeFully(WritableByteChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }
}
