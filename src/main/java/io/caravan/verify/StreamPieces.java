package io.caravan.verify;

import io.caravan.rdb.DecodeTarget;
import io.caravan.rdb.DecodeTarget.Ability;
import io.caravan.resp.Reply;
import io.caravan.verify.KeyMapping.Pair;
import io.caravan.verify.ValueComparison.Found;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares a stream by pieces: its entries, what it remembers of those that are gone, its groups, their consumers, and what these have not
 * acknowledged yet. When an entry was delivered is not compared. Owned by one thread, which waits.
 */
final class StreamPieces {

    private static final List<String> LASTING = List.of("last-generated-id");
    private static final List<String> COUNTED = List.of("max-deleted-entry-id", "entries-added");
    private static final List<String> OF_GROUPS = List.of("pending", "last-delivered-id");
    private static final List<String> COUNTED_OF_GROUPS = List.of("entries-read");

    private final KeyReader there;
    private final KeyReader here;
    private final Pair pair;
    private final DecodeTarget target;
    private final Pace pace;

    StreamPieces(KeyReader there, KeyReader here, Pair pair, DecodeTarget target, Pace pace) {
        this.there = there;
        this.here = here;
        this.pair = pair;
        this.target = target;
        this.pace = pace;
    }

    Optional<Found> compare() throws IOException, UncomparableException {
        long length = there.number(pair.source(), "XLEN");
        long copied = here.number(pair.destination(), "XLEN");
        if (length != copied) {
            return Piecewise.number("stream", "entries", length, copied);
        }
        Optional<Found> found = pages("XRANGE", "entry", List.of());
        return found.isPresent() ? found : state();
    }

    private Optional<Found> state() throws IOException, UncomparableException {
        Map<String, Reply> source = Replies.fields(there.info(pair.source(), "STREAM"));
        Map<String, Reply> destination = Replies.fields(here.info(pair.destination(), "STREAM"));
        Optional<String> other = firstOther(source, destination, LASTING, COUNTED);
        if (other.isPresent()) {
            return Piecewise.value("stream", "at " + other.get());
        }
        Map<String, Map<String, Reply>> groups = byName(there.info(pair.source(), "GROUPS"));
        Map<String, Map<String, Reply>> copies = byName(here.info(pair.destination(), "GROUPS"));
        if (!groups.keySet().equals(copies.keySet())) {
            return Piecewise.value(
                    "stream",
                    "groups " + groups.keySet() + " at the source, " + copies.keySet() + " at the destination");
        }
        for (var group : groups.entrySet()) {
            Optional<Found> found =
                    group(group.getKey(), group.getValue(), copies.getOrDefault(group.getKey(), Map.of()));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Found> group(String name, Map<String, Reply> source, Map<String, Reply> destination)
            throws IOException, UncomparableException {
        Optional<String> other = firstOther(source, destination, OF_GROUPS, COUNTED_OF_GROUPS);
        if (other.isPresent()) {
            return Piecewise.value("stream", "at " + other.get() + " of group '" + name + "'");
        }
        Reply group = source.get("name");
        byte[] bytes = group == null ? new byte[0] : Replies.bytes(group);
        if (target.can(Ability.CREATE_CONSUMER)) {
            var consumers =
                    byName(there.info(pair.source(), "CONSUMERS", bytes)).keySet();
            var copies =
                    byName(here.info(pair.destination(), "CONSUMERS", bytes)).keySet();
            if (!consumers.equals(copies)) {
                return Piecewise.value("stream", "at the consumers of group '" + name + "'");
            }
        }
        return pages("XPENDING", "pending entry", List.of(bytes));
    }

    private Optional<String> firstOther(
            Map<String, Reply> source, Map<String, Reply> destination, List<String> lasting, List<String> counted) {
        for (String field : lasting) {
            if (!same(source.get(field), destination.get(field))) {
                return Optional.of(field);
            }
        }
        for (String field : target.can(Ability.STREAM_COUNTERS) ? counted : List.<String>of()) {
            if (!same(source.get(field), destination.get(field))) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    private static boolean same(@Nullable Reply one, @Nullable Reply other) {
        return one == null || other == null ? one == other : Replies.same(one, other);
    }

    /** {@code XRANGE key from + COUNT n}, {@code XPENDING key group from + n}: lists that begin with an id each. */
    private Optional<Found> pages(String command, String what, List<byte[]> group)
            throws IOException, UncomparableException {
        var size = new PieceSize();
        boolean pending = command.equals("XPENDING");
        String from = "-";
        while (true) {
            pace.take(1);
            String number = Integer.toString(size.elements());
            String[] range = pending ? new String[] {from, "+", number} : new String[] {from, "+", "COUNT", number};
            Reply page = there.ask(pair.source(), command, group, range);
            List<Reply> entries = Replies.elements(page);
            List<Reply> copies = Replies.elements(here.ask(pair.destination(), command, group, range));
            for (int i = 0; i < Math.max(entries.size(), copies.size()); i++) {
                if (i >= entries.size() || i >= copies.size() || !sameEntry(entries.get(i), copies.get(i), pending)) {
                    String id = id(i < entries.size() ? entries.get(i) : copies.get(i));
                    return Piecewise.value("stream", "at " + what + " " + id);
                }
            }
            if (entries.isEmpty()) {
                return Optional.empty();
            }
            from = after(id(entries.get(entries.size() - 1)));
            size.got(Replies.size(page));
        }
    }

    /** Of {@code id consumer idle deliveries} the third is how long ago, by each side's own clock. */
    private static boolean sameEntry(Reply one, Reply other, boolean pending) {
        if (!pending) {
            return Replies.same(one, other);
        }
        List<Reply> parts = Replies.elements(one);
        List<Reply> others = Replies.elements(other);
        return parts.size() == 4
                && others.size() == 4
                && Replies.same(parts.get(0), others.get(0))
                && Replies.same(parts.get(1), others.get(1))
                && Replies.same(parts.get(3), others.get(3));
    }

    private static String id(Reply entry) {
        List<Reply> parts = Replies.elements(entry);
        return parts.isEmpty() ? "" : parts.get(0).text();
    }

    /** The least id above {@code 1526919030474-55}; {@code (} for that is not known before Redis 6.2. */
    private static String after(String id) {
        int dash = id.indexOf('-');
        long sequence = Long.parseUnsignedLong(id.substring(dash + 1));
        return sequence == -1 // the greatest there is
                ? Long.toUnsignedString(Long.parseUnsignedLong(id.substring(0, dash)) + 1) + "-0"
                : id.substring(0, dash + 1) + Long.toUnsignedString(sequence + 1);
    }

    private static Map<String, Map<String, Reply>> byName(Reply list) {
        Map<String, Map<String, Reply>> byName = new TreeMap<>();
        for (Reply each : Replies.elements(list)) {
            Map<String, Reply> fields = Replies.fields(each);
            Reply name = fields.get("name");
            if (name != null) {
                byName.put(Replies.quote(name), fields);
            }
        }
        return byName;
    }
}
