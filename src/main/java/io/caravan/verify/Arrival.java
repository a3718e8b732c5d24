package io.caravan.verify;

import io.caravan.node.NodeAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for what the source has to come to the destination: by its streams, and beside them where nodes are replaced or slots move.
 *
 * <p>Owned by one thread, which waits.
 */
final class Arrival {

    private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long PAUSE_WITHOUT_OFFSETS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** What a replica lacks that takes over is read again at the source, and what had been read of it; by then that is done. */
    private static final Duration AFTER_A_CHANGE = Duration.ofSeconds(15);

    private final Deployment source;
    private final Deployment destination;
    private final Applied applied;
    private final long patienceNanos;
    private String problem = "";
    private long endured; // what was waited for in vain

    /** @param patienceNanos how long to wait for a destination that does not get on */
    Arrival(Deployment source, Deployment destination, Applied applied, long patienceNanos) {
        this.source = source;
        this.destination = destination;
        this.applied = applied;
        this.patienceNanos = patienceNanos;
    }

    /** An offset of the master of a key. */
    private record Awaited(Place place, long offset) {

        private Awaited later(Awaited other) {
            return other.offset > offset ? other : this;
        }
    }

    /**
     * Waits until everything is applied that the source had when it was read.
     *
     * @return whether the readings still count: not if another node has taken the place of one that gave them
     * @throws IOException if the destination does not get on
     */
    boolean await(List<Place> places, List<Value> values) throws IOException {
        Map<NodeAddress, Awaited> awaited = new HashMap<>();
        for (int i = 0; i < places.size(); i++) {
            Optional<NodeAddress> master = masterOf(places.get(i));
            if (master.isEmpty()) {
                return false;
            }
            awaited.merge(master.get(), new Awaited(places.get(i), values.get(i).offset()), Awaited::later);
        }
        for (var master : awaited.entrySet()) {
            if (!await(
                    master.getValue().place(),
                    master.getKey(),
                    master.getValue().offset())) {
                return false;
            }
        }
        return true;
    }

    /** However long that takes, as long as the destination gets on. */
    private boolean await(Place place, NodeAddress master, long wanted) throws IOException {
        OptionalLong offset = offsetOf(master);
        if (offset.isEmpty()) {
            LockSupport.parkNanos(PAUSE_WITHOUT_OFFSETS_NANOS);
        }
        long deadline = System.nanoTime() + patienceNanos;
        long lookAt = System.nanoTime() + PAUSE_WITHOUT_OFFSETS_NANOS;
        while (offset.isPresent() && offset.getAsLong() < wanted) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                throw late(master, offset.getAsLong(), wanted);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            if (System.nanoTime() > lookAt) {
                if (!masterNow(place).equals(Optional.of(master))) {
                    return false;
                }
                lookAt = System.nanoTime() + PAUSE_WITHOUT_OFFSETS_NANOS;
            }
            OptionalLong now = offsetOf(master);
            if (!now.equals(offset)) {
                deadline = System.nanoTime() + patienceNanos;
            }
            offset = now;
        }
        return true;
    }

    /** That which says how far the destination is may be on the destination itself, and not answer while nodes are replaced there. */
    private OptionalLong offsetOf(NodeAddress master) {
        try {
            OptionalLong offset = applied.offsetOf(master);
            problem = "";
            return offset;
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
            return OptionalLong.of(-1);
        }
    }

    /** Asked anew; empty if there is none at the moment. */
    private Optional<NodeAddress> masterNow(Place place) {
        try {
            source.refresh();
        } catch (IOException e) {
            LOG.debug("verification: {}", e.getMessage()); // nobody says that it is another
        }
        return masterOf(place);
    }

    private Optional<NodeAddress> masterOf(Place place) {
        try {
            return Optional.of(source.masterOf(place.key()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private IOException late(NodeAddress master, long offset, long wanted) {
        return new IOException("the destination has applied the stream of source " + master + " up to offset "
                + Math.max(0, offset) + " only, is to come to offset " + wanted + ", and has not got on for "
                + TimeUnit.NANOSECONDS.toSeconds(patienceNanos) + " s; see whether the task runs, and how far it lags"
                + (problem.isEmpty() ? "" : " (" + problem + ")"));
    }

    /** Whether the destination has nothing otherwise than the source that will be put right by itself, as far as is known. */
    boolean isSettled() {
        long left = applied.unsettled();
        return (left == 0 || left == endured) && !hasChanged(source) && !hasChanged(destination);
    }

    private static boolean hasChanged(Deployment side) {
        return side.sinceChange()
                .filter(since -> since.compareTo(AFTER_A_CHANGE) < 0)
                .isPresent();
    }

    /** Waits for that, as long as it gets on; what does not is not waited for again. */
    void awaitSettled() {
        long left = applied.unsettled();
        long deadline = System.nanoTime() + patienceNanos;
        while (!isSettled() && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(PAUSE_NANOS);
            long now = applied.unsettled();
            if (now != left) {
                left = now;
                deadline = System.nanoTime() + patienceNanos;
            } else if (System.nanoTime() > deadline) {
                endured = left;
                return;
            }
        }
    }
}
