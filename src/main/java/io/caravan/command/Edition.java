package io.caravan.command;

import java.util.Locale;

/** The tables of operations that a task may be held to. */
public enum Edition {
    /** What the seed specification lists for the Community Edition. */
    COMMUNITY,
    /** What the seed specification lists for the Enhanced Edition (with modules). */
    ENHANCED,
    /** Every command that the command table knows. */
    ALL;

    /**
     * The edition of that name, in any case.
     *
     * @throws IllegalArgumentException if there is none; the message lists the editions
     */
    public static Edition of(String name) {
        for (Edition edition : values()) {
            if (edition.name().equalsIgnoreCase(name.trim())) {
                return edition;
            }
        }
        throw new IllegalArgumentException(
                "'" + name + "' is no edition; the editions are community, enhanced and all");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
