package io.caravan.cluster;

import io.caravan.node.NodeAddress;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for the topology whenever it may have changed, one question at a time and not too often.
 *
 * <p>Owned by the destination's event loop; {@link #close} may be called by any thread.
 */
final class TopologyRefresh {

    private static final Logger LOG = LoggerFactory.getLogger(TopologyRefresh.class);
    private static final long SHORTEST_PAUSE_MILLIS = 100;

    private final DestinationAdmin admin;
    private final EventLoop eventLoop;
    private final Consumer<@Nullable NodeAddress[]> told;
    private boolean asking;
    private boolean wanted;
    private volatile boolean closed;

    /** @param told given the masters by slot, on the event loop */
    TopologyRefresh(DestinationAdmin admin, EventLoop eventLoop, Consumer<@Nullable NodeAddress[]> told) {
        this.admin = admin;
        this.eventLoop = eventLoop;
        this.told = told;
    }

    /** The topology has changed, or seems to have. */
    void stale() {
        wanted = true;
        ask();
    }

    /** Asks no more. */
    void close() {
        closed = true;
    }

    private void ask() {
        if (asking || !wanted || closed) {
            return;
        }
        asking = true;
        wanted = false;
        masters()
                .whenComplete((masterOfSlot, failure) -> eventLoop.execute(() -> {
                    try {
                        answered(masterOfSlot, failure);
                    } finally {
                        eventLoop.schedule(this::askAgain, SHORTEST_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                    }
                }));
    }

    private CompletionStage<@Nullable NodeAddress[]> masters() {
        try {
            return admin.masterOfSlot();
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private void answered(@Nullable NodeAddress[] masterOfSlot, @Nullable Throwable failure) {
        if (closed) {
            return;
        }
        if (failure == null) {
            told.accept(masterOfSlot);
        } else {
            LOG.debug("destination does not tell its topology: {}", DestinationAdmin.reason(failure));
        }
    }

    private void askAgain() {
        asking = false;
        ask();
    }
}
