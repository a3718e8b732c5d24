package io.caravan.app;

/** What the standard output leads to. */
final class Terminal {

    /** Clears the screen; going up as many lines as were written would miss those that were broken at its edge. */
    static final String CLEAR = "\u001b[H\u001b[2J";

    /** The start script knows for sure. */
    private static final String KNOWN = "caravan.terminal";

    private Terminal() {}

    /** Whether a person looks at it, and not a program or a file. */
    static boolean isThere() {
        String known = System.getProperty(KNOWN);
        return known == null ? System.console() != null : Boolean.parseBoolean(known);
    }
}
