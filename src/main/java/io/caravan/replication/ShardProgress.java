package io.caravan.replication;

import io.caravan.command.Phase;
import java.util.BitSet;

/**
 * What has to be known of a shard by whoever goes on with it.
 *
 * @param shard its name
 * @param master its master
 * @param phase in the snapshot there is nothing to be continued
 * @param position up to where everything is applied; in the snapshot where that was taken
 * @param sweepDue whether the destination may have keys that the source has no more
 * @param repeatedUntil offset up to which a process before this one may have applied something, or keys were read again of which
 *     the value contains what was written up to there; 0 if none
 * @param ceiling offset beyond which nothing is sent before {@link ReplicationSession#stored} was told of it
 * @param sent offset up to which something was sent: beyond the position also if that is held back before a transaction which is sent in parts; 0
 *     in the snapshot
 * @param slotsDue whether slots have changed their shards, and keys of them are still to be read again
 * @param returned slots that have come back from another shard, and that the next session has to put right
 * @param lineage the name of the history, see {@link io.caravan.command.BatchOrigin#lineage}
 */
public record ShardProgress(
        String shard,
        SourceMaster master,
        Phase phase,
        ReplicationPosition position,
        boolean sweepDue,
        long repeatedUntil,
        long ceiling,
        long sent,
        boolean slotsDue,
        BitSet returned,
        String lineage) {

    /**
     * The same, once everything that was sent is applied: nothing is in doubt but what an earlier process may have applied further on, what
     * is contained in keys that were read again, and the parts of a transaction that is not at its end.
     */
    public ShardProgress withoutDoubt() {
        return new ShardProgress(
                shard,
                master,
                phase,
                position,
                sweepDue,
                repeatedUntil,
                Math.max(Math.max(position.offset(), repeatedUntil), sent),
                sent,
                slotsDue,
                returned,
                lineage);
    }
}
