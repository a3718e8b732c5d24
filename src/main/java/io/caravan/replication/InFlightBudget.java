package io.caravan.replication;

import java.util.concurrent.TimeUnit;

/**
 * How many bytes of batches are worth having on their way: twice what the destination takes within one round trip. More
 * would not make it faster, but would wait in memory for it, and be in doubt when a connection breaks.
 *
 * <p>The round trip is the shortest of the last seconds, the rate the greatest of the last intervals, so a pause of the
 * source does not count. On a long link the budget doubles with each interval until the link is full. Owned by whoever holds
 * the window's lock.
 */
final class InFlightBudget {

    private static final long LEAST_BYTES = 1024 * 1024;
    private static final long SHORTEST_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int ROUND_TRIPS_IN_INTERVAL = 4;
    private static final int INTERVALS = 10;
    private static final long ROUND_TRIP_AGE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final double GAIN = 2;

    private final long mostBytes;
    private final double[] bytesPerNano = new double[INTERVALS];
    private int interval;
    private long intervalBegan;
    private long intervalBytes;
    private long shortest = Long.MAX_VALUE;
    private long shortestBefore = Long.MAX_VALUE;
    private long shortestSince;
    private long bytes;

    /** @param mostBytes never more than that */
    InFlightBudget(long mostBytes, long nowNanos) {
        this.mostBytes = mostBytes;
        bytes = Math.min(LEAST_BYTES, mostBytes);
        intervalBegan = nowNanos;
        shortestSince = nowNanos;
    }

    /** The budget at the moment. */
    long bytes() {
        return bytes;
    }

    /** A batch of so many bytes has ended, so long after it was sent. */
    void ended(long batchBytes, long tookNanos, long nowNanos) {
        intervalBytes += batchBytes;
        rememberRoundTrip(tookNanos, nowNanos);
        long length = nowNanos - intervalBegan;
        if (length >= Math.max(SHORTEST_INTERVAL_NANOS, ROUND_TRIPS_IN_INTERVAL * roundTrip())) {
            bytesPerNano[interval] = (double) intervalBytes / length;
            interval = (interval + 1) % INTERVALS;
            intervalBegan = nowNanos;
            intervalBytes = 0;
            bytes = (long) Math.min(mostBytes, Math.max(LEAST_BYTES, GAIN * greatestRate() * roundTrip()));
        }
    }

    private void rememberRoundTrip(long tookNanos, long nowNanos) {
        if (nowNanos - shortestSince > ROUND_TRIP_AGE_NANOS) {
            shortestBefore = shortest;
            shortest = Long.MAX_VALUE;
            shortestSince = nowNanos;
        }
        shortest = Math.min(shortest, tookNanos);
    }

    private long roundTrip() {
        return Math.min(shortest, shortestBefore);
    }

    private double greatestRate() {
        double greatest = 0;
        for (double rate : bytesPerNano) {
            greatest = Math.max(greatest, rate);
        }
        return greatest;
    }
}
