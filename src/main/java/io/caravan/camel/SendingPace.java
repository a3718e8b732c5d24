package io.caravan.camel;

import io.caravan.command.CommandBatch;
import io.caravan.replication.Gate;
import io.caravan.replication.RateLimits;

/**
 * What holds batches back before they are sent: a pause, and how much may be sent in a second.
 *
 * <p>Waited for by the shards' threads; closed, opened and changed by any other.
 *
 * @param gate closed while the task is paused
 * @param rates how much the task may ask of both sides
 */
record SendingPace(Gate gate, RateLimits rates) {

    /** Waits until the batch may be sent. */
    void await(CommandBatch batch) {
        gate.awaitOpen();
        rates.await(batch);
    }

    /** Holds nobody any longer: the task is about to end. */
    void letGo() {
        rates.lift();
        gate.open();
    }
}
