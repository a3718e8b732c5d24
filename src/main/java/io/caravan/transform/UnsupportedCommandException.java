package io.caravan.transform;

/** A command came that the task's edition does not list, and the task is configured to stop at such commands. */
public final class UnsupportedCommandException extends Exception {

    private static final long serialVersionUID = 1L;

    UnsupportedCommandException(String message) {
        super(message);
    }
}
