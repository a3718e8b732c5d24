package io.caravan.rdb;

/**
 * A value has more bytes than may be held at once. Not an error: the reader goes back to the value's beginning and
 * takes it in pieces. Carries no stack trace, since it is thrown for the same reason again and again.
 */
public final class ValueTooLargeException extends Exception {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace that could belong to another
    static final ValueTooLargeException INSTANCE = new ValueTooLargeException();

    private ValueTooLargeException() {
        super("value larger than may be held", null, false, false);
    }
}
