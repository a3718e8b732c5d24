package io.caravan.command;

import io.caravan.resp.Arguments;
import java.util.List;

/**
 * Whether a command may be applied again. {@code commands.tsv} says what that means and why the answer is what it is.
 *
 * @param possible whether there is a form of it that may
 * @param unless words that make it one that may not, wherever they stand: a key or value of that name costs a key to be read
 *     again, and nothing else
 */
record Repeatability(boolean possible, List<String> unless) {

    static final Repeatability ONCE = new Repeatability(false, List.of());

    private static final String UNLESS = "unless:";

    Repeatability {
        unless = List.copyOf(unless);
    }

    /**
     * Reads an entry of the command table: {@code repeatable}, {@code once}, {@code unless:NX|XX}.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Repeatability parse(String entry) {
        if (entry.startsWith(UNLESS)) {
            return new Repeatability(
                    true, List.of(entry.substring(UNLESS.length()).split("\\|")));
        }
        return switch (entry) {
            case "repeatable" -> new Repeatability(true, List.of());
            case "once" -> ONCE;
            default ->
                throw new IllegalArgumentException("'" + entry
                        + "' says not whether a command is repeatable; write repeatable, once or unless:WORD|WORD");
        };
    }

    /** Whether it may be applied again whatever its arguments are. */
    boolean always() {
        return possible && unless.isEmpty();
    }

    /** Whether it may be applied again with these arguments. */
    boolean holdsFor(Arguments arguments) {
        if (!possible) {
            return false;
        }
        for (String word : unless) {
            if (contains(arguments, word)) {
                return false;
            }
        }
        return true;
    }

    private static boolean contains(Arguments arguments, String word) {
        for (int i = 1; i < arguments.count(); i++) {
            if (arguments.is(i, word)) {
                return true;
            }
        }
        return false;
    }
}
