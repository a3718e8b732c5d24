package io.caravan.verify;

/**
 * A key that is not the same on both sides.
 *
 * @param key as the source calls it, bytes that are no printable ASCII escaped
 * @param database the source's database
 * @param kind in what
 * @param detail in words
 */
public record Difference(String key, int database, Kind kind, String detail) {

    /** In what a key differs. */
    public enum Kind {
        /** The source has it, the destination has not. */
        MISSING,
        /** The destination has it, the source has not. */
        EXTRA,
        /** A string here, a list there. */
        TYPE,
        /** Same type, other content. */
        VALUE,
        /** Same value, but it ends at another moment. */
        EXPIRY,
        /** The destination's version has no form for the source's value. */
        UNREPRESENTABLE
    }

    /** One line for a person. */
    @Override
    public String toString() {
        return kind + " " + key + (database == 0 ? "" : " (database " + database + ")") + ": " + detail;
    }
}
