package io.caravan.cluster;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** What is done with the keys of a destination that are looked through, some hundreds at a time. Called from any thread. */
@FunctionalInterface
public interface KeyVisitor {

    /**
     * Takes keys of a database; the next ones come when the stage has ended, none if it has failed.
     *
     * @param keys at least one
     */
    CompletionStage<Void> visit(int database, List<byte[]> keys);
}
