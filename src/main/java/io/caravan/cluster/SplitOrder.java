package io.caravan.cluster;

import io.caravan.command.OutOfOrderException;
import io.caravan.command.RedisCommand;
import io.caravan.command.SourceShard;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Sees to it that commands of split batches come in the order of their shard. Thread-safe; a command is handed over under
 * the lock, so that the next one cannot overtake it.
 */
final class SplitOrder {

    private record Place(long sequence, int row) {
        private boolean isBefore(Place other) {
            return sequence < other.sequence || sequence == other.sequence && row < other.row;
        }
    }

    private final Map<SourceShard, Place> last = new WeakHashMap<>();

    /** Hands a command over, unless it is out of turn. */
    synchronized void submit(RedisCommand command, Runnable handOver) throws OutOfOrderException {
        var place = new Place(command.origin().sequence(), command.row());
        Place before = last.get(command.origin().shard());
        if (before != null && !before.isBefore(place)) {
            throw new OutOfOrderException(command.origin());
        }
        handOver.run();
        last.put(command.origin().shard(), place);
    }
}
