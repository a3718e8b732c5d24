package io.caravan.replication;

import java.util.Optional;

/**
 * Where a process begins with a shard that another has begun before.
 *
 * @param position up to where everything is applied; empty if the snapshot was not, so that there is to be another
 * @param ceiling offset beyond which nothing was sent: commands between {@code position} and this may have been applied
 * @param sweepDue whether the destination may have keys that the source has no more
 * @param lineage the name that the history of {@code position} has in checkpoints within slots; empty if there are none of it
 */
public record StartingPoint(Optional<ReplicationPosition> position, long ceiling, boolean sweepDue, String lineage) {

    /** A shard whose snapshot was not applied to its end. */
    public static final StartingPoint ANEW = new StartingPoint(Optional.empty(), 0, true, "");

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
        return new StartingPoint(Optional.of(position), ceiling, sweepDue, lineage);
    }
}
