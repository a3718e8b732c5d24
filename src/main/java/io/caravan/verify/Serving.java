package io.caravan.verify;

import java.util.BitSet;

/**
 * What a node is at a moment.
 *
 * @param process the name of its process, another after each restart
 * @param history the name of its replication history: another once it has been replaced by a replica; empty before Redis 4.0
 * @param slots those that it serves, every one of a standard server; none while it loads its data
 */
record Serving(String process, String history, BitSet slots) {

    Serving {
        slots = (BitSet) slots.clone();
    }

    /** A copy. */
    @Override
    public BitSet slots() {
        return (BitSet) slots.clone();
    }

    /**
     * Whether its keys are what they were, apart from what clients have done to them: a cursor counts in one process only, and a node
     * that became a replica takes its keys from another.
     */
    boolean sameLife(Serving other) {
        return process.equals(other.process) && history.equals(other.history);
    }
}
