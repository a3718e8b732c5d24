package io.caravan.replication;

import java.io.IOException;

/** The shard has been told to stop; not a failure. */
final class ShardStoppedException extends IOException {

    private static final long serialVersionUID = 1L;

    ShardStoppedException() {
        super("the shard has been told to stop");
    }
}
