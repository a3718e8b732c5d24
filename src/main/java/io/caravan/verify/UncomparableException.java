package io.caravan.verify;

/** A value cannot be read by pieces; the message says why. */
final class UncomparableException extends Exception {

    private static final long serialVersionUID = 1;

    UncomparableException(String message) {
        super(message);
    }
}
