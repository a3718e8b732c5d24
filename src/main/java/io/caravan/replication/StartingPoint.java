package io.caravan.replication;

import java.util.BitSet;
import java.util.Optional;

/**
 * Where a process begins with a shard that another has begun before.
 *
 * @param position up to where everything is applied; empty if the snapshot was not, so that there is to be another
 * @param ceiling offset beyond which nothing was sent: commands between {@code position} and this may have been applied
 * @param sweepDue whether the destination may have keys that the source has no more
 * @param lineage the name that the history of {@code position} has in checkpoints within slots; empty if there are none of it
 * @param gained the slots that the shard did not serve then, and serves now; empty if it serves the same
 */
public record StartingPoint(
        Optional<ReplicationPosition> position,
        long ceiling,
        boolean sweepDue,
        String lineage,
        Optional<BitSet> gained) {

    /** A shard whose snapshot was not applied to its end. */
    public static final StartingPoint ANEW = new StartingPoint(Optional.empty(), 0, true, "", Optional.empty());

    public StartingPoint {
        if (position.isPresent() && ceiling < position.get().offset()) {
            throw new IllegalArgumentException("a ceiling of " + ceiling + " below " + position.get());
        }
    }

    /** Behind {@code position}. */
    public static StartingPoint at(ReplicationPosition position, long ceiling, boolean sweepDue) {
        return at(position, ceiling, sweepDue, "");
    }

    /** Behind {@code position}, in a history that has a name. */
    public static StartingPoint at(ReplicationPosition position, long ceiling, boolean sweepDue, String lineage) {
        return new StartingPoint(Optional.of(position), ceiling, sweepDue, lineage, Optional.empty());
    }

    /** The same, by another name of the history. */
    StartingPoint renamed(String replicationId) {
        return new StartingPoint(position.map(from -> from.renamed(replicationId)), ceiling, sweepDue, lineage, gained);
    }

    /** The same, by a shard that serves other slots now. */
    public StartingPoint serving(BitSet slotsGained) {
        return new StartingPoint(position, ceiling, sweepDue, lineage, Optional.of(slotsGained));
    }
}
