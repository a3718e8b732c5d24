package io.caravan.verify;

import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What replies say that are pieces of a value. */
final class Replies {

    private Replies() {}

    /** The elements of a reply; none if it is no list. */
    static List<Reply> elements(Reply reply) {
        return reply instanceof Reply.Elements list ? list.replies() : List.of();
    }

    /** The bytes of a reply, not copied. */
    static byte[] bytes(Reply reply) {
        return reply instanceof Reply.Bulk bulk ? bulk.bytes() : reply.text().getBytes(StandardCharsets.UTF_8);
    }

    /** Whether two say the same, byte by byte. */
    static boolean same(Reply one, Reply other) {
        if (one instanceof Reply.Elements list && other instanceof Reply.Elements otherList) {
            List<Reply> elements = list.replies();
            List<Reply> others = otherList.replies();
            if (elements.size() != others.size()) {
                return false;
            }
            for (int i = 0; i < elements.size(); i++) {
                if (!same(elements.get(i), others.get(i))) {
                    return false;
                }
            }
            return true;
        }
        boolean nothing = one instanceof Reply.Nothing;
        return nothing == other instanceof Reply.Nothing && (nothing || Arrays.equals(bytes(one), bytes(other)));
    }

    /** How many bytes it holds. */
    static long size(Reply reply) {
        return reply instanceof Reply.Elements list
                ? list.replies().stream().mapToLong(Replies::size).sum()
                : bytes(reply).length;
    }

    /** {@code name value name value …} by name. */
    static Map<String, Reply> fields(Reply reply) {
        List<Reply> words = elements(reply);
        Map<String, Reply> fields = new HashMap<>();
        for (int i = 0; i + 1 < words.size(); i += 2) {
            fields.put(words.get(i).text(), words.get(i + 1));
        }
        return fields;
    }

    /** For a message. */
    static String quote(Reply reply) {
        return MalformedRespException.quote(bytes(reply));
    }
}
