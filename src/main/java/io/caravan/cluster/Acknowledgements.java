package io.caravan.cluster;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The batches that the masters of the destination have run, and whose replicas are still to receive them, where only that counts as
 * applied ({@code acknowledge=REPLICAS}).
 *
 * <p>What always holds: (A) Batches are acknowledged in the order in which they ended. (B) None is while something that was lost
 * with a master is being repaired, nor before the replicas have received the repair. Owned by the destination's event loop.
 */
final class Acknowledgements {

    private record Waiting(long endedNanos, Consumer<@Nullable Throwable> acknowledge) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int repairs;
    private long repairedNanos = System.nanoTime();

    /** A batch has been run by the masters. */
    void ended(Consumer<@Nullable Throwable> acknowledge) {
        waiting.add(new Waiting(System.nanoTime(), acknowledge));
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Every replica has what was run before {@code nanos} of {@link System#nanoTime()}. */
    void replicatedUntil(long nanos) {
        if (repairs > 0 || nanos - repairedNanos < 0) {
            return;
        }
        while (!waiting.isEmpty() && waiting.element().endedNanos() - nanos < 0) {
            waiting.remove().acknowledge().accept(null);
        }
    }

    /** Keys that were lost with a master are read again. */
    void repairBegins() {
        repairs++;
    }

    /** They are written. */
    void repairEnded() {
        repairs--;
        repairedNanos = System.nanoTime();
    }

    /** Ends every one as failed. */
    void abandon(Throwable cause) {
        while (!waiting.isEmpty()) {
            waiting.remove().acknowledge().accept(cause);
        }
    }
}
