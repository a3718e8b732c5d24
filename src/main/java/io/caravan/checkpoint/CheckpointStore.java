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

    /**
     * How often something may have been lost so far of what checkpoints are kept with. Whoever draws up a checkpoint asks before, and says so
     * when it is saved.
     */
    default long losses() {
        return 0;
    }

    /**
     * Replaces the checkpoint of a shard; the stage ends when it is stored. Does not wait.
     *
     * @param losses {@link #losses()} before the checkpoint was drawn up: where it says something of what may have been lost since then,
     *     it is not stored
     */
    CompletionStage<Void> save(Checkpoint checkpoint, long losses);

    /** Removes the checkpoint of a shard that there is no more. Does not wait. */
    CompletionStage<Void> remove(String task, String shard);

    /** Where that is, for messages. */
    @Override
    String toString();
}
