package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.LargeCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@link NodeLink}: small commands are gathered in a buffer, longer ones are given to the channel as they are, and those
 * that are too large for memory piece by piece. Nothing is flushed here.
 *
 * <p>Owned by the destination's event loop.
 */
final class LinkOutput {

    private static final int BUFFER_BYTES = 64 * 1024;

    /** Longer commands are written as they are instead of being copied into the buffer. */
    private static final int COPY_UP_TO = 16 * 1024;

    private final NodeCounters counters;
    private @Nullable ByteBuf buffer;
    private int writes;

    /** A large command that has been written in part, from this byte on the rest is missing. */
    private @Nullable LargeCommand large;

    private long largeWritten;

    LinkOutput(NodeCounters counters) {
        this.counters = counters;
    }

    /** Counts what has been given to the channel: after each it is asked whether it takes more. */
    int writes() {
        return writes;
    }

    /** Whether the rest of a large command has to come before anything else. */
    boolean isWithinLarge() {
        return large != null;
    }

    /** Adds a command of a few bytes, which is not counted. */
    void add(ChannelHandlerContext open, byte[] command) {
        ensureBuffer(open, command.length).writeBytes(command);
    }

    /** Adds a command of a batch; of a large one nothing yet. */
    void add(ChannelHandlerContext open, CommandBatch batch, int row) {
        if (batch.isLarge(row)) {
            writeBuffer(open);
            large = batch.large().orElseThrow();
            largeWritten = 0;
            return;
        }
        int length = batch.length(row);
        counters.wrote(length);
        if (length > COPY_UP_TO) {
            writeBuffer(open);
            writes++;
            open.write(Unpooled.wrappedBuffer(batch.bytes(), batch.start(row), length), open.voidPromise());
        } else {
            ensureBuffer(open, length).writeBytes(batch.bytes(), batch.start(row), length);
        }
    }

    /** Writes the next piece of the large command: it is never in memory as a whole. */
    void writeLargePart(ChannelHandlerContext open) {
        LargeCommand command = large;
        if (command == null) {
            return;
        }
        ByteBuf part = open.alloc().directBuffer(BUFFER_BYTES);
        ByteBuffer target = part.nioBuffer(0, BUFFER_BYTES);
        try {
            part.writerIndex(command.read(target, largeWritten));
        } catch (IOException e) {
            part.release();
            throw new UncheckedIOException("a command too large for memory cannot be read back from its file", e);
        }
        largeWritten += part.readableBytes();
        counters.wrote(part.readableBytes());
        if (largeWritten == command.length()) {
            large = null;
        }
        open.write(part, open.voidPromise());
    }

    /** Gives what has been gathered to the channel. */
    void writeBuffer(ChannelHandlerContext open) {
        if (buffer != null) {
            writes++;
            open.write(buffer, open.voidPromise());
            buffer = null;
        }
    }

    /** The connection is lost: nothing of what was not written is kept. */
    void lost() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
        large = null;
    }

    private ByteBuf ensureBuffer(ChannelHandlerContext open, int room) {
        if (buffer != null && buffer.writableBytes() < room) {
            writeBuffer(open);
        }
        if (buffer == null) {
            buffer = open.alloc().directBuffer(BUFFER_BYTES);
        }
        return buffer;
    }
}
