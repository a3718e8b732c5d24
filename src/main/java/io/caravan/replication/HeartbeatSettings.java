package io.caravan.replication;

import io.caravan.command.ReservedKeys;
import io.caravan.command.SlotTags;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;

/**
 * How heartbeats are written to a source.
 *
 * @param interval between two of a master, {@link #SHORTEST} or longer
 * @param task id of the task, which names the keys
 */
public record HeartbeatSettings(Duration interval, String task) {

    /** More often they would say nothing more, and the source has other things to do. */
    public static final Duration SHORTEST = Duration.ofMillis(100);

    private static final Duration SHORTEST_LIFE = Duration.ofSeconds(10);
    private static final int MISSED = 3;

    public HeartbeatSettings {
        if (interval.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("heartbeatInterval=" + interval.toMillis() + " is less than "
                    + SHORTEST.toMillis() + " ms; 0 writes no heartbeats");
        }
    }

    /**
     * The key of a master: in a slot of its own, and of those that are never copied.
     *
     * @param slots that it serves; a cluster's master without any has no key that it would take
     */
    public String key(BitSet slots) {
        String tag = new String(SlotTags.of(Math.max(0, slots.nextSetBit(0))), StandardCharsets.US_ASCII);
        return ReservedKeys.PREFIX + "heartbeat:{" + tag + "}:" + task;
    }

    /** How long a key lives that is not written again, so that nothing stays when the task is gone. */
    Duration life() {
        Duration missed = interval.multipliedBy(MISSED);
        return missed.compareTo(SHORTEST_LIFE) < 0 ? SHORTEST_LIFE : missed;
    }
}
