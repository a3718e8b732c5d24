package io.caravan.resp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Decodes whole replies of requests that are not part of the data path: handshake, topology, {@code INFO}, {@code DUMP}.
 *
 * <p>Bytes are added as they arrive; {@link #next()} gives a reply once it is complete. What is not consumed can be taken
 * back with {@link #rest()}: after the answer to {@code PSYNC} the connection carries no replies any more. Not thread-safe.
 */
public final class ReplyDecoder {

    private static final int DEEPEST = 16;

    private byte[] window = new byte[4096];
    private int position;
    private int limit;

    /** Adds received bytes. */
    public void add(byte[] source, int from, int count) {
        if (window.length - limit < count) {
            System.arraycopy(window, position, window, 0, limit - position);
            limit -= position;
            position = 0;
            if (window.length - limit < count) {
                window = Arrays.copyOf(window, Math.max(window.length * 2, limit + count));
            }
        }
        System.arraycopy(source, from, window, limit, count);
        limit += count;
    }

    /**
     * The next complete reply; bare newlines before it, which a master sends while it prepares a snapshot, are passed over.
     *
     * @throws MalformedRespException if the bytes are no reply
     */
    public Optional<Reply> next() {
        while (position < limit && (window[position] == '\n' || window[position] == '\r')) {
            position++;
        }
        var cursor = new Cursor(position);
        Optional<Reply> reply = decode(cursor, 0);
        reply.ifPresent(r -> position = cursor.at);
        return reply;
    }

    /** The bytes that were added but not consumed; they are handed out once. */
    public byte[] rest() {
        byte[] rest = Arrays.copyOfRange(window, position, limit);
        position = limit;
        return rest;
    }

    private Optional<Reply> decode(Cursor cursor, int depth) {
        if (depth > DEEPEST) {
            throw new MalformedRespException("a reply nested more than " + DEEPEST + " deep");
        }
        int lineStart = cursor.at;
        Optional<String> line = readLine(cursor);
        if (line.isEmpty()) {
            return Optional.empty();
        }
        String text = line.get().isEmpty() ? "" : line.get().substring(1);
        return switch (window[lineStart]) {
            case '+' -> Optional.of(new Reply.Status(text));
            case '-' -> Optional.of(new Reply.Failure(text));
            case ':' -> Optional.of(new Reply.Number(number(text, lineStart)));
            case '$' -> decodeBulk(cursor, number(text, lineStart));
            case '*' -> decodeArray(cursor, number(text, lineStart), depth);
            default -> throw MalformedRespException.expected("a reply", window, lineStart, limit);
        };
    }

    private Optional<Reply> decodeBulk(Cursor cursor, long length) {
        if (length < 0) {
            return Optional.of(new Reply.Nothing());
        }
        if (limit - cursor.at < length + 2) {
            return Optional.empty();
        }
        byte[] bytes = Arrays.copyOfRange(window, cursor.at, cursor.at + (int) length);
        cursor.at += (int) length + 2;
        return Optional.of(new Reply.Bulk(bytes));
    }

    private Optional<Reply> decodeArray(Cursor cursor, long count, int depth) {
        if (count < 0) {
            return Optional.of(new Reply.Nothing());
        }
        List<Reply> elements = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            Optional<Reply> element = decode(cursor, depth + 1);
            if (element.isEmpty()) {
                return Optional.empty();
            }
            elements.add(element.get());
        }
        return Optional.of(new Reply.Elements(elements));
    }

    private Optional<String> readLine(Cursor cursor) {
        for (int i = cursor.at; i < limit; i++) {
            if (window[i] == '\n') {
                int end = i > cursor.at && window[i - 1] == '\r' ? i - 1 : i;
                var line = new String(window, cursor.at, end - cursor.at, StandardCharsets.UTF_8);
                cursor.at = i + 1;
                return Optional.of(line);
            }
        }
        return Optional.empty();
    }

    private long number(String text, int lineStart) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw MalformedRespException.expected("a number", window, lineStart, limit);
        }
    }

    private static final class Cursor {
        private int at;

        private Cursor(int at) {
            this.at = at;
        }
    }
}
