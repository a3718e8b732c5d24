package io.caravan.cluster;

import java.io.IOException;

/** The destination was closed while a batch was on its way: what became of the batch is not known, and nobody waits for it. */
public final class DestinationClosedException extends IOException {

    private static final long serialVersionUID = 1L;

    DestinationClosedException() {
        super("the destination was closed before it had acknowledged the batch");
    }
}
