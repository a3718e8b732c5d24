package io.caravan.checkpoint;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where checkpoints are kept. Thread-safe. */
public interface CheckpointStore {

    /**
     * All checkpoints of a task. Waits.
     *
     * @throws IOException if they cannot be read, or one of them is damaged
     */
    List<Checkpoint> load(String task) throws IOException;

    /** Replaces the checkpoint of a shard; the stage ends when it is stored. Does not wait. */
    CompletionStage<Void> save(Checkpoint checkpoint);

    /** Removes the checkpoint of a shard that there is no more. Does not wait. */
    CompletionStage<Void> remove(String task, String shard);

    /** Where that is, for messages. */
    @Override
    String toString();
}
