package io.caravan.replication;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the heartbeats of one shard say of how far the destination is behind: each is a write at the source of which it is known when it
 * was made, and behind which offset of the stream it lies. It is applied when everything up to there is.
 *
 * <p>The lag is the time that the youngest applied heartbeat took, from before it was sent to the source until the destination had
 * acknowledged it; or how long the next one is overdue, if that is longer. So what is told grows from when a heartbeat should have been
 * there, whoever keeps it from coming: the source, the link, the spool, the destination. It is short of the truth by one interval
 * at most.
 *
 * <p>What always holds: (A) heartbeats are kept in the order in which they were written. (B) They are at most {@value #MOST}; of too
 * many every second one is let go of, so that what is told gets coarser and not wrong. (C) A heartbeat counts in the history that it was
 * written in, by the name that the source has given for that: offsets of another one say nothing of it.
 *
 * <p>Thread-safe: an event loop of the source says what was written, the threads that end batches what is applied, any asks.
 */
final class ShardHeartbeats {

    static final int MOST = 1024;

    /** A write that lies before {@code offset}. */
    private record Heartbeat(String replicationId, long offset, long writtenNanos) {}

    private ArrayDeque<Heartbeat> underway = new ArrayDeque<>();

    /** The lowest offset of those under way: nearly every batch ends before it, and has nothing more to do here. */
    private volatile long awaited = Long.MAX_VALUE;

    private long intervalNanos;
    private @Nullable Heartbeat applied;
    private long tookNanos;

    /** Heartbeats are written so often, from now on. */
    synchronized void every(Duration interval) {
        intervalNanos = interval.toNanos();
    }

    /**
     * A heartbeat was written.
     *
     * @param replicationId the name of the history, as the source says it
     * @param offset of that history, at or behind the end of the write
     * @param writtenNanos {@link System#nanoTime()} before it was sent
     */
    synchronized void written(String replicationId, long offset, long writtenNanos) {
        if (underway.size() == MOST) {
            thinOut();
        }
        underway.add(new Heartbeat(replicationId, offset, writtenNanos));
        awaited = Math.min(awaited, offset);
    }

    /** Whether {@link #applied} has anything to be told of what is applied up to an offset. */
    boolean awaits(long offset) {
        return offset >= awaited;
    }

    /** The destination has everything up to a position. */
    synchronized void applied(ReplicationPosition position, long nowNanos) {
        int seen = 0;
        int taken = 0; // with those before the last that is applied: they are, too, or of a history that is over
        for (Heartbeat each : underway) {
            seen++;
            if (each.replicationId().equals(position.replicationId()) && each.offset() <= position.offset()) {
                taken = seen;
            }
        }
        for (; taken > 0; taken--) {
            Heartbeat each = underway.remove();
            applied = each;
            tookNanos = nowNanos - each.writtenNanos();
        }
        awaited = underway.stream().mapToLong(Heartbeat::offset).min().orElse(Long.MAX_VALUE);
    }

    /** No heartbeat is written for the time being: what was written says nothing of what comes later. */
    synchronized void forget() {
        underway.clear();
        awaited = Long.MAX_VALUE;
        applied = null;
    }

    /**
     * How far the destination is behind, in milliseconds; empty as long as nothing was written, or not lately.
     *
     * @param nowNanos {@link System#nanoTime()}
     */
    synchronized OptionalLong lagMillis(long nowNanos) {
        Heartbeat youngest = applied;
        if (youngest != null) {
            long overdue = nowNanos - youngest.writtenNanos() - intervalNanos;
            return OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(Math.max(tookNanos, overdue)));
        }
        return underway.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(
                        nowNanos - underway.element().writtenNanos()));
    }

    /** Every second one, the first and the last among them: how old the oldest is must not change. */
    private void thinOut() {
        var fewer = new ArrayDeque<Heartbeat>();
        boolean keep = true;
        for (Heartbeat each : underway) {
            if (keep) {
                fewer.add(each);
            }
            keep = !keep;
        }
        fewer.removeLast();
        fewer.add(underway.getLast());
        underway = fewer;
    }
}
