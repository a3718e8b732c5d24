package io.caravan.replication;

import io.caravan.command.Phase;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What is to be written down of a shard, so that another process can go on with it: how far it is applied, how far it may have
 * been sent, and whether the destination may have keys that the source has no more.
 *
 * <p>The shard's thread says when a snapshot begins; the rest from any thread.
 */
final class ProgressRecord {

    private final String shard;
    private final DeliveryWindow window;
    private final Ceiling ceiling;
    private final Resharding resharding;
    private final Resharding.Passage passage;
    private final ReturnedSlots returned;
    private volatile @Nullable ReplicationPosition snapshotAt;
    private volatile boolean sweepDue;
    private volatile long repeatedUntil;

    /** Whether the destination's keys have been looked through since the last snapshot. */
    private volatile boolean looked;

    /** Whether the destination's keys have been looked through, by what the source had behind {@code offset}. */
    boolean isSweptBehind(long offset) {
        return looked && sweptAt > offset;
    }

    /** What the source has said of its keys does not count any more. */
    void sweepAgain() {
        sweptAt = Long.MAX_VALUE;
        looked = false;
    }

    /** Keys that the source had when they were looked through are in its stream up to there. */
    private volatile long sweptAt = Long.MAX_VALUE;

    /** The name of the history that the position is of; guarded by this, as the two change together. */
    private String lineage = "";

    /** What the destination has cannot be relied on, and no snapshot has begun since. */
    private volatile boolean unreliable;

    /** How many masters have taken the shard over of which it is not settled yet what the destination has of the one before. */
    private final AtomicInteger doubts = new AtomicInteger();

    /** Whether something of the shard has reached the destination before. */
    private boolean begun;

    ProgressRecord(
            String shard,
            DeliveryWindow window,
            Ceiling ceiling,
            Resharding resharding,
            Resharding.Passage passage,
            ReturnedSlots returned) {
        this.shard = shard;
        this.window = window;
        this.ceiling = ceiling;
        this.resharding = resharding;
        this.passage = passage;
        this.returned = returned;
    }

    /** The name of the history that the shard goes on in. */
    synchronized String lineage() {
        return lineage;
    }

    /** Goes on where another process was. */
    synchronized void startAt(StartingPoint from) {
        begun = true;
        sweepDue = from.sweepDue();
        lineage = from.lineage().isEmpty() ? Lineage.next() : from.lineage();
        from.position().ifPresent(position -> {
            window.restart(position);
            ceiling.startAt(position.offset(), from.ceiling());
            repeatedUntil = from.ceiling();
        });
    }

    /**
     * A snapshot follows, taken at {@code position}: waits until that is written down.
     *
     * @param name of the history that it begins
     */
    void awaitSnapshotWritten(ReplicationPosition position, String name) throws ShardStoppedException {
        beginsSnapshot(position, name);
        ceiling.awaitSnapshotWritten(position.offset());
    }

    private synchronized void beginsSnapshot(ReplicationPosition position, String name) {
        window.restart(null);
        sweepDue |= begun;
        begun = true;
        looked = false;
        sweptAt = Long.MAX_VALUE;
        repeatedUntil = 0;
        lineage = name;
        snapshotAt = position;
        unreliable = false;
    }

    /** A process that comes after a crash has to begin with a snapshot, too: from now on that is written down. */
    void isUnreliable() {
        unreliable = true;
    }

    /** The destination may have what another master does not have: the same, until {@link #isSettled()}. */
    void doubts() {
        doubts.incrementAndGet();
    }

    /** One such doubt is settled. */
    void isSettled() {
        doubts.decrementAndGet();
    }

    private boolean isDoubtful() {
        return unreliable || doubts.get() > 0;
    }

    /** The destination has been emptied before the snapshot. */
    void emptied() {
        sweepDue = false;
    }

    /** What is to be written down; empty before there is anything to be said. */
    synchronized Optional<ShardProgress> progress(SourceMaster master) {
        boolean slotsDue = !resharding.isOver();
        BitSet again = returned.slots();
        boolean due = sweepDue; // read first: no position is older than what ended the sweep
        Optional<ReplicationPosition> applied = window.position();
        if (applied.isPresent()) { // read before: who was told that all is lost has said so before he counts as applied
            ReplicationPosition position = applied.get();
            Phase phase = isDoubtful() ? Phase.SNAPSHOT : Phase.STREAM;
            long doubtful = Math.max(repeatedUntil, ceiling.read());
            long proposed = ceiling.propose(position.offset());
            return Optional.of(new ShardProgress(
                    shard, master, phase, position, due, doubtful, proposed, ceiling.sent(), slotsDue, again, lineage));
        }
        return Optional.ofNullable(snapshotAt)
                .map(position -> new ShardProgress(
                        shard,
                        master,
                        Phase.SNAPSHOT,
                        position,
                        due,
                        0,
                        position.offset(),
                        0,
                        slotsDue,
                        again,
                        lineage));
    }

    /** What {@link #progress} has said is written down. */
    void written(ShardProgress progress) {
        returned.written(progress.returned());
        if (progress.phase() == Phase.STREAM) {
            ceiling.written(progress.ceiling());
        } else if (isDoubtful() || progress.position().equals(snapshotAt)) {
            ceiling.snapshotWritten();
        }
    }

    /**
     * Whether keys are to be looked through, and everything is applied that they have to be looked through behind: a repeated snapshot, or the
     * streams of the shards that had them before.
     *
     * @param sweeps whether that is done after a repeated snapshot
     */
    boolean isToBeSwept(boolean sweeps) {
        return (sweeps && sweepDue || !passage.gained().isEmpty())
                && !looked
                && resharding.isPassed()
                && window.position().isPresent();
    }

    /** Whether the destination may have keys that the source has no more. */
    boolean isSweepDue() {
        return sweepDue;
    }

    /** The destination's keys have been looked through: none is left that the source has not. */
    void lookedThrough() {
        looked = true;
    }

    /** Keys that the source had then are in its stream up to {@code offset}. */
    void sweptAt(long offset) {
        sweptAt = offset;
        window.position().ifPresent(position -> applied(position.offset()));
    }

    /** Only now nothing stale can be met any more: a crash before has to sweep again. */
    void applied(long offset) {
        passage.applied(offset);
        if (looked && offset >= sweptAt) {
            sweepDue = false;
            passage.followed();
        }
    }
}
