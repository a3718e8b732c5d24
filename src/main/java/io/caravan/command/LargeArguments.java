package io.caravan.command;

import io.caravan.resp.Arguments;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The arguments of a command that is too large for memory, found by one pass over its file: their places, not their bytes, are
 * held. Of very many only the first are found; who asks for another one gets an empty one, and {@link #missed} says so.
 */
final class LargeArguments implements Arguments {

    private static final int MOST_FOUND = 100_000;
    private static final int WINDOW_BYTES = 8 * 1024;

    private final LargeCommand command;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private long windowStart;
    private long position;
    private final int count;
    private final long[] starts;
    private final int[] lengths;
    private boolean missed;

    LargeArguments(LargeCommand command) throws IOException {
        this.command = command;
        count = readHeader();
        starts = new long[Math.min(count, MOST_FOUND)];
        lengths = new int[starts.length];
        for (int i = 0; i < starts.length; i++) {
            lengths[i] = readHeader();
            starts[i] = position;
            position += lengths[i] + 2;
        }
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int length(int i) {
        return isFound(i) ? lengths[i] : 0;
    }

    @Override
    public byte[] copy(int i) {
        return isFound(i) ? read(starts[i], lengths[i]) : new byte[0];
    }

    @Override
    public String text(int i) {
        return new String(copy(i), StandardCharsets.UTF_8);
    }

    @Override
    public boolean is(int i, String upperCase) {
        return length(i) == upperCase.length() && text(i).equalsIgnoreCase(upperCase);
    }

    /** Whether an argument was asked for that has not been found. */
    boolean missed() {
        return missed;
    }

    /** How many bytes of the command lie up to the end of argument {@code i}; 0 if it was not found. */
    long end(int i) {
        return isFound(i) ? starts[i] + lengths[i] + 2 : 0;
    }

    /** These bytes. */
    byte[] until(int i) {
        return read(0, Math.toIntExact(end(i)));
    }

    /** They lie in a file. */
    @Override
    public byte[] bytes() {
        throw new UnsupportedOperationException("the arguments of a large command are not in memory");
    }

    @Override
    public int start(int i) {
        throw new UnsupportedOperationException("the arguments of a large command are not in memory");
    }

    private boolean isFound(int i) {
        missed |= i >= starts.length;
        return i < starts.length;
    }

    private byte[] read(long from, int length) {
        byte[] bytes = new byte[length];
        try {
            int found = command.read(ByteBuffer.wrap(bytes), from);
            return found == length ? bytes : Arrays.copyOf(bytes, found);
        } catch (IOException e) {
            throw new UncheckedIOException("a command too large for memory cannot be read back from its file", e);
        }
    }

    /** {@code *<number>\r\n} or {@code $<number>\r\n}, which whoever has written the file has found to be right. */
    private int readHeader() throws IOException {
        readByte();
        int number = 0;
        for (byte digit = readByte(); digit != '\r'; digit = readByte()) {
            number = number * 10 + digit - '0';
        }
        readByte();
        return number;
    }

    private byte readByte() throws IOException {
        if (position < windowStart || position >= windowStart + window.limit()) {
            window.clear();
            command.read(window, position);
            window.flip();
            windowStart = position;
            if (!window.hasRemaining()) {
                throw new EOFException("the file of a command too large for memory ends at byte " + position);
            }
        }
        return window.get((int) (position++ - windowStart));
    }
}
