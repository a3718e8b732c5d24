package io.caravan.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a spool from an offset on, file after file. The thread that reads owns it. */
public final class SpoolReader implements Closeable {

    private final Spool spool;
    private final ByteBuffer buffer = BlockInput.buffer();
    private @Nullable BlockInput in;
    private long segmentStart;
    private long blockEnd;
    private long offset;
    private long arrivedNanos;

    SpoolReader(Spool spool, long offset) {
        this.spool = spool;
        this.offset = offset;
    }

    /** The offset of the next byte. */
    public long offset() {
        return offset;
    }

    /** {@link System#nanoTime()} when the bytes that were read last had arrived. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /**
     * Reads bytes that are there: the caller knows that {@link #offset()} is before the end of the spool.
     *
     * @return how many, at least one
     * @throws DamagedSpoolException if they are not what was written
     */
    public int read(byte[] target, int at, int room) throws IOException {
        if (in == null || offset == blockEnd) {
            nextBlock();
        }
        int count = Math.min(room, buffer.remaining());
        buffer.get(target, at, count);
        offset += count;
        return count;
    }

    @Override
    public void close() throws IOException {
        BlockInput open = in;
        in = null;
        if (open != null) {
            open.close();
        }
    }

    private void nextBlock() throws IOException {
        Segment segment = spool.segmentAt(offset);
        BlockInput open = in;
        if (open == null || segment.start() != segmentStart) {
            close();
            open = BlockInput.open(segment.file(), buffer);
            in = open;
            segmentStart = segment.start();
            blockEnd = segmentStart;
        }
        do {
            if (!open.next()) {
                throw open.damaged("the file ends at offset " + blockEnd + ", and should at " + segment.end());
            }
            blockEnd += buffer.remaining();
        } while (blockEnd <= offset);
        buffer.position(buffer.limit() - (int) (blockEnd - offset));
        arrivedNanos = spool.nanosOf(open.arrivedMicros());
    }
}
