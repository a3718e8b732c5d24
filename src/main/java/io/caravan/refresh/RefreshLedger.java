package io.caravan.refresh;

import io.caravan.command.SourceShard;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which keys have been read again, and up to which offset: commands of their shard up to there are contained in the value
 * that was written, and must not be applied once more.
 *
 * <p>An entry is needed until everything of the shard's stream up to its offset has been disposed of. Owned by the
 * destination's event loop.
 */
final class RefreshLedger {

    /** The keys of a shard in the order in which they were read, which is that of the offsets. */
    private final Map<SourceShard, Map<SourceKey, Long>> refreshed = new HashMap<>();

    /** Whether nothing has been read again lately, so that no command needs to be looked at. */
    boolean isEmpty() {
        return refreshed.isEmpty();
    }

    /** {@code key} was read at {@code offset}. */
    void refreshed(SourceKey key, long offset) {
        Map<SourceKey, Long> ofShard = refreshed.computeIfAbsent(key.shard(), shard -> new LinkedHashMap<>());
        Long before = ofShard.remove(key);
        ofShard.put(key, before == null ? offset : Math.max(before, offset));
    }

    /** Whether a command at {@code offset} that touches {@code key} is contained in what was read. */
    boolean contains(SourceKey key, long offset) {
        Long readAt = refreshed.getOrDefault(key.shard(), Map.of()).get(key);
        return readAt != null && offset <= readAt;
    }

    /** Everything of the shard's stream up to {@code offset} has been disposed of. */
    void passed(SourceShard shard, long offset) {
        Map<SourceKey, Long> ofShard = refreshed.getOrDefault(shard, Map.of());
        Iterator<Long> readAt = ofShard.values().iterator();
        while (readAt.hasNext() && readAt.next() <= offset) {
            readAt.remove();
        }
        if (ofShard.isEmpty()) {
            refreshed.remove(shard);
        }
    }

    /** The keys of the shard that were read behind {@code offset}. */
    List<SourceKey> readBehind(SourceShard shard, long offset) {
        return refreshed.getOrDefault(shard, Map.of()).entrySet().stream()
                .filter(reading -> reading.getValue() > offset)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What was written of these keys is there no more. */
    void forget(Predicate<SourceKey> keys) {
        refreshed.values().forEach(ofShard -> ofShard.keySet().removeIf(keys));
        refreshed.values().removeIf(Map::isEmpty);
    }

    /** The shard's offsets count in another history from now on. */
    void forget(SourceShard shard) {
        refreshed.remove(shard);
    }
}
