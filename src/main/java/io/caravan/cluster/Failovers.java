package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.node.NodeAddress;
import io.caravan.node.SlotRanges;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a master of the destination was replaced, and has repaired what its successor has not received: the keys that were
 * written to lately are read again at the source.
 *
 * <p>What always holds: (A) What a former master answers from then on counts for nothing: it may not know yet, and lose what it
 * acknowledges. Its connection is closed, so that commands on their way to it are unanswered. (B) Of a batch that has not ended
 * some commands may have been acknowledged by it before: their keys are read again, too.
 *
 * <p>A master that hands its slots over one by one has lost nothing; one that serves none all of a sudden may have. Owned by
 * the destination's event loop.
 */
final class Failovers {

    private final SlotRouter router;
    private final RecentBatches recent;
    private final LostWrites lost;

    /** Replaced as a whole, and read by any thread. */
    private volatile @Nullable NodeAddress[] before = new NodeAddress[0];

    private volatile Collection<BitSet> slotsOfEach = List.of();

    private Successors successors = (former, what) -> {};

    /** Whom it is told that a master has another in its place. */
    @FunctionalInterface
    interface Successors {

        /** @param what has happened, for people */
        void replaced(NodeAddress former, String what);
    }

    Failovers(SlotRouter router, RecentBatches recent, LostWrites lost) {
        this.router = router;
        this.recent = recent;
        this.lost = lost;
    }

    /** The masters of the last topology. */
    List<NodeAddress> masters() {
        return Arrays.stream(before).filter(Objects::nonNull).distinct().toList();
    }

    /** The slots of each master that serves any; not to be changed. Any thread. */
    Collection<BitSet> slotsOfEachMaster() {
        return slotsOfEach;
    }

    /** Whether it is known of a node that it serves a slot, and what the one before it has lost is being put right. */
    boolean isMasterOf(int slot, NodeAddress node) {
        return slot < before.length && node.equals(before[slot]);
    }

    /** The slots of a master in the last topology; also while nobody serves them, if it was the last one. */
    BitSet slotsOf(NodeAddress master) {
        var slots = new BitSet();
        for (int slot = 0; slot < before.length; slot++) {
            slots.set(slot, master.equals(before[slot]));
        }
        return slots;
    }

    /** The masters by slot, whenever they have been asked for. */
    void topology(@Nullable NodeAddress[] masterOfSlot) {
        Set<NodeAddress> masters =
                Arrays.stream(masterOfSlot).filter(Objects::nonNull).collect(Collectors.toSet());
        Map<NodeAddress, BitSet> replaced = new HashMap<>();
        @Nullable NodeAddress[] after = masterOfSlot.clone();
        for (int slot = 0; slot < before.length; slot++) {
            NodeAddress former = before[slot];
            if (former != null && after[slot] != null && !masters.contains(former)) {
                replaced.computeIfAbsent(former, master -> new BitSet()).set(slot);
            }
            after[slot] = after[slot] == null ? former : after[slot]; // remembered until somebody serves it again
        }
        before = after;
        slotsOfEach = masters().stream().map(this::slotsOf).toList();
        replaced.forEach(this::repair);
    }

    /** From now on a successor is asked whether it has what it should have. */
    void askSuccessors(Successors whoAsks) {
        successors = whoAsks;
    }

    private void repair(NodeAddress former, BitSet slots) {
        NodeLink link = router.links().all().get(former);
        if (link != null) {
            link.close();
        }
        String what = "destination " + former + " has been replaced as master of slots " + SlotRanges.text(slots);
        successors.replaced(former, what);
        if (!recent.hasAllThatIsNotReplicated()) {
            lost.beginAnew(what, "its successor may have lost more of what was written lately than is remembered");
            return;
        }
        List<CommandBatch> open = recent.hasReplicas() ? router.openTickets().batches() : List.of();
        lost.repair(
                what,
                Stream.concat(recent.notReplicated().stream(), open.stream()).toList(),
                slots);
    }
}
