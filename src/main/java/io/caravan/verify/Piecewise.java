package io.caravan.verify;

import io.caravan.rdb.DecodeTarget.Ability;
import io.caravan.resp.Reply;
import io.caravan.verify.Difference.Kind;
import io.caravan.verify.KeyMapping.Pair;
import io.caravan.verify.ValueComparison.Found;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Compares a value that is too large to be held, a piece of either side at a time: of a string some bytes, of anything else some
 * elements. What is held is a piece, or an element if that is larger.
 *
 * <p>Members and fields are listed at one side and asked for at the other, which is right though {@code SCAN} may tell one twice; together
 * with their number that says whether both have the same. A list is read by position, a stream by id.
 *
 * <p>Owned by one thread, which waits.
 */
final class Piecewise {

    private static final int STRING_BYTES = 1024 * 1024;

    private final KeyReader there;
    private final KeyReader here;
    private final ValueComparison comparison;
    private final Pace pace;

    Piecewise(KeyReader there, KeyReader here, ValueComparison comparison, Pace pace) {
        this.there = there;
        this.here = here;
        this.comparison = comparison;
        this.pace = pace;
    }

    /**
     * What was found.
     *
     * @param type as the source calls it
     * @param found empty if they are the same
     * @param ending whether one side has the key no more, or not yet ceased to have it, that is about to expire
     */
    record Result(String type, Optional<Found> found, boolean ending) {}

    /**
     * Compares type, content and life. If the key is written to meanwhile, what is found may be due to that.
     *
     * @throws IOException if a side does not answer now
     * @throws UncomparableException if such a value cannot be compared so
     */
    Result compare(Pair pair) throws IOException, UncomparableException {
        KeyReader.Head source = there.head(pair.source());
        KeyReader.Head destination = here.head(pair.destination());
        if (!source.exists() || !destination.exists()) {
            boolean ending = comparison.isEnding(source.value(), destination.value());
            return new Result(source.type(), comparison.compare(source.value(), destination.value()), ending);
        }
        if (!source.type().equals(destination.type())) {
            return new Result(
                    source.type(),
                    Optional.of(new Found(
                            Kind.TYPE,
                            "a " + source.type() + " at the source, a " + destination.type() + " at the destination")),
                    false);
        }
        Optional<Found> content = content(source.type(), pair);
        return new Result(
                source.type(),
                content.isPresent() ? content : comparison.compareLives(source.expiresAt(), destination.expiresAt()),
                false);
    }

    /**
     * Whether both sides may be said to have the same after {@link #compare} found no difference, though the key was written to meanwhile:
     * what nobody has written to was seen to be the same. Elements of a list may have moved past the reader.
     */
    boolean holdsThoughTouched(String type, Pair pair) throws IOException, UncomparableException {
        return switch (type) {
            case "string", "stream" -> true;
            case "hash", "set", "zset" ->
                members(Members.of(type), here, pair.destination(), there, pair.source())
                        .isEmpty();
            default -> false;
        };
    }

    private Optional<Found> content(String type, Pair pair) throws IOException, UncomparableException {
        return switch (type) {
            case "string" -> string(pair);
            case "list" -> list(pair);
            case "hash", "set", "zset" -> collection(Members.of(type), pair);
            case "stream" -> new StreamPieces(there, here, pair, comparison.target(), pace).compare();
            default ->
                throw new UncomparableException(
                        "is a " + type + " of more than is held at once, which no command reads by pieces");
        };
    }

    private Optional<Found> string(Pair pair) throws IOException, UncomparableException {
        long length = there.number(pair.source(), "STRLEN");
        long copied = here.number(pair.destination(), "STRLEN");
        if (length != copied) {
            return number("string", "bytes", length, copied);
        }
        for (long from = 0; from < length; from += STRING_BYTES) {
            pace.take(1);
            String[] range = {Long.toString(from), Long.toString(from + STRING_BYTES - 1)};
            byte[] piece = Replies.bytes(there.ask(pair.source(), "GETRANGE", range));
            byte[] copy = Replies.bytes(here.ask(pair.destination(), "GETRANGE", range));
            int differs = Arrays.mismatch(piece, copy);
            if (differs >= 0) {
                return value("string", "from byte " + (from + differs) + " on");
            }
        }
        return Optional.empty();
    }

