package io.caravan.cluster;

import java.time.Duration;

/**
 * What follows from an error that is not the command's fault: where and how the units of the slot go out next. The table of
 * errors is in {@link ErrorReply}. Owned by the destination's event loop.
 */
final class Remedies {

    private final LinkTable links;
    private final SlotRouter.DestinationEvents events;
    private final long firstBackoffNanos;

    Remedies(LinkTable links, SlotRouter.DestinationEvents events, Duration firstBackoff) {
        this.links = links;
        this.events = events;
        firstBackoffNanos = firstBackoff.toNanos();
    }

    /** A unit of the fence's slot was refused by a node. */
    void follow(NodeLink link, Fence fence, ErrorReply error) {
        switch (error.remedy()) {
            case MOVED -> {
                link.counters().redirected();
                error.target(link.address()).ifPresent(target -> links.moved(fence.slot, target));
                events.topologyIsStale();
            }
            case ASK -> {
                link.counters().redirected();
                fence.opening = Fence.Opening.ONE_BY_ONE;
            }
            case TRY_AGAIN -> {
                link.counters().redirected();
                fence.opening = Fence.Opening.ONE_BY_ONE;
                fence.backOff(firstBackoffNanos);
            }
            case WAIT -> {
                link.counters().error();
                events.nodeWaits(link, error);
                waitForNode(fence);
            }
            case RELOCATE -> {
                link.counters().error();
                events.nodeWaits(link, error);
                waitForNode(fence);
                events.topologyIsStale();
            }
            case COMMAND -> throw new IllegalStateException("an error of the command does not fence its slot");
        }
    }

    private void waitForNode(Fence fence) {
        if (fence.opening == Fence.Opening.TOGETHER) {
            fence.opening = Fence.Opening.FIRST_ALONE;
        }
        fence.backOff(firstBackoffNanos);
    }
}
