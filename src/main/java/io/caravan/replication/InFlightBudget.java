package io.caravan.replication;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How many bytes of batches are worth having on their way: twice what the destination takes within one round trip. More
 * would not make it faster, but would wait in memory for it, and be in doubt when a connection breaks.
 *
 * <p>The rate is the greatest of the last intervals, so a pause of the source does not count. On a long link the budget
 * doubles with each interval until the link is full. The round trip is the shortest there was. A destination that takes less than it is
 * given makes every round trip longer, by what waits there already, and that must not count, or else the budget would double until
 * memory is full. So where a round trip seems to have grown less is sent for a moment, and it is measured once more:
 *
 * <pre>
 *   budget  ▔▔▔▔▔▔╲      ╱▔▔▔▔▔▔▔▔
 *                  ▁▁▁▁▁▁             batches that begin here meet no queue of ours
 * </pre>
 *
 * <p>Owned by whoever holds the window's lock.
 */
final class InFlightBudget {

    private static final long LEAST_BYTES = 1024 * 1024;
    private static final long SHORTEST_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int ROUND_TRIPS_IN_INTERVAL = 4;
    private static final int INTERVALS = 10;
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final double GAIN = 2;

    /** A round trip that has become longer by more may have done so because of what is on its way. */
    private static final double GROWN = 1.25;

    /** As the budget is what is on its way within two round trips, this is half of what is so within one. */
    private static final int SHARE_TO_MEASURE = 4;

    private final long mostBytes;
    private final double[] bytesPerNano = new double[INTERVALS];
    private int interval;
    private long intervalBegan;
    private long intervalBytes;
    private long roundTrip = Long.MAX_VALUE;
    private long periodBegan;
    private long periodBytes;
    private long shortestOfPeriod = Long.MAX_VALUE;
    private boolean measuring;
    private long bytes;

    /** @param mostBytes never more than that */
    InFlightBudget(long mostBytes, long nowNanos) {
        this.mostBytes = mostBytes;
        bytes = Math.min(LEAST_BYTES, mostBytes);
        intervalBegan = nowNanos;
        periodBegan = nowNanos;
    }

    /** The budget at the moment. */
    long bytes() {
        return bytes;
    }

    /** A batch of so many bytes has ended, so long after it was sent. */
    void ended(long batchBytes, long tookNanos, long nowNanos) {
        intervalBytes += batchBytes;
        if (!measuring || nowNanos - tookNanos >= periodBegan) {
            remember(batchBytes, tookNanos, nowNanos);
        }
        long length = nowNanos - intervalBegan;
        if (length >= Math.max(SHORTEST_INTERVAL_NANOS, ROUND_TRIPS_IN_INTERVAL * roundTrip)) {
            bytesPerNano[interval] = (double) intervalBytes / length;
            interval = (interval + 1) % INTERVALS;
            intervalBegan = nowNanos;
            intervalBytes = 0;
            if (!measuring) {
                bytes = worthwhile();
            }
        }
    }

    private void remember(long batchBytes, long tookNanos, long nowNanos) {
        periodBytes += batchBytes;
        shortestOfPeriod = Math.min(shortestOfPeriod, tookNanos);
        roundTrip = Math.min(roundTrip, tookNanos);
        if (measuring && periodBytes >= bytes) {
            roundTrip = shortestOfPeriod;
            measuring = false;
            bytes = worthwhile();
            beginPeriod(nowNanos);
        } else if (!measuring && nowNanos - periodBegan > PERIOD_NANOS) {
            if (shortestOfPeriod > GROWN * roundTrip) {
                measure(nowNanos);
            }
            beginPeriod(nowNanos);
        }
    }

    /** What was a rate before the round trip has grown may not be one any more. */
    private void measure(long nowNanos) {
        Arrays.fill(bytesPerNano, (double) periodBytes / (nowNanos - periodBegan));
        bytes = Math.min(bytes, Math.max(LEAST_BYTES, bytes / SHARE_TO_MEASURE));
        measuring = true;
    }

    private void beginPeriod(long nowNanos) {
        periodBegan = nowNanos;
        periodBytes = 0;
        shortestOfPeriod = Long.MAX_VALUE;
    }

    private long worthwhile() {
        return (long) Math.min(mostBytes, Math.max(LEAST_BYTES, GAIN * greatestRate() * roundTrip));
    }

    private double greatestRate() {
        double greatest = 0;
        for (double rate : bytesPerNano) {
            greatest = Math.max(greatest, rate);
        }
        return greatest;
    }
}
