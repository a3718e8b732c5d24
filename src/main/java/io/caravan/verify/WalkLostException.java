package io.caravan.verify;

import java.io.IOException;

/** The keys of a node cannot be listed to their end: it does not answer, or is another than it was. They are to be listed anew. */
final class WalkLostException extends IOException {

    private static final long serialVersionUID = 1;

    WalkLostException(String message) {
        super(message);
    }

    WalkLostException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
