package io.caravan.cluster;

import io.caravan.node.NodeAddress;
import io.caravan.node.SlotRanges;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Visits every master of some slots, one after the other, to look through their keys.
 *
 * <p>What always holds: a round that ends well has passed every key that was there all the time. A key whose slot goes from a master that
 * is still to be visited to one that has been is not passed. So a round fails if a slot has no master, has another one afterwards, or is
 * on its way before or afterwards; whoever wants it tries again.
 *
 * <p>Asynchronous; any thread.
 */
final class MasterRound {

    private final Supplier<CompletionStage<@Nullable NodeAddress[]>> topology;
    private final Function<NodeAddress, CompletionStage<BitSet>> moving;
    private final Function<NodeAddress, CompletionStage<Void>> visit;

    /**
     * @param topology asks for the masters by slot
     * @param moving asks a master which slots are on their way to or from it
     * @param visit looks through the keys of one master
     */
    MasterRound(
            Supplier<CompletionStage<@Nullable NodeAddress[]>> topology,
            Function<NodeAddress, CompletionStage<BitSet>> moving,
            Function<NodeAddress, CompletionStage<Void>> visit) {
        this.topology = topology;
        this.moving = moving;
        this.visit = visit;
    }

    /** Visits them; fails if not every key may have been there. */
    CompletionStage<Void> of(BitSet slots) {
        return topology.get().thenCompose(before -> {
            Set<NodeAddress> masters = mastersOf(slots, before);
            return each(masters, master -> requireAtRest(master, slots))
                    .thenCompose(atRest -> each(masters, visit))
                    .thenCompose(visited -> topology.get())
                    .thenAccept(after -> requireSame(slots, before, after))
                    .thenCompose(same -> each(masters, master -> requireAtRest(master, slots)));
        });
    }

    private static CompletionStage<Void> each(
            Set<NodeAddress> masters, Function<NodeAddress, CompletionStage<Void>> action) {
        CompletionStage<Void> done = CompletableFuture.completedStage(null);
        for (NodeAddress master : masters) {
            done = done.thenCompose(before -> action.apply(master));
        }
        return done;
    }

    private static Set<NodeAddress> mastersOf(BitSet slots, @Nullable NodeAddress[] masterOfSlot) {
        Set<NodeAddress> masters = new LinkedHashSet<>();
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            NodeAddress master = masterOfSlot[slot];
            if (master == null) {
                throw new IllegalStateException("no master serves slot " + slot);
            }
            masters.add(master);
        }
        return masters;
    }

    private CompletionStage<Void> requireAtRest(NodeAddress master, BitSet slots) {
        return moving.apply(master).thenAccept(its -> {
            var concerned = (BitSet) its.clone();
            concerned.and(slots);
            if (!concerned.isEmpty()) {
                throw new IllegalStateException("slots " + SlotRanges.text(concerned) + " are on their way to or from "
                        + master + "; wait until the resharding has ended, or end it by CLUSTER SETSLOT … STABLE");
            }
        });
    }

    private static void requireSame(BitSet slots, @Nullable NodeAddress[] before, @Nullable NodeAddress[] after) {
        var moved = new BitSet();
        slots.stream()
                .filter(slot -> !Objects.equals(before[slot], after[slot]))
                .forEach(moved::set);
        if (!moved.isEmpty()) {
            throw new IllegalStateException("slots " + SlotRanges.text(moved)
                    + " have got another master while their keys were looked through");
        }
    }
}
