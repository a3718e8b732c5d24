package io.caravan.refresh;

import java.util.LinkedHashMap;
import java.util.Map;

/** When keys were read last, so that none is read more often than once in an interval. Owned by the event loop. */
final class RefreshPace {

    private final long intervalNanos;

    /** In the order of the readings. */
    private final Map<SourceKey, Long> readAt = new LinkedHashMap<>();

    RefreshPace(long intervalNanos) {
        this.intervalNanos = intervalNanos;
    }

    /** How long to wait before the key is read, 0 if it need not be waited for. */
    long pauseBefore(SourceKey key) {
        Long last = readAt.get(key);
        return last == null ? 0 : Math.max(0, last + intervalNanos - System.nanoTime());
    }

    /** The key is read now. */
    void reads(SourceKey key) {
        long now = System.nanoTime();
        readAt.remove(key);
        readAt.put(key, now);
        var oldest = readAt.values().iterator();
        while (oldest.hasNext() && now - oldest.next() > intervalNanos) {
            oldest.remove();
        }
    }
}
