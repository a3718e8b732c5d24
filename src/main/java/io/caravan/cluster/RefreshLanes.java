package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.refresh.KeyLanes;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The slots of the destination as the lanes of the key refresh: a slot is held by its fence. On the event loop. */
final class RefreshLanes implements KeyLanes {

    private final SlotRouter router;

    RefreshLanes(SlotRouter router) {
        this.router = router;
    }

    @Override
    public void hold(byte[] key) {
        router.fence(router.slotOf(key)).refreshes++;
    }

    @Override
    public void write(byte[] key, CommandBatch value, int era, Consumer<@Nullable Throwable> ended) {
        Fence fence = router.fence(router.slotOf(key));
        fence.refreshes--;
        var ticket = BatchTicket.ofValue(value, era, ended::accept);
        ticket.onEnd(() -> router.recent().ended(value));
        ticket.expectAnswer();
        ticket.routed();
        if (router.refusals().isSendable(ticket, 0, value.size())) {
            fence.refused.addFirst(new Unit(ticket, 0, false));
        }
        router.advance(fence);
    }

    @Override
    public void letGo(byte[] key) {
        Fence fence = router.fence(router.slotOf(key));
        fence.refreshes--;
        router.advance(fence);
    }
}
