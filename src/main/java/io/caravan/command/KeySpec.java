package io.caravan.command;

import io.caravan.resp.Arguments;
import java.util.Locale;
import java.util.Optional;

/**
 * One place where a server says that keys of a command stand; from Redis 7.0 on it says so of each command
 * (documentation, "Command key specifications"; Redis {@code db.c}, {@code getKeysUsingKeySpecs}).
 *
 * @param begin where the place begins
 * @param find which arguments from there on are keys
 */
record KeySpec(Begin begin, Find find) {

    /** Where a place begins. */
    @FunctionalInterface
    interface Begin {
        /** The argument, {@link KeyPositions#NO_KEY} if the command has no such place. */
        int in(Arguments arguments);
    }

    /** Which arguments from {@code begin} on are keys. */
    @FunctionalInterface
    interface Find {
        void visit(Arguments arguments, int begin, KeyPositions.Visitor visitor);
    }

    /** Argument {@code position}. */
    record AtIndex(int position) implements Begin {
        @Override
        public int in(Arguments arguments) {
            return position < arguments.count() ? position : KeyPositions.NO_KEY;
        }
    }

    /** Behind {@code keyword}, which is looked for from argument {@code from} on; if negative, from the end backwards. */
    record BehindWord(String keyword, int from) implements Begin {
        @Override
        public int in(Arguments arguments) {
            int step = from < 0 ? -1 : 1;
            int start = from < 0 ? arguments.count() + from : from;
            for (int i = start; i > 0 && i + 1 < arguments.count(); i += step) {
                if (arguments.is(i, keyword)) {
                    return i + 1;
                }
            }
            return KeyPositions.NO_KEY;
        }
    }

    /**
     * Every {@code step}th argument up to the one {@code last} behind the first. A negative {@code last} counts from the end,
     * or, with a {@code limit} above 1, from the end of the first half, third … of what follows.
     */
    record UpTo(int last, int step, int limit) implements Find {
        @Override
        public void visit(Arguments arguments, int begin, KeyPositions.Visitor visitor) {
            int end = Math.min(end(arguments.count(), begin), arguments.count() - 1);
            for (int i = begin; i <= end; i += step) {
                visitor.key(i);
            }
        }

        private int end(int count, int begin) {
            if (last >= 0) {
                return begin + last;
            }
            return last + (limit > 1 ? begin + (count - begin) / limit : count);
        }
    }

    /** As many as the argument says that is {@code counter} behind the beginning; the first is {@code first} behind it. */
    record Counted(int counter, int first, int step) implements Find {
        @Override
        public void visit(Arguments arguments, int begin, KeyPositions.Visitor visitor) {
            long count = countAt(arguments, begin + counter);
            int i = begin + first;
            for (long key = 0; key < count && i < arguments.count(); key++) {
                visitor.key(i);
                i += step;
            }
        }
    }

    /** Tells {@code visitor} of each key of the place. */
    void visit(Arguments arguments, KeyPositions.Visitor visitor) {
        int first = begin.in(arguments);
        if (first != KeyPositions.NO_KEY) {
            find.visit(arguments, first, visitor);
        }
    }

    /** The number of keys that an argument tells; 0 if it is missing or no number, which the server will say by itself. */
    static long countAt(Arguments arguments, int counter) {
        if (counter >= arguments.count()) {
            return 0;
        }
        try {
            return Math.min(arguments.number(counter), Integer.MAX_VALUE);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /**
     * Reads an entry of a server's reply to {@code COMMAND}; empty if it does not say everything about the place.
     *
     * <pre>
     * flags [RW …] begin_search [type index spec [index 1]] find_keys [type range spec [lastkey 0 keystep 1 limit 0]]
     * </pre>
     */
    static Optional<KeySpec> parse(ReplyFields entry) {
        if (entry.words("flags").contains("incomplete")) {
            return Optional.empty();
        }
        return begin(entry.fields("begin_search"))
                .flatMap(begin -> find(entry.fields("find_keys")).map(find -> new KeySpec(begin, find)));
    }

    private static Optional<Begin> begin(ReplyFields search) {
        ReplyFields spec = search.fields("spec");
        return switch (search.text("type")) {
            case "index" ->
                spec.position("index") < 1 ? Optional.empty() : Optional.of(new AtIndex(spec.position("index")));
            case "keyword" ->
                spec.position("startfrom") == 0
                        ? Optional.empty()
                        : Optional.of(new BehindWord(
                                spec.text("keyword").toUpperCase(Locale.ROOT), spec.position("startfrom")));
            default -> Optional.empty();
        };
    }

    private static Optional<Find> find(ReplyFields search) {
        ReplyFields spec = search.fields("spec");
        int step = spec.position("keystep");
        if (step < 1) {
            return Optional.empty();
        }
        return switch (search.text("type")) {
            case "range" -> Optional.of(new UpTo(spec.position("lastkey"), step, spec.position("limit")));
            case "keynum" ->
                spec.position("keynumidx") < 0 || spec.position("firstkey") < 0
                        ? Optional.empty()
                        : Optional.of(new Counted(spec.position("keynumidx"), spec.position("firstkey"), step));
            default -> Optional.empty();
        };
    }
}
