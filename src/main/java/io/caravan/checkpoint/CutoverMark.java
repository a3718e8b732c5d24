package io.caravan.checkpoint;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Says that a task was cut over: clients write to its destination from then on, so that no process may start it again by itself. Kept where
 * its checkpoints are. Thread-safe; nothing waits.
 */
public interface CutoverMark {

    /** When the task was cut over; empty if it was not. */
    CompletionStage<Optional<Instant>> read();

    /** The task is cut over. */
    CompletionStage<Void> set(Instant moment);

    /** It is not any more: a person wants it to be continued. */
    CompletionStage<Void> remove();

    /** Where that is kept, for messages: what is to be removed to have the task started again. */
    @Override
    String toString();
}
