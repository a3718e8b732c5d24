package io.caravan.spool;

import java.io.IOException;

/** The spool has reached its limit, or the disk its reserve; nothing was written. */
public final class SpoolFullException extends IOException {

    private static final long serialVersionUID = 1L;

    SpoolFullException(String message) {
        super(message);
    }
}
