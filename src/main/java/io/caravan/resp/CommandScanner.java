package io.caravan.resp;

import java.util.Arrays;

/**
 * Finds the arguments of one command, {@code *<n>\r\n} followed by n times {@code $<len>\r\n<bytes>\r\n}, in a window of
 * bytes that grows while the command arrives.
 *
 * <p>The owner calls {@link #scan} with the index at which the command begins and the index at which the bytes end; it
 * answers {@code false} until the command is complete. A scan resumes where the last one stopped, so a command that
 * arrives in a thousand pieces is still read once. Positions are kept relative to the beginning of the command: the owner
 * may move its window between two calls, as long as it passes the new index of the same beginning (which is negative when
 * the first bytes have been written elsewhere, see {@link #neededFrom}).
 *
 * <p>Nothing is allocated from a length that was read: a forged {@code *1000000000} costs nothing until its arguments
 * arrive. Not thread-safe; one owner.
 */
public final class CommandScanner implements Arguments {

    private static final int INITIAL_ARGUMENTS = 16;
    private static final int RETAINED_ARGUMENTS = 4096;

    /** Longest header line, {@code $} and digits; more is not a length. */
    private static final int LONGEST_HEADER = 32;

    private static final long LONGEST_COMMAND = Integer.MAX_VALUE - 64L;

    private static final int NOT_READ = -1;

    private byte[] window = {};
    private int[] starts = new int[INITIAL_ARGUMENTS];
    private int[] lengths = new int[INITIAL_ARGUMENTS];
    private int announced = NOT_READ;
    private int found;
    private long position;
    private int base;
    private long headerValue;

    /** Length of the argument whose bytes come next, {@link #NOT_READ} if its header comes next. */
    private long argumentLength = NOT_READ;

    /**
     * Reads on from where the last call stopped.
     *
     * @param bytes the window
     * @param from index of the command's first byte, negative if that byte has left the window
     * @param to index after the last byte received
     * @return whether the command is complete; if so its arguments can be asked for until {@link #next()}
     * @throws MalformedRespException if the bytes are no command
     */
    public boolean scan(byte[] bytes, int from, int to) {
        window = bytes;
        base = from;
        if (announced == NOT_READ) {
            if (!readHeader(bytes, to, (byte) '*', "a command ('*' and its number of arguments)")) {
                return false;
            }
            if (headerValue == 0) {
                throw new MalformedRespException("a command without a name ('*0')");
            }
            announced = (int) Math.min(headerValue, Integer.MAX_VALUE);
        }
        while (found < announced) {
            if (!scanArgument(bytes, to)) {
                return false;
            }
        }
        return true;
    }

    /** Forgets the command that was found; the next {@link #scan} begins a new one. */
    public void next() {
        announced = NOT_READ;
        argumentLength = NOT_READ;
        found = 0;
        position = 0;
        if (starts.length > RETAINED_ARGUMENTS) {
            starts = new int[INITIAL_ARGUMENTS];
            lengths = new int[INITIAL_ARGUMENTS];
        }
    }

    /** The window of the last {@link #scan}. */
    @Override
    public byte[] bytes() {
        return window;
    }

    /** Number of arguments found so far, the command's name included. */
    @Override
    public int count() {
        return found;
    }

    @Override
    public int start(int i) {
        return base + starts[i];
    }

    @Override
    public int length(int i) {
        return lengths[i];
    }

    /** Index after the last byte of the complete command in the window of the last {@link #scan}. */
    public int end() {
        return (int) (base + position);
    }

    /** Number of bytes of the unfinished command that were understood; where a fault was found, what they precede is at fault. */
    public long understood() {
        return position;
    }

    /**
     * Index in the window before which no byte of the unfinished command will be looked at again: an owner that writes a
     * large command elsewhere may let go of those.
     *
     * @param to index after the last byte received, as in the last {@link #scan}
     */
    public int neededFrom(int to) {
        int next = (int) (base + position);
        return argumentLength == NOT_READ ? next : Math.max(next, to - 2);
    }

    private boolean scanArgument(byte[] bytes, int to) {
        if (argumentLength == NOT_READ) {
            if (!readHeader(bytes, to, (byte) '$', "an argument ('$' and its length)")) {
                return false;
            }
            argumentLength = headerValue;
        }
        long end = position + argumentLength + 2;
        if (end > LONGEST_COMMAND) {
            throw new MalformedRespException("a command longer than " + LONGEST_COMMAND + " bytes");
        }
        if (base + end > to) {
            return false;
        }
        int terminator = (int) (base + end - 2);
        if (bytes[terminator] != '\r' || bytes[terminator + 1] != '\n') {
            throw MalformedRespException.expected("\\r\\n after an argument", bytes, terminator, to);
        }
        remember((int) position, (int) argumentLength);
        argumentLength = NOT_READ;
        position = end;
        return true;
    }

    private void remember(int start, int length) {
        if (found == starts.length) {
            starts = Arrays.copyOf(starts, found * 2);
            lengths = Arrays.copyOf(lengths, found * 2);
        }
        starts[found] = start;
        lengths[found++] = length;
    }

    /** Reads {@code <marker><digits>\r\n}; leaves the position behind it, or unchanged when it is not complete. */
    private boolean readHeader(byte[] bytes, int to, byte marker, String what) {
        int at = (int) (base + position);
        if (at >= to) {
            return false;
        }
        if (bytes[at] != marker) {
            throw MalformedRespException.expected(what, bytes, at, to);
        }
        long value = 0;
        int digit = at + 1;
        while (digit < to && bytes[digit] != '\r') {
            int d = bytes[digit] - '0';
            if (d < 0 || d > 9 || digit - at > LONGEST_HEADER || value > LONGEST_COMMAND) {
                throw MalformedRespException.expected(what, bytes, at, to);
            }
            value = value * 10 + d;
            digit++;
        }
        if (digit + 1 >= to) {
            return false;
        }
        if (bytes[digit + 1] != '\n' || digit == at + 1) {
            throw MalformedRespException.expected(what, bytes, at, to);
        }
        headerValue = value;
        position += digit + 2 - at;
        return true;
    }
}
