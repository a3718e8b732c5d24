package io.caravan.replication;

import java.io.IOException;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that slots have gone from one shard of the source to another, or to a new one, or have come back from there ({@link
 * ReturnedSlots}). Their keys arrive in two streams then, in no order between them, so another session has to put them right
 * ({@link Resharding}).
 *
 * <p>{@link #look} is called again and again by one thread, which waits for the answer. Another node that serves the same slots
 * (a fail-over) is no such change, nor are slots that nobody serves for the moment, nor that the source may not be asked any more.
 * Slots that nobody served when the watch began, and somebody serves now, are one.
 */
final class TopologyWatch {

    private static final Logger LOG = LoggerFactory.getLogger(TopologyWatch.class);

    private final Topology topology;
    private final Set<BitSet> known;
    private final Supplier<Map<Integer, Long>> returned;
    private final Runnable changed;
    private @Nullable Seen seen;
    private boolean told;

    /** Asks the source for its masters. */
    @FunctionalInterface
    interface Topology {

        /** @throws IOException if nobody answers */
        List<SourceMaster> masters() throws IOException;
    }

    /** What one look has found. */
    private record Seen(Set<BitSet> slots, Map<Integer, Long> returned) {}

    /**
     * @param returned the slots that have come back so far, of all shards, and up to where their keys have arrived
     * @param changed run once, when the slots are divided otherwise, or some have come back, and it has stayed so between two looks: no
     *     more keys arrive
     */
    TopologyWatch(
            Topology topology, List<SourceMaster> masters, Supplier<Map<Integer, Long>> returned, Runnable changed) {
        this.topology = topology;
        known = slotsOf(masters);
        this.returned = returned;
        this.changed = changed;
    }

    /** Asks the source once. */
    void look() {
        if (told) {
            return;
        }
        Seen now;
        try {
            List<SourceMaster> masters = topology.masters();
            if (masters.stream().anyMatch(master -> master.nodeId().isEmpty())) {
                LOG.debug("the source does not tell which node serves which slots any more");
                return;
            }
            now = new Seen(slotsOf(masters), returned.get());
        } catch (IOException e) {
            LOG.debug("source topology not known at the moment: {}", e.getMessage());
            return;
        }
        boolean asBefore = now.slots().equals(known) && now.returned().isEmpty();
        if (asBefore || !contains(union(now.slots()), union(known))) {
            seen = null;
        } else if (now.equals(seen)) {
            told = true;
            changed.run();
        } else {
            seen = now;
        }
    }

    private static Set<BitSet> slotsOf(List<SourceMaster> masters) {
        Set<BitSet> slots = new HashSet<>();
        masters.forEach(master -> slots.add(master.slots()));
        return slots;
    }

    private static boolean contains(BitSet all, BitSet part) {
        BitSet missing = (BitSet) part.clone();
        missing.andNot(all);
        return missing.isEmpty();
    }

    private static BitSet union(Set<BitSet> parts) {
        var all = new BitSet();
        parts.forEach(all::or);
        return all;
    }
}
