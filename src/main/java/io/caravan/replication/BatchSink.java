package io.caravan.replication;

import io.caravan.command.CommandBatch;

/** Takes the batches of a shard, in order; called on the shard's thread. */
@FunctionalInterface
public interface BatchSink {

    /**
     * Takes a batch. May return before the batch is applied; {@code delivery} is told when it is, or that it failed, once.
     */
    void accept(CommandBatch batch, Delivery delivery);

    /** Waits until batches may be sent; called by the shard's thread before a batch counts as being on its way. */
    default void awaitReady() {
        // they always may
    }
}
