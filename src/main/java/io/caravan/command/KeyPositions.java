package io.caravan.command;

import io.caravan.resp.Arguments;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the keys stand among a command's arguments. Written in the command table as
 *
 * <pre>
 * -           no key
 * 1           argument 1
 * 1..-1       from argument 1 to the last       1..-1/2   every second one
 * #2          argument 2 says how many; they follow it    #1/2      each followed by its value
 * 1+#2        argument 1, and those that argument 2 counts
 * 1+5:STORE|STOREDIST    argument 1, and the one behind the last of these keywords, which may stand from argument 5 on
 * 1+2:STORE|LIMIT-2      likewise; the 2 arguments behind LIMIT are no keywords, whatever they are
 * 4:STREAMS   the first half of what follows the keyword, which may stand from argument 4 on
 * 3|KEYS      argument 3, or, if that is empty, everything behind the keyword
 * </pre>
 *
 * Arguments that are missing or no number yield fewer keys, never an exception: the server will say what it thinks of the
 * command.
 */
public sealed interface KeyPositions {

    /** The position that stands for "no key": argument 0 is the name of the command. */
    int NO_KEY = 0;

    /** Takes the position of a key. */
    @FunctionalInterface
    interface Visitor {
        void key(int argument);
    }

    /** Tells {@code visitor} of each key, in the order of the arguments. */
    void visit(Arguments arguments, Visitor visitor);

    /** Position of the first key, {@link #NO_KEY} if there is none. */
    int first(Arguments arguments);

    /** Whether a command of this form can never have a second key. */
    boolean single();

    /** No key at all. */
    record None() implements KeyPositions {
        @Override
        public void visit(Arguments arguments, Visitor visitor) {
            // there is none
        }

        @Override
        public int first(Arguments arguments) {
            return NO_KEY;
        }

        @Override
        public boolean single() {
            return true;
        }
    }

    /** Every {@code step}th argument from {@code first} to {@code last}; a negative last counts from the end. */
    record Range(int first, int last, int step) implements KeyPositions {

        public Range {
            if (first < 1 || step < 1) {
                throw new IllegalArgumentException("no key range: " + first + ".." + last + "/" + step);
            }
        }

        @Override
        public void visit(Arguments arguments, Visitor visitor) {
            int end = Math.min(last < 0 ? arguments.count() + last : last, arguments.count() - 1);
            for (int i = first; i <= end; i += step) {
                visitor.key(i);
            }
        }

        @Override
        public int first(Arguments arguments) {
            return first < arguments.count() ? first : NO_KEY;
        }

        @Override
        public boolean single() {
            return first == last;
        }
    }

    /**
     * Keys counted by argument {@code counter} and following it, {@code step} arguments apart, and before them argument
     * {@code leading} if it is not 0.
     */
    record Counted(int leading, int counter, int step) implements KeyPositions {
        @Override
        public void visit(Arguments arguments, Visitor visitor) {
            if (leading != NO_KEY && leading < arguments.count()) {
                visitor.key(leading);
            }
            int end = (int) Math.min(counter + KeySpec.countAt(arguments, counter) * step, arguments.count() - 1L);
            for (int i = counter + 1; i <= end; i += step) {
                visitor.key(i);
            }
        }

        @Override
        public int first(Arguments arguments) {
            if (leading != NO_KEY) {
                return leading < arguments.count() ? leading : NO_KEY;
            }
            return KeySpec.countAt(arguments, counter) > 0 && counter + 1 < arguments.count() ? counter + 1 : NO_KEY;
        }

        @Override
        public boolean single() {
            return false;
        }
    }

    /** Argument {@code first}, and the one behind the last of {@code keywords}, of which none stands before {@code from}. */
    record BehindKeyword(int first, int from, List<Keyword> keywords) implements KeyPositions {

        /** A word and how many arguments belong to it; if none, a key stands behind it. */
        record Keyword(String word, int arguments) {}

        @Override
        public void visit(Arguments arguments, Visitor visitor) {
            if (first < arguments.count()) {
                visitor.key(first);
            }
            int behind = NO_KEY;
            for (int i = from; i + 1 < arguments.count(); i++) {
                Keyword keyword = keywordAt(arguments, i);
                if (keyword == null) {
                    continue;
                }
                if (keyword.arguments() == 0) {
                    behind = i + 1;
                }
                i += Math.max(1, keyword.arguments());
            }
            if (behind != NO_KEY) {
                visitor.key(behind);
            }
        }

        private @Nullable Keyword keywordAt(Arguments arguments, int i) {
            for (Keyword keyword : keywords) {
                if (arguments.is(i, keyword.word())) {
                    return keyword;
                }
            }
            return null;
        }

