package io.caravan.servers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads one value step by step into a canonical form: lines of text that hold one byte in each character. */
interface ValueReading {
    /** Stands between the parts of a line; no byte, so that no content can be taken for it. */
    char BETWEEN = '\u0100';

    /** What to ask next; empty when all is read. */
    Optional<Request> next();

    /** The reply to the last {@link #next()}. */
    void accept(@Nullable Object reply);

    /** The canonical form; to be called at the end. */
    List<String> lines();

    /** The reading for a type as TYPE names it; of a module's type only the DUMP payload is known. */
    static ValueReading of(String type, byte[] key, boolean knowsFieldExpiry) {
        return switch (type) {
            case "string" -> new Whole(Request.of("GET", key), 0);
            case "list" -> new PagedReading("LRANGE", key, 1);
            case "zset" -> new PagedReading("ZRANGE", key, 2);
            case "set" -> new ScannedReading("SSCAN", key, false);
            case "hash" -> new ScannedReading("HSCAN", key, knowsFieldExpiry);
            case "stream" -> new StreamReading(key);
            default -> new Whole(Request.of("DUMP", key), 10); // 2 bytes version, 8 bytes checksum
        };
    }

    /** A reply of any shape as the text of a line; a null is not an empty string. */
    static String text(@Nullable Object reply) {
        if (reply instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        if (reply instanceof List<?> items) {
            List<String> texts = new ArrayList<>();
            items.forEach(item -> texts.add(text(item)));
            return String.join(String.valueOf(BETWEEN), texts);
        }
        return String.valueOf(reply);
    }

    static List<?> list(@Nullable Object reply) {
        return reply instanceof List<?> items ? items : List.of();
    }

    static String printable(String line) {
        return Arrays.stream(line.split(String.valueOf(BETWEEN), -1))
                .map(Printable::ofLatin1)
                .reduce((left, right) -> left + " | " + right)
                .orElse("");
    }

    /** One request, whose reply is the value except for a tail that says nothing about it. */
    final class Whole implements ValueReading {
        private final Request request;
        private final int tailBytes;
        private boolean asked;
        private String value = "";

        Whole(Request request, int tailBytes) {
            this.request = request;
            this.tailBytes = tailBytes;
        }

        @Override
        public Optional<Request> next() {
            Optional<Request> next = asked ? Optional.empty() : Optional.of(request);
            asked = true;
            return next;
        }

        @Override
        public void accept(@Nullable Object reply) {
            String all = text(reply);
            value = all.substring(0, Math.max(0, all.length() - tailBytes));
        }

        @Override
        public List<String> lines() {
            return List.of(value);
        }
    }
}
