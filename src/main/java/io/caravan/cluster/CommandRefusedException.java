package io.caravan.cluster;

/** The destination refused a command for the command's own sake, or it cannot be sent there at all. */
public final class CommandRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    CommandRefusedException(String message) {
        super(message);
    }
}
