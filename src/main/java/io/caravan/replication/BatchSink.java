package io.caravan.replication;

import io.caravan.command.CommandBatch;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Takes the batches of a shard, in order; called on the shard's thread. */
@FunctionalInterface
public interface BatchSink {

    /**
     * Takes a batch. May return before the batch is applied; {@code delivery} is told when it is, or that it failed, once.
     */
    void accept(CommandBatch batch, Delivery delivery);

    /**
     * Another master goes on with the stream behind that point, before anything of it is taken: keys that were read at the one before,
     * behind the point, may hold what is lost. Does not wait; on any thread.
     *
     * @return ends when nothing of that is left at the destination; at once where none was read
     */
    default CompletionStage<?> lostBehind(SourceShard shard, StreamPoint point) {
        return CompletableFuture.completedStage(null);
    }

    /** Waits until a batch may be sent; called by the shard's thread before it counts as being on its way. */
    default void awaitReady(CommandBatch batch) {
        // it always may
    }
}
