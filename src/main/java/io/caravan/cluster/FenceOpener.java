package io.caravan.cluster;

import io.caravan.node.NodeAddress;
import org.jspecify.annotations.Nullable;

/**
 * Lets units of fenced slots go, as far as may be: invariant B of {@link SlotRouter}. Owned by the destination's event loop.
 */
final class FenceOpener {

    private final SlotRouter router;
    private final Fences fences;
    private final LinkTable links;
    private final UnitKeys units;
    private final @Nullable SlotCheckpoints checkpoints;

    /** @param checkpoints says what goes out next, if checkpoints are kept in the slots */
    FenceOpener(
            SlotRouter router, Fences fences, LinkTable links, UnitKeys units, @Nullable SlotCheckpoints checkpoints) {
        this.router = router;
        this.checkpoints = checkpoints;
        this.fences = fences;
        this.links = links;
        this.units = units;
    }

    /** Looks at every fence. */
    void advanceAll() {
        for (Fence fence : fences.all()) {
            advance(fence);
        }
    }

    /** Looks at one: nothing of the slot may be on its way, or be read again, and its pause must be over. */
    void advance(Fence fence) {
        while (!fences.areOnTheirWay(fence.slot) && !fence.probing && !fence.isBeingRead() && fence.isDue()) {
            fence.refusedKeys.clear();
            if (fence.isEmpty()) {
                fences.remove(fence);
                return;
            }
            NodeLink link = linkOf(fence);
            if (link == null || !link.isUp()) {
                fences.close(fence.slot); // whoever looks for a link will look at it, too
                return;
            }
            if (checkpoints != null) {
                checkpoints.sendNext(fence, link);
                continue;
            }
            if (fence.opening == Fence.Opening.TOGETHER) {
                sendTogether(fence, link);
                return;
            }
            sendAlone(fence, link);
        }
    }

    private @Nullable NodeLink linkOf(Fence fence) {
        NodeAddress ask = fence.ask();
        return ask == null ? links.of(fence.slot) : links.link(ask);
    }

    private void sendTogether(Fence fence, NodeLink link) {
        fences.remove(fence);
        for (Unit unit = fence.next(); unit != null; unit = fence.next()) {
            sendAgain(unit, link);
        }
        link.flush();
    }

    /** A unit that waited: what speaks against it may have changed meanwhile. */
    private void sendAgain(Unit unit, NodeLink link) {
        int slot = router.slotOf(unit.ticket(), unit.row());
        if (units.disposedOf(unit.ticket(), unit.row())) {
            return;
        }
        if (fences.of(slot) != null) {
            fences.close(slot).waiting.add(unit); // fenced again by a unit before it
        } else {
            fences.sent(slot);
            link.sendAgain(unit, false);
        }
    }

    private void sendAlone(Fence fence, NodeLink link) {
        Unit unit = fence.next();
        if (unit == null) {
            return;
        }
        if (units.disposedOf(unit.ticket(), unit.row())) {
            return;
        }
        fence.probing = true;
        fences.sent(fence.slot);
        link.sendAgain(unit, unit.ask() != null);
        link.flush();
    }

    /** A unit that went out alone stands first; the others come back in the order in which they were sent. */
    static void takeBack(Fence fence, Unit unit) {
        if (fence.probing) {
            fence.refused.addFirst(unit);
            fence.probing = false;
        } else {
            fence.refused.addLast(unit);
        }
    }

    /** A unit of a fenced slot took effect. */
    static void accepted(Fence fence) {
        if (fence.probing) {
            fence.probing = false;
            if (fence.opening == Fence.Opening.FIRST_ALONE) {
                fence.opening = Fence.Opening.TOGETHER;
            }
        }
    }
}
