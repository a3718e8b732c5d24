package io.caravan.replication;

import java.io.IOException;

/** A batch could not be applied, so the shard stops before it. */
final class DeliveryFailedException extends IOException {

    private static final long serialVersionUID = 1L;

    DeliveryFailedException(Throwable cause) {
        super(cause.getMessage(), cause);
    }
}
