package io.caravan.chaos;

/**
 * One thing that goes wrong, ready to happen.
 *
 * @param what what, and where, for the history
 * @param begin makes it happen
 * @param end makes its cause go away; everything can then recover by itself
 * @param lastsMillis how long it lasts at least
 */
record Fault(String what, Action begin, Action end, long lastsMillis) {

    /** A step of a fault. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    /** A fault that is over as soon as it has happened. */
    static Fault atOnce(String what, Action begin) {
        return new Fault(what, begin, () -> {}, 0);
    }
}
