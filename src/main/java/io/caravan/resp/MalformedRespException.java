package io.caravan.resp;

import java.nio.charset.StandardCharsets;

/**
 * Bytes that are not the protocol. The peer is not a Redis server, or bytes were lost on the way: what follows on this
 * connection cannot be understood any more, so the connection has to be closed.
 */
public final class MalformedRespException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Foreign input is quoted up to this many bytes. */
    private static final int QUOTE_LIMIT = 100;

    public MalformedRespException(String message) {
        super(message);
    }

    /** Says what was expected and quotes what stands at {@code at} instead. */
    static MalformedRespException expected(String what, byte[] bytes, int at, int limit) {
        return new MalformedRespException("expected " + what + " but found '" + quote(bytes, at, limit) + "'");
    }

    /** A printable quotation of foreign bytes, cut at 100 bytes, control characters escaped. */
    public static String quote(byte[] bytes, int from, int to) {
        int end = Math.min(to, from + QUOTE_LIMIT);
        var quoted = new StringBuilder();
        for (int i = Math.max(from, 0); i < end; i++) {
            appendPrintable(quoted, bytes[i]);
        }
        return end < to ? quoted.append('…').toString() : quoted.toString();
    }

    /** A printable quotation of all of {@code bytes}, cut at 100 bytes. */
    public static String quote(byte[] bytes) {
        return quote(bytes, 0, bytes.length);
    }

    /** A printable quotation of {@code text}, cut at 100 bytes. */
    public static String quote(String text) {
        return quote(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void appendPrintable(StringBuilder out, byte value) {
        switch (value) {
            case '\r' -> out.append("\\r");
            case '\n' -> out.append("\\n");
            case '\\' -> out.append("\\\\");
            default -> {
                if (value >= ' ' && value < 0x7f) {
                    out.append((char) value);
                } else {
                    out.append(String.format("\\x%02x", value & 0xff));
                }
            }
        }
    }
}
