package io.caravan.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.resp.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Replies of servers, made from lists, numbers and texts, for tests. */
public final class Replies {

    private Replies() {}

    /** {@code List} to a list, {@code Number} to a number, {@code null} to nothing, everything else to its text. */
    public static Reply of(Object value) {
        if (value instanceof List<?> list) {
            return new Reply.Elements(list.stream().map(Replies::of).toList());
        }
        if (value instanceof Number number) {
            return new Reply.Number(number.longValue());
        }
        return value == null
                ? new Reply.Nothing()
                : new Reply.Bulk(value.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A reply that was recorded as JSON. */
    static Reply of(JsonNode node) {
        if (node.isArray()) {
            List<Reply> replies = new ArrayList<>();
            node.forEach(element -> replies.add(of(element)));
            return new Reply.Elements(replies);
        }
        return node.isNumber() ? new Reply.Number(node.asLong()) : of((Object) node.asText());
    }
}
