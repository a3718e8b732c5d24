package io.caravan.cluster;

import java.io.IOException;

/** The destination cannot be reached, or cannot serve as one; the message says what to do. */
public final class DestinationException extends IOException {

    private static final long serialVersionUID = 1L;

    DestinationException(String message) {
        super(message);
    }

    DestinationException(String message, Throwable cause) {
        super(message, cause);
    }
}
