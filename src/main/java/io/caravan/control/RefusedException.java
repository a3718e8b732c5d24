package io.caravan.control;

/** What was asked for cannot be done now; the message says why, and what to do. */
final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message);
    }
}
