package io.caravan.command;

import io.caravan.resp.Reply;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A reply that lists names and values by turns. What is missing, or of another kind than is asked for, reads as empty.
 *
 * @param entries names and values
 */
record ReplyFields(List<Reply> entries) {

    /** A command has no more arguments, so no position is greater (Redis {@code networking.c}). */
    private static final int MOST_ARGUMENTS = 1024 * 1024;

    /** The fields of a reply; none if it is no list. */
    static ReplyFields of(Reply reply) {
        return new ReplyFields(listOf(reply));
    }

    /** The elements of a list; none if it is no list. */
    static List<Reply> listOf(Reply reply) {
        return reply instanceof Reply.Elements elements ? elements.replies() : List.of();
    }

    /** A number that says where an argument stands; 0 if it is no number. */
    static int positionOf(Reply reply) {
        return reply instanceof Reply.Number number
                ? (int) Math.max(-MOST_ARGUMENTS, Math.min(MOST_ARGUMENTS, number.value()))
                : 0;
    }

    String text(String name) {
        return value(name).text();
    }

    int position(String name) {
        return positionOf(value(name));
    }

    Set<String> words(String name) {
        return listOf(value(name)).stream().map(Reply::text).collect(Collectors.toUnmodifiableSet());
    }

    ReplyFields fields(String name) {
        return of(value(name));
    }

    private Reply value(String name) {
        for (int i = 0; i + 1 < entries.size(); i += 2) {
            if (entries.get(i).text().equals(name)) {
                return entries.get(i + 1);
            }
        }
        return new Reply.Nothing();
    }
}
