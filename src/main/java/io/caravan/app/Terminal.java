package io.caravan.app;

/** What the standard output leads to. */
final class Terminal {

    /** The start script knows for sure. */
    private static final String KNOWN = "caravan.terminal";

    private Terminal() {}

    /** Whether a person looks at it, and not a program or a file. */
    static boolean isThere() {
        String known = System.getProperty(KNOWN);
        return known == null ? System.console() != null : Boolean.parseBoolean(known);
    }

    /** Goes so many lines up, and clears what is there. */
    static String up(int lines) {
        return "\u001b[" + lines + "A\u001b[J";
    }
}
