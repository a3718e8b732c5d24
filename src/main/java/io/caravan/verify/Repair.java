package io.caravan.verify;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Makes keys at the destination what they are at the source, in their place in the stream. Thread-safe. */
@FunctionalInterface
public interface Repair {

    /**
     * Reads keys again at the source and writes them. Does not wait.
     *
     * @param database of the destination
     * @param keys as the destination calls them
     */
    CompletionStage<Void> repair(int database, List<byte[]> keys);
}
