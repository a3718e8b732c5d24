package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The batches that ended lately, as long as a master of the destination may lose them though it has acknowledged them: until its
 * replicas have them, one of which may become master, and until it has shown that it keeps them should it be started again.
 *
 * <p>Bounded: of too many the oldest are forgotten, so whoever asks for all since some moment has to ask {@link #hasAllSince}. Owned
 * by the destination's event loop.
 */
final class RecentBatches {

    private static final long MOST_BYTES = 32L * 1024 * 1024;

    /** Where masters come back with an old snapshot, or none, the last moments alone help only those that were stopped in order. */
    private static final long FEW_BYTES = 8L * 1024 * 1024;

    /** @param atNanos when it ended, of {@link System#nanoTime()} */
    record Ended(CommandBatch batch, long atNanos) {}

    private final ArrayDeque<Ended> ended = new ArrayDeque<>();
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private long bytes;
    private boolean replicas;
    private boolean appends;
    private long replicatedUntilNanos = System.nanoTime();
    private long keptUntilNanos = replicatedUntilNanos;

    /** Batches that ended before are not here, or not all of them. */
    private long allSinceNanos = replicatedUntilNanos;

    /** Whether there are replicas at all: if not, none need receive anything. */
    void replicas(boolean areThere) {
        replicas = areThere;
        if (!areThere) {
            acknowledgements.replicatedUntil(System.nanoTime());
            release();
        }
    }

    /** Whether there are replicas. */
    boolean hasReplicas() {
        return replicas;
    }

    /** A batch has been acknowledged as a whole. */
    void ended(CommandBatch batch) {
        ended.add(new Ended(batch, System.nanoTime()));
        bytes += batch.heldBytes();
        while (bytes > (replicas || appends ? MOST_BYTES : FEW_BYTES)) {
            remove();
        }
    }

    /** Whether there is nothing that a master might lose. */
    boolean isEmpty() {
        return ended.isEmpty() && acknowledgements.isEmpty();
    }

    /** Batches that count as applied only when the replicas have them. */
    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    /** Every replica has what was acknowledged before {@code nanos} of {@link System#nanoTime()}. */
    void replicatedUntil(long nanos) {
        replicatedUntilNanos = nanos;
        release();
        acknowledgements.replicatedUntil(nanos);
    }

    /**
     * Every master keeps what it acknowledged before {@code nanos} of {@link System#nanoTime()}, should it be started again.
     *
     * @param appendOnly whether one keeps an append-only file, so that it comes back with nearly everything
     */
    void keptUntil(long nanos, boolean appendOnly) {
        keptUntilNanos = nanos;
        appends = appendOnly;
        release();
    }

    private void release() {
        while (!ended.isEmpty()
                && ended.element().atNanos() - keptUntilNanos < 0
                && (!replicas || ended.element().atNanos() - replicatedUntilNanos < 0)) {
            remove();
        }
    }

    /** What replicas may lack. */
    List<CommandBatch> notReplicated() {
        return replicas
                ? all().stream()
                        .filter(recent -> recent.atNanos() - replicatedUntilNanos >= 0)
                        .map(Ended::batch)
                        .toList()
                : List.of();
    }

    /** What was acknowledged before, every replica is believed to have; of {@link System#nanoTime()}. */
    long replicatedUntilNanos() {
        return replicatedUntilNanos;
    }

    /** Whether everything that replicas may lack is remembered. */
    boolean hasAllThatIsNotReplicated() {
        return !replicas || hasAllSince(replicatedUntilNanos);
    }

    /** All that are remembered, the oldest first. */
    List<Ended> all() {
        return List.copyOf(ended);
    }

    /** Whether every batch that ended at {@code nanos} of {@link System#nanoTime()} or later is remembered. */
    boolean hasAllSince(long nanos) {
        return nanos - allSinceNanos >= 0;
    }

    /** Since when every batch is remembered, of {@link System#nanoTime()}. */
    long allSinceNanos() {
        return allSinceNanos;
    }

    private void remove() {
        Ended oldest = ended.remove();
        bytes -= oldest.batch().heldBytes();
        allSinceNanos = oldest.atNanos() + 1;
    }
}
