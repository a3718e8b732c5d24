package io.caravan.servers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One command, or several that run as one {@code MULTI … EXEC}; it has one reply, the transaction's being EXEC's. */
public final class Request {
    private static final Request MULTI = Request.of("MULTI");
    private static final Request EXEC = Request.of("EXEC");

    /** Redis's {@code movablekeys} and keyless commands as far as tests send them; every other has its key first. */
    private static final List<String> KEY_AFTER_SUBCOMMAND =
            List.of("OBJECT", "XGROUP", "XINFO", "MEMORY", "DEBUG", "BITOP");

    private static final List<String> KEY_AFTER_COUNT = List.of("EVAL", "EVALSHA", "FCALL");
    private static final List<String> KEYLESS =
            List.of("PING", "INFO", "DBSIZE", "SCAN", "FUNCTION", "SCRIPT", "CLUSTER", "CONFIG", "WAIT", "TIME");

    private final List<byte[]> words;
    private final List<Request> parts;

    private Request(List<byte[]> words, List<Request> parts) {
        this.words = words;
        this.parts = parts;
    }

    /** One command; a word is a {@code byte[]} as it is, or the text of anything else. */
    public static Request of(Object... words) {
        return new Request(Arrays.stream(words).map(Request::bytes).toList(), List.of());
    }

    /** These commands as one transaction; their keys share one slot. */
    public static Request transaction(List<Request> commands) {
        return new Request(List.of(), List.copyOf(commands));
    }

    private static byte[] bytes(Object word) {
        return word instanceof byte[] bytes ? bytes : word.toString().getBytes(StandardCharsets.UTF_8);
    }

    boolean isTransaction() {
        return !parts.isEmpty();
    }

    /** How many commands the server runs for it, without MULTI and EXEC. */
    int size() {
        return isTransaction() ? parts.size() : 1;
    }

    /** The first key. */
    public Optional<byte[]> key() {
        if (isTransaction()) {
            return parts.get(0).key();
        }
        int at = keyIndex(text(0).toUpperCase(Locale.ROOT));
        return at > 0 && at < words.size() ? Optional.of(words.get(at)) : Optional.empty();
    }

    private int keyIndex(String name) {
        if (KEYLESS.contains(name)) {
            return 0;
        }
        if (name.equals("XREAD") || name.equals("XREADGROUP")) {
            for (int i = 1; i < words.size(); i++) {
                if (text(i).equalsIgnoreCase("STREAMS")) {
                    return i + 1;
                }
            }
        }
        if (KEY_AFTER_COUNT.contains(name)) {
            return 3;
        }
        return KEY_AFTER_SUBCOMMAND.contains(name) ? 2 : 1;
    }

    private String text(int word) {
        return new String(words.get(word), StandardCharsets.UTF_8);
    }

    void writeTo(OutputStream out) throws IOException {
        if (isTransaction()) {
            MULTI.writeTo(out);
            for (Request part : parts) {
                part.writeTo(out);
            }
            EXEC.writeTo(out);
            return;
        }
        // *<words>\r\n then for each word $<length>\r\n<word>\r\n
        out.write(("*" + words.size() + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (byte[] word : words) {
            out.write(("$" + word.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(word);
            out.write('\r');
            out.write('\n');
        }
    }

    /** A refused transaction answers with the first refusal (MOVED, say), which says more than EXECABORT. */
    @Nullable
    Object readReplyFrom(RespReader in) throws IOException {
        if (!isTransaction()) {
            return in.read();
        }
        @Nullable Object refusal = null;
        for (int i = 0; i <= parts.size(); i++) {
            if (in.read() instanceof RespError error && refusal == null) {
                refusal = error;
            }
        }
        Object outcome = in.read();
        return refusal == null ? outcome : refusal;
    }

    /** The command as a person reads it, cut at 100 characters. */
    @Override
    public String toString() {
        if (isTransaction()) {
            return "MULTI " + parts + " EXEC";
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words.size() && text.length() < 100; i++) {
            text.append(i == 0 ? "" : " ").append(Printable.of(words.get(i)));
        }
        return text.length() > 100 ? text.substring(0, 100) + "…" : text.toString();
    }
}