    private Optional<Found> list(Pair pair) throws IOException, UncomparableException {
        long length = there.number(pair.source(), "LLEN");
        long copied = here.number(pair.destination(), "LLEN");
        if (length != copied) {
            return number("list", "elements", length, copied);
        }
        var size = new PieceSize();
        long from = 0;
        while (from < length) {
            pace.take(1);
            String[] range = {Long.toString(from), Long.toString(from + size.elements() - 1)};
            Reply piece = there.ask(pair.source(), "LRANGE", range);
            Reply copy = here.ask(pair.destination(), "LRANGE", range);
            List<Reply> elements = Replies.elements(piece);
            List<Reply> copies = Replies.elements(copy);
            for (int i = 0; i < Math.max(elements.size(), copies.size()); i++) {
                if (i >= elements.size() || i >= copies.size() || !Replies.same(elements.get(i), copies.get(i))) {
                    return value("list", "at element " + (from + i));
                }
            }
            if (elements.isEmpty()) {
                return Optional.empty(); // it has become shorter meanwhile, on both sides
            }
            from += elements.size();
            size.got(Replies.size(piece));
        }
        return Optional.empty();
    }

    private Optional<Found> collection(Members members, Pair pair) throws IOException, UncomparableException {
        long length = there.number(pair.source(), members.count());
        long copied = here.number(pair.destination(), members.count());
        return length == copied
                ? members(members, there, pair.source(), here, pair.destination())
                : number(members.type(), members.what(), length, copied);
    }

    /** Lists them at one side, and asks the other for each. */
    private Optional<Found> members(Members members, KeyReader from, Place at, KeyReader to, Place copyAt)
            throws IOException, UncomparableException {
        var size = new PieceSize();
        String cursor = "0";
        do {
            pace.take(1);
            Reply page = from.ask(at, members.scan(), cursor, "COUNT", Integer.toString(size.elements()));
            List<Reply> parts = Replies.elements(page);
            if (parts.size() != 2) {
                throw new UncomparableException(
                        "cannot be listed: " + members.scan() + " answers '" + page.text() + "'");
            }
            List<Reply> listed = Replies.elements(parts.get(1));
            List<byte[]> names = new ArrayList<>();
            for (int i = 0; i < listed.size(); i += members.width()) {
                names.add(Replies.bytes(listed.get(i)));
            }
            if (!names.isEmpty()) {
                List<Reply> copies = to.ask(copyAt, members.questions(copyAt.key(), names));
                int differs = members.firstOther(listed, copies);
                if (differs < 0 && members.haveLives() && comparison.target().can(Ability.FIELD_EXPIRY)) {
                    differs = firstOfOtherLife(from, at, to, copyAt, names);
                }
                if (differs >= 0) {
                    return value(members.type(), "at '" + Replies.quote(new Reply.Bulk(names.get(differs))) + "'");
                }
            }
            size.got(Replies.size(parts.get(1)));
            cursor = parts.get(0).text();
        } while (!cursor.equals("0"));
        return Optional.empty();
    }

    private static int firstOfOtherLife(KeyReader from, Place at, KeyReader to, Place copyAt, List<byte[]> names)
            throws IOException, UncomparableException {
        List<Reply> lives = Replies.elements(
                from.ask(at, List.of(Members.lives(at.key(), names))).get(0));
        List<Reply> copies = Replies.elements(
                to.ask(copyAt, List.of(Members.lives(copyAt.key(), names))).get(0));
        for (int i = 0; i < names.size(); i++) {
            if (i >= lives.size() || i >= copies.size() || !Replies.same(lives.get(i), copies.get(i))) {
                return i;
            }
        }
        return -1;
    }

    static Optional<Found> number(String type, String what, long there, long here) {
        return Optional.of(new Found(
                Kind.VALUE,
                "a " + type + " of " + there + " " + what + " at the source, of " + here + " at the destination"));
    }

    static Optional<Found> value(String type, String where) {
        return Optional.of(new Found(Kind.VALUE, "a " + type + " of other content, " + where));
    }
}
