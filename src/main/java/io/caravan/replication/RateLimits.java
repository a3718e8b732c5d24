package io.caravan.replication;

import io.caravan.command.CommandBatch;
import io.caravan.command.Phase;

/**
 * How much a task may ask of source and destination, all shards together. Each limit may be changed while the task runs, and counts at
 * once; 0 is none. Thread-safe.
 */
public final class RateLimits {

    private final Allowance sourceBytes = new Allowance();
    private final Allowance snapshotKeys = new Allowance();
    private final Allowance commands = new Allowance();

    /** The same limits, of a task that starts again. */
    public RateLimits copy() {
        var copy = new RateLimits();
        copy.sourceBytes(sourceBytes());
        copy.snapshotKeys(snapshotKeys());
        copy.commands(commands());
        return copy;
    }

    /** Most bytes a second that are read from the source's replication links. */
    public long sourceBytes() {
        return sourceBytes.perSecond();
    }

    /**
     * Sets them. What the source writes beyond waits in its replica output buffer, whose limit ends the link when it is reached.
     *
     * @throws IllegalArgumentException if negative
     */
    public void sourceBytes(long perSecond) {
        sourceBytes.perSecond(perSecond);
    }

    /** Most keys a second that are taken from snapshots. */
    public long snapshotKeys() {
        return snapshotKeys.perSecond();
    }

    /** @throws IllegalArgumentException if negative */
    public void snapshotKeys(long perSecond) {
        snapshotKeys.perSecond(perSecond);
    }

    /** Most commands a second that are sent into the route, those of snapshots included. */
    public long commands() {
        return commands.perSecond();
    }

    /** @throws IllegalArgumentException if negative */
    public void commands(long perSecond) {
        commands.perSecond(perSecond);
    }

    /** Waits until a batch may be sent into the route. */
    public void await(CommandBatch batch) {
        commands.await(batch.size());
        if (batch.origin().phase() == Phase.SNAPSHOT) {
            snapshotKeys.await(batch.size());
        }
    }

    /** The task ends: nobody waits any more. */
    public void lift() {
        sourceBytes.lift();
        snapshotKeys.lift();
        commands.lift();
    }

    /**
     * Bytes have been read from a link.
     *
     * @return nanoseconds for which nothing more should be read
     */
    long received(int bytes) {
        return sourceBytes.take(bytes);
    }
}
