package io.caravan.cluster;

import io.caravan.command.BatchOrigin;
import io.caravan.command.Phase;
import io.caravan.command.SourceShard;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Notices when a shard begins anew with a snapshot: offsets that were told before mean nothing any more. A history that only
 * goes by another id since a failover goes on. Owned by the destination's event loop.
 */
final class Histories {

    private record Snapshot(String replicationId, long offset) {
        private static final Snapshot NONE = new Snapshot("", 0);
    }

    private final Map<SourceShard, Snapshot> snapshots = new WeakHashMap<>();

    /** Whether this is the first batch of another snapshot of its shard. */
    boolean beginsAnew(BatchOrigin origin) {
        Snapshot before = snapshots.getOrDefault(origin.shard(), Snapshot.NONE);
        if (origin.phase() == Phase.STREAM) {
            if (before != Snapshot.NONE) {
                snapshots.put(origin.shard(), Snapshot.NONE); // the next snapshot is another one, whatever its offset
            }
            return false;
        }
        var now = new Snapshot(origin.replicationId(), origin.startOffset());
        if (now.equals(before)) {
            return false;
        }
        snapshots.put(origin.shard(), now);
        return true;
    }
}
