package io.caravan.checkpoint;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Says which process runs a task, so that no second one does. Thread-safe. */
public interface Lease {

    /**
     * Takes the task, or keeps it. Does not wait.
     *
     * @param me who wants it
     * @param time for how long, counted from when this was called, nobody else gets it
     * @return whose it is; whoever has taken it anew, and not kept it, must not go on from what it knew before
     */
    CompletionStage<LeaseAnswer> hold(LeaseHolder me, Duration time);

    /** Gives the task up, if it is {@code me} who has it. Does not wait. */
    CompletionStage<Void> release(LeaseHolder me);

    /** Where that is kept, for messages. */
    @Override
    String toString();
}
