package io.caravan.refresh;

import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
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

    /** The keys of a shard in the order in which they were read, which is that of the points. */
    private final Map<SourceShard, Map<SourceKey, StreamPoint>> refreshed = new HashMap<>();

    /** Whether nothing has been read again lately, so that no command needs to be looked at. */
    boolean isEmpty() {
        return refreshed.isEmpty();
    }

    /** {@code key} was read at that point. */
    void refreshed(SourceKey key, StreamPoint at) {
        Map<SourceKey, StreamPoint> ofShard = refreshed.computeIfAbsent(key.shard(), shard -> new LinkedHashMap<>());
        StreamPoint before = ofShard.remove(key);
        ofShard.put(key, before == null || at.reaches(before) ? at : before);
    }

    /** Whether a command at that point that touches {@code key} is contained in what was read. */
    boolean contains(SourceKey key, StreamPoint at) {
        StreamPoint readAt = refreshed.getOrDefault(key.shard(), Map.of()).get(key);
        return readAt != null && readAt.reaches(at);
    }

    /** Everything of the shard's stream up to that point has been disposed of. */
    void passed(SourceShard shard, StreamPoint point) {
        Map<SourceKey, StreamPoint> ofShard = refreshed.getOrDefault(shard, Map.of());
        Iterator<StreamPoint> readAt = ofShard.values().iterator();
        while (readAt.hasNext() && point.reaches(readAt.next())) {
            readAt.remove();
        }
        if (ofShard.isEmpty()) {
            refreshed.remove(shard);
        }
    }

    /** The keys of the shard that were read behind that point. */
    List<SourceKey> readBehind(SourceShard shard, StreamPoint point) {
        return refreshed.getOrDefault(shard, Map.of()).entrySet().stream()
                .filter(reading -> !point.reaches(reading.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What was written of these keys is there no more. */
    void forget(Predicate<SourceKey> keys) {
        refreshed.values().forEach(ofShard -> ofShard.keySet().removeIf(keys));
        refreshed.values().removeIf(Map::isEmpty);
    }
}
