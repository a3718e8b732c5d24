package io.caravan.cluster;

import java.util.BitSet;
import java.util.concurrent.CompletionStage;

/** The keys of a destination, all together: looked through, or removed. Thread-safe; nothing waits. */
interface DestinationKeys {

    /** Removes keys; the stage ends when it has found none of them any more. */
    CompletionStage<Void> empty(Emptying keys);

    /**
     * Looks through the keys of some slots, and of every database of a standard server.
     *
     * @param visitor told of the keys of each database
     */
    CompletionStage<Void> walk(BitSet slots, KeyVisitor visitor);
}
