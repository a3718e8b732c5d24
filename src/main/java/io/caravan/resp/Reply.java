package io.caravan.resp;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a server answers to a request that is not part of the data path. */
public sealed interface Reply {

    /** The reply as text: a status, a value read as UTF-8, a number in digits; an array joined by spaces. */
    String text();

    /** {@code +OK}. */
    record Status(String text) implements Reply {}

    /** {@code -ERR …}; {@link #text()} is the message without the minus. */
    record Failure(String text) implements Reply {

        /** The first word, {@code NOPERM} of {@code NOPERM this user has no permissions …}. */
        public String code() {
            int space = text.indexOf(' ');
            return space < 0 ? text : text.substring(0, space);
        }
    }

    /** {@code :42}. */
    record Number(long value) implements Reply {
        @Override
        public String text() {
            return Long.toString(value);
        }
    }

    /** {@code $5\r\nhello}. The array is not copied. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier; never compared, never a key
    record Bulk(byte[] bytes) implements Reply {
        @Override
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** {@code $-1} or {@code *-1}. */
    record Nothing() implements Reply {
        @Override
        public String text() {
            return "";
        }
    }

    /** {@code *n} and its elements. */
    record Elements(List<Reply> replies) implements Reply {

        public Elements {
            replies = List.copyOf(replies);
        }

        @Override
        public String text() {
            return String.join(" ", replies.stream().map(Reply::text).toList());
        }
    }
}
