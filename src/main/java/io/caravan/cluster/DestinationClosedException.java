package io.caravan.cluster;

import java.io.IOException;

/**
 * The destination was closed while a batch was on its way, or the batch's task had stopped: what became of the batch is not known, and
 * nobody waits for it.
 */
public final class DestinationClosedException extends IOException {

    private static final long serialVersionUID = 1L;

    DestinationClosedException() {
        super("the destination was closed, or the task stopped, before the batch was acknowledged");
    }
}
