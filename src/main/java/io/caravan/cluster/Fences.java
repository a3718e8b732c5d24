package io.caravan.cluster;

import io.caravan.command.HashSlot;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The slots that are held back, and how many units of each slot are on their way. Owned by the destination's event loop. */
final class Fences {

    /** One element more than there are slots: the last is for units without a key. */
    private final @Nullable Fence[] fenceOfSlot = new Fence[HashSlot.COUNT + 1];

    private final int[] onTheirWay = new int[HashSlot.COUNT + 1];
    private final Set<Fence> closed = new LinkedHashSet<>();

    /** How many are held back only until what was sent is answered. */
    private int routine;

    private final Runnable onClosed;

    /** @param onClosed run when a slot is held back that was not */
    Fences(Runnable onClosed) {
        this.onClosed = onClosed;
    }

    /** The fence of a slot; {@code null} if the slot flows. */
    @Nullable
    Fence of(int slot) {
        return fenceOfSlot[slot];
    }

    /** The fence of a slot, closed now if it was open. */
    Fence close(int slot) {
        Fence fence = fenceOfSlot[slot];
        if (fence == null) {
            fence = new Fence(slot);
            fenceOfSlot[slot] = fence;
            add(fence);
        } else if (fence.routine) {
            fence.routine = false;
            routine--;
            add(fence);
        }
        return fence;
    }

    private void add(Fence fence) {
        closed.add(fence);
        onClosed.run();
    }

    /** The fence of a slot that flows: nothing is wrong with it, so nobody need look at it before an answer comes. */
    Fence closeRoutinely(int slot) {
        var fence = new Fence(slot);
        fence.routine = true;
        routine++;
        fenceOfSlot[slot] = fence;
        return fence;
    }

    void remove(Fence fence) {
        fenceOfSlot[fence.slot] = null;
        if (fence.routine) {
            routine--;
        } else {
            closed.remove(fence);
        }
    }

    /** Whether every slot flows. */
    boolean isEmpty() {
        return closed.isEmpty() && routine == 0;
    }

    /** Whether no slot is held back for something that is wrong. */
    boolean isQuiet() {
        return closed.isEmpty();
    }

    /** Those that are closed for something that is wrong as they are now, the oldest first. */
    List<Fence> all() {
        return List.copyOf(closed);
    }

    /** A unit of the slot has been sent. */
    void sent(int slot) {
        onTheirWay[slot]++;
    }

    /** A unit of the slot has come back: answered, refused or given up. */
    void ended(int slot) {
        onTheirWay[slot]--;
    }

    /** Whether units of the slot are on their way. */
    boolean areOnTheirWay(int slot) {
        return onTheirWay[slot] > 0;
    }
}
