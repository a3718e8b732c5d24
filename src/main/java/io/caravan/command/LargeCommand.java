package io.caravan.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The bytes of one command that is too large to be held in memory, in a temporary file; its first bytes may be in memory.
 *
 * <p>Written by the shard's thread, then read by the sink, any number of times. The file is deleted
 * when the batch is released, which is when its exchange has ended.
 */
public final class LargeCommand implements AutoCloseable {

    private final FileChannel file;
    private byte[] front = {};
    private long fileLength;

    /** So many of the file's bytes have been replaced by others in {@link #front}. */
    private long replaced;

    private LargeCommand(FileChannel file) {
        this.file = file;
    }

    /** Makes an empty one in {@code directory}, which is made if it is missing. */
    public static LargeCommand in(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path path = Files.createTempFile(directory, "large-command-", ".resp");
        return new LargeCommand(FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
    }

    /** Adds bytes at the end. */
    public void append(byte[] bytes, int from, int count) throws IOException {
        var buffer = ByteBuffer.wrap(bytes, from, count);
        while (buffer.hasRemaining()) {
            fileLength += file.write(buffer, fileLength);
        }
    }

    /** Puts bytes before all others: those that say how many follow can be written only when that is known. Called once. */
    public void beginWith(byte[] bytes) {
        front = bytes;
    }

    /** Puts other bytes in the place of the first {@code count}. */
    void replaceFront(int count, byte[] bytes) {
        int ofFront = Math.min(count, front.length);
        byte[] changed = Arrays.copyOf(bytes, bytes.length + front.length - ofFront);
        System.arraycopy(front, ofFront, changed, bytes.length, front.length - ofFront);
        front = changed;
        replaced += count - ofFront;
    }

    /** Length of the whole command in bytes. */
    public long length() {
        return front.length + fileLength - replaced;
    }

    /**
     * Reads bytes from {@code position} on into {@code target} until it is full or the command ends.
     *
     * @return how many bytes were read
     */
    public int read(ByteBuffer target, long position) throws IOException {
        int total = 0;
        if (position < front.length) {
            total = (int) Math.min(target.remaining(), front.length - position);
            target.put(front, (int) position, total);
        }
        while (target.hasRemaining() && position + total < length()) {
            long at = position + total - front.length + replaced;
            int count = file.read(target, at);
            if (count < 0) {
                throw new IOException("a temporary file became shorter: " + fileLength + " bytes were written to it, "
                        + at + " are left");
            }
            total += count;
        }
        return total;
    }

    /** Deletes the file. */
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file could not be deleted", e);
        }
    }
}
