package io.caravan.replication;

import io.caravan.node.NodeAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Nodes that are left alone for a while, since they did not answer or a link to them stood still: {@value #FIRST_SECONDS} seconds,
 * and twice as long each time that one disappoints again soon after, up to {@value #LONGEST_SECONDS} seconds. Any thread.
 */
final class AvoidedNodes {

    private static final long FIRST_SECONDS = 10;
    private static final long LONGEST_SECONDS = 600;

    private final LongSupplier nanoTime;
    private final Map<NodeAddress, Pause> pauses = new HashMap<>();

    private record Pause(long fromNanos, long nanos) {

        private boolean lastsAt(long now) {
            return now - fromNanos < nanos;
        }

        /** Whether it ended less than its own length ago. */
        private boolean isRecentAt(long now) {
            return now - fromNanos < 2 * nanos;
        }
    }

    /** @param nanoTime {@link System#nanoTime()} */
    AvoidedNodes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Leaves the node alone from now on. */
    synchronized void avoid(NodeAddress node) {
        long now = nanoTime.getAsLong();
        Pause last = pauses.get(node);
        long first = Duration.ofSeconds(FIRST_SECONDS).toNanos();
        long longest = Duration.ofSeconds(LONGEST_SECONDS).toNanos();
        long nanos = last != null && last.isRecentAt(now) ? Math.min(longest, 2 * last.nanos()) : first;
        pauses.put(node, new Pause(now, nanos));
    }

    /** Whether the node is left alone at the moment. */
    synchronized boolean isAvoided(NodeAddress node) {
        Pause pause = pauses.get(node);
        return pause != null && pause.lastsAt(nanoTime.getAsLong());
    }
}
