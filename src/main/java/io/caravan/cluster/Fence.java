package io.caravan.cluster;

import io.caravan.node.NodeAddress;
import io.caravan.refresh.SourceKey;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A slot that is held back: units that were refused, and those that came after them, wait here in their order until
 * nothing of the slot is on its way any more and the reason is gone.
 *
 * <p>Owned by the destination's event loop; the rules are in {@link SlotRouter}.
 */
final class Fence {

    /** How the units go out when the fence opens. */
    enum Opening {
        /** All at once. */
        TOGETHER,
        /** The first alone; when it is accepted, all the others. */
        FIRST_ALONE,
        /** Each alone, since the slot's keys are on two nodes. */
        ONE_BY_ONE
    }

    private static final int LONGEST_BACKOFF_FACTOR = 50;

    final int slot;

    /** Units that were sent and have to be sent again, before those that wait. */
    final ArrayDeque<Unit> refused = new ArrayDeque<>();

    /** Units that arrived later. */
    final ArrayDeque<Unit> waiting = new ArrayDeque<>();

    /** Keys of units that were refused while others, sent behind them, were still on their way. */
    final Set<SourceKey> refusedKeys = new HashSet<>();

    Opening opening = Opening.TOGETHER;

    /** Whether the first unit is on its way alone. */
    boolean probing;

    /** Keys of the slot that are being read again; it stays closed until they have been. */
    int refreshes;

    /** Whether it is closed only until what was sent is answered; see {@link SlotCheckpoints}. */
    boolean routine;

    /** Whether the slot's checkpoint has been asked for. */
    boolean asking;

    /** Units at the front that go each by itself, since together they were refused. */
    int alone;

    private long notBeforeNanos;
    private int attempts;

    Fence(int slot) {
        this.slot = slot;
        notBeforeNanos = System.nanoTime();
    }

    /** Whether keys of the slot are being read again, or its checkpoint. */
    boolean isBeingRead() {
        return refreshes > 0 || asking;
    }

    /** Waits before the next attempt, longer each time. */
    void backOff(long firstNanos) {
        long factor = Math.min(LONGEST_BACKOFF_FACTOR, 1L << Math.min(attempts, 6));
        attempts++;
        notBeforeNanos = System.nanoTime() + firstNanos * factor;
    }

    boolean isDue() {
        return System.nanoTime() - notBeforeNanos >= 0;
    }

    boolean isEmpty() {
        return refused.isEmpty() && waiting.isEmpty();
    }

    /** Where the next unit is to be asked for, if its node said so. */
    @Nullable
    NodeAddress ask() {
        Unit next = peek();
        return next == null ? null : next.ask();
    }

    /** The node that a unit was to be asked for at may be gone: the owner of the slot will say again whom to ask. */
    void forgetWhomToAsk() {
        for (int i = refused.size(); i > 0; i--) {
            refused.add(refused.remove().askedFor(null));
        }
    }

    /** The next unit; it stays. */
    @Nullable
    Unit peek() {
        return refused.isEmpty() ? waiting.peek() : refused.peek();
    }

    /** Takes out the next unit. */
    @Nullable
    Unit next() {
        return refused.isEmpty() ? waiting.poll() : refused.poll();
    }
}
