package io.caravan.replication;

import org.jspecify.annotations.Nullable;

/**
 * A batch on its way: whoever was given the batch says here how it ended, once. Any thread.
 *
 * @see DeliveryWindow
 */
public final class Delivery {

    private final DeliveryWindow window;
    final long sequence;
    final long bytes;

    /** Where the stream may be continued once this and everything before it is applied; {@code null}: nowhere yet. */
    @Nullable
    ReplicationPosition resume;

    final long openedNanos = System.nanoTime();
    boolean submitted;
    boolean done;

    Delivery(DeliveryWindow window, long sequence, long bytes, @Nullable ReplicationPosition resume) {
        this.window = window;
        this.sequence = sequence;
        this.bytes = bytes;
        this.resume = resume;
    }

    /** The destination has acknowledged every command of the batch, or the route has disposed of it. */
    public void applied() {
        window.applied(this);
    }

    /** Whether the sink has taken the batch. Any thread. */
    public boolean isTaken() {
        return window.isTaken(this);
    }

    /** The batch could not be applied. The shard stops there: nothing behind it counts as applied. */
    public void failed(Throwable cause) {
        window.failed(cause);
    }
}
