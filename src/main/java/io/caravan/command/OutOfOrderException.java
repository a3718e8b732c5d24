package io.caravan.command;

/** A step of the route has changed the order of batches, or sent one twice, or let one go before the sink had taken it. */
public final class OutOfOrderException extends Exception {

    private static final long serialVersionUID = 1L;

    public OutOfOrderException(BatchOrigin origin) {
        super("batch " + origin
                + " reached the destination out of turn. Between redis-replication: and redis-cluster: a"
                + " route may not hand batches on without waiting for them (seda:, wireTap), nor send one twice"
                + " (multicast, redelivery of the sink), nor work on them in parallel (parallel split)");
    }
}