        @Override
        public int first(Arguments arguments) {
            return first < arguments.count() ? first : NO_KEY;
        }

        @Override
        public boolean single() {
            return false;
        }
    }

    /** The first half of what follows {@code keyword}, which stands at {@code from} or later. */
    record HalfBehindKeyword(int from, String keyword) implements KeyPositions {
        @Override
        public void visit(Arguments arguments, Visitor visitor) {
            int first = first(arguments);
            if (first == NO_KEY) {
                return;
            }
            int keys = (arguments.count() - first) / 2;
            for (int i = first; i < first + keys; i++) {
                visitor.key(i);
            }
        }

        @Override
        public int first(Arguments arguments) {
            return behind(arguments, from, keyword);
        }

        @Override
        public boolean single() {
            return false;
        }
    }

    /** Argument {@code first}, or, if that is empty, everything behind {@code keyword}. */
    record OrBehindKeyword(int first, String keyword) implements KeyPositions {
        @Override
        public void visit(Arguments arguments, Visitor visitor) {
            int start = first(arguments);
            int end = start <= first ? start : arguments.count() - 1;
            for (int i = start; i != NO_KEY && i <= end; i++) {
                visitor.key(i);
            }
        }

        @Override
        public int first(Arguments arguments) {
            if (first >= arguments.count()) {
                return NO_KEY;
            }
            return arguments.length(first) > 0 ? first : behind(arguments, first + 1, keyword);
        }

        @Override
        public boolean single() {
            return false;
        }
    }

    /** Where a server says that they stand. */
    record BySpecs(List<KeySpec> specs) implements KeyPositions {

        public BySpecs {
            specs = List.copyOf(specs);
        }

        @Override
        public void visit(Arguments arguments, Visitor visitor) {
            for (KeySpec spec : specs) {
                spec.visit(arguments, visitor);
            }
        }

        @Override
        public int first(Arguments arguments) {
            int[] first = {NO_KEY};
            visit(arguments, i -> first[0] = first[0] == NO_KEY ? i : first[0]);
            return first[0];
        }

        @Override
        public boolean single() {
            return false;
        }
    }

    /** The argument behind the first {@code keyword} from {@code from} on, {@link #NO_KEY} if there is none. */
    private static int behind(Arguments arguments, int from, String keyword) {
        for (int i = from; i + 1 < arguments.count(); i++) {
            if (arguments.is(i, keyword)) {
                return i + 1;
            }
        }
        return NO_KEY;
    }

    /**
     * Reads the notation above.
     *
     * @throws IllegalArgumentException if it is not of that notation
     */
    static KeyPositions parse(String notation) {
        if (notation.equals("-")) {
            return new None();
        }
        int plus = notation.indexOf('+');
        String rest = plus < 0 ? notation : notation.substring(plus + 1);
        int leading = plus < 0 ? NO_KEY : Integer.parseInt(notation.substring(0, plus));
        if (rest.startsWith("#")) {
            String[] counterAndStep = rest.substring(1).split("/");
            int step = counterAndStep.length == 1 ? 1 : Integer.parseInt(counterAndStep[1]);
            return new Counted(leading, Integer.parseInt(counterAndStep[0]), step);
        }
        int colon = rest.indexOf(':');
        if (colon >= 0) {
            return keyword(leading, Integer.parseInt(rest.substring(0, colon)), rest.substring(colon + 1));
        }
        int bar = rest.indexOf('|');
        return bar < 0
                ? range(notation)
                : new OrBehindKeyword(Integer.parseInt(rest.substring(0, bar)), rest.substring(bar + 1));
    }

    private static KeyPositions keyword(int leading, int from, String words) {
        if (leading == NO_KEY) {
            return new HalfBehindKeyword(from, words);
        }
        return new BehindKeyword(
                leading,
                from,
                Arrays.stream(words.split("\\|"))
                        .map(word -> word.split("-"))
                        .map(parts ->
                                new BehindKeyword.Keyword(parts[0], parts.length == 1 ? 0 : Integer.parseInt(parts[1])))
                        .toList());
    }

    private static Range range(String notation) {
        String[] boundsAndStep = notation.split("/");
        int step = boundsAndStep.length == 1 ? 1 : Integer.parseInt(boundsAndStep[1]);
        String[] bounds = boundsAndStep[0].split("\\.\\.");
        int first = Integer.parseInt(bounds[0]);
        return new Range(first, bounds.length == 1 ? first : Integer.parseInt(bounds[1]), step);
    }
}
