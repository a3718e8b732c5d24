package io.caravan.precheck;

import java.util.Locale;

/** How an item of a precheck, or a whole precheck, has ended; in ascending order of gravity. */
public enum Outcome {
    /** It could not be looked at, or does not concern the task; the summary says why. */
    SKIPPED,
    /** Nothing is wrong. */
    PASSED,
    /** The task may start; somebody should know. */
    WARNING,
    /** The task must not start. */
    FAILED;

    /** The graver of two. */
    Outcome or(Outcome other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** As reports write it: {@code passed}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
