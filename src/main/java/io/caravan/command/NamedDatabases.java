package io.caravan.command;

import io.caravan.resp.Arguments;
import java.util.List;
import java.util.OptionalInt;

/** The databases that a command names. */
final class NamedDatabases {

    private NamedDatabases() {}

    /**
     * The one that it brings its last key to: {@code MOVE <key> <database>}, {@code COPY <key> <copy> DB <database>}; empty if
     * it names none, or is none that a server has run.
     */
    static OptionalInt target(CommandSpec spec, Arguments arguments) {
        if (spec.name().equals("MOVE")) {
            return arguments.count() == 3 ? number(arguments, 2) : OptionalInt.empty();
        }
        if (spec.name().equals("COPY")) {
            for (int i = 3; i + 1 < arguments.count(); i++) {
                if (arguments.is(i, "DB")) {
                    return number(arguments, i + 1);
                }
            }
        }
        return OptionalInt.empty();
    }

    /** The two that {@code SWAPDB <a> <b>} exchanges; none if it is another command, or none that a server has run. */
    static List<Integer> swapped(CommandSpec spec, Arguments arguments) {
        if (!spec.name().equals("SWAPDB") || arguments.count() != 3) {
            return List.of();
        }
        OptionalInt a = number(arguments, 1);
        OptionalInt b = number(arguments, 2);
        return a.isPresent() && b.isPresent() ? List.of(a.getAsInt(), b.getAsInt()) : List.of();
    }

    /** An argument as the number of a database. */
    static OptionalInt number(Arguments arguments, int i) {
        String number = arguments.text(i);
        return number.matches("\\d{1,9}") ? OptionalInt.of(Integer.parseInt(number)) : OptionalInt.empty();
    }
}
