package io.caravan.resp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Counts the replies of a pipelined connection and finds the errors among them, without making an object of any reply
 * that is not an error.
 *
 * <p>Fed with bytes as they arrive; tells {@link Replies} of each complete top-level reply in order. Replies that have
 * not arrived whole wait in a window of its own, whose growth is bounded by the reply itself (a value is skipped as its
 * bytes pass, so only headers and error lines are ever kept). Not thread-safe; the connection's event loop owns it.
 */
public final class ReplyScanner {

    /** What the owner learns, in the order of the replies. */
    public interface Replies {

        /** A complete reply that is not an error; {@code firstByte} is its RESP marker. */
        void reply(byte firstByte);

        /** A complete reply that is an error, {@code -<message>}, without the minus and the line end. */
        void error(String message);

        /** An error inside an array (an answer of {@code EXEC}); the array's own {@link #reply} follows. */
        void elementError(int element, String message);
    }

    /** Longest line (header, simple string, error) that is waited for. */
    private static final int LONGEST_LINE = 64 * 1024;

    private static final int NO_LINE_YET = -1;

    private byte[] window = new byte[16 * 1024];
    private int limit;
    private int position;

    /** Bytes of a value (and its line end) still to be skipped. */
    private long skip;

    /** Elements still missing in each open array, outermost first. */
    private final int[] missing = new int[32];

    private int depth;
    private int element;

    /** The array to write incoming bytes into, from {@link #writeIndex()} on. */
    public byte[] window(int room) {
        if (window.length - limit < room) {
            System.arraycopy(window, position, window, 0, limit - position);
            limit -= position;
            position = 0;
            if (window.length - limit < room) {
                window = Arrays.copyOf(window, Math.max(window.length * 2, limit + room));
            }
        }
        return window;
    }

    /** Where in {@link #window} the next bytes go. */
    public int writeIndex() {
        return limit;
    }

    /** Takes in {@code count} bytes that were written to the window, and tells of each reply that is now complete. */
    public void received(int count, Replies replies) {
        limit += count;
        while (advance(replies)) {
            // each round consumes one element or the rest of a value
        }
        if (position == limit) {
            position = 0;
            limit = 0;
        }
    }

    private boolean advance(Replies replies) {
        if (skip > 0) {
            long step = Math.min(skip, limit - position);
            position += (int) step;
            skip -= step;
            if (skip == 0) {
                elementDone((byte) '$', replies);
                return true;
            }
            return false;
        }
        int lineEnd = findLineEnd();
        if (lineEnd == NO_LINE_YET) {
            return false;
        }
        readElement(lineEnd, replies);
        return true;
    }

    private int findLineEnd() {
        for (int i = position; i < limit; i++) {
            if (window[i] == '\n') {
                return i;
            }
        }
        if (limit - position > LONGEST_LINE) {
            throw MalformedRespException.expected("a reply", window, position, limit);
        }
        return NO_LINE_YET;
    }

    private void readElement(int lineEnd, Replies replies) {
        byte marker = window[position];
        int textStart = position + 1;
        int textEnd = lineEnd > textStart && window[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        switch (marker) {
            case '+', ':' -> {
                position = lineEnd + 1;
                elementDone(marker, replies);
            }
            case '-' -> {
                String message = new String(window, textStart, textEnd - textStart, StandardCharsets.UTF_8);
                position = lineEnd + 1;
                errorFound(message, replies);
            }
            case '$' -> {
                long length = number(textStart, textEnd);
                position = lineEnd + 1;
                if (length < 0) {
                    elementDone(marker, replies);
                } else {
                    skip = length + 2;
                }
            }
            case '*' -> {
                long count = number(textStart, textEnd);
                position = lineEnd + 1;
                openArray(count, replies);
            }
            default -> throw MalformedRespException.expected("a reply", window, position, limit);
        }
    }

    private void openArray(long count, Replies replies) {
        if (count <= 0) {
            elementDone((byte) '*', replies);
            return;
        }
        if (depth == missing.length || count > Integer.MAX_VALUE) {
            throw new MalformedRespException("a reply of " + count + " elements, nested " + depth + " deep");
        }
        if (depth == 0) {
            element = 0;
        }
        missing[depth++] = (int) count;
    }

    private void errorFound(String message, Replies replies) {
        if (depth == 0) {
            replies.error(message);
            return;
        }
        replies.elementError(element, message);
        elementDone((byte) '-', replies);
    }

    private void elementDone(byte marker, Replies replies) {
        byte last = marker;
        while (depth > 0) {
            if (depth == 1) {
                element++;
            }
            if (--missing[depth - 1] > 0) {
                return;
            }
            depth--;
            last = '*';
        }
        replies.reply(last);
    }

    private long number(int from, int to) {
        try {
            return Long.parseLong(new String(window, from, to - from, StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            throw MalformedRespException.expected("a length", window, from - 1, limit);
        }
    }
}
