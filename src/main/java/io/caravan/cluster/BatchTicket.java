package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.Scope;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import org.jspecify.annotations.Nullable;

/**
 * A batch that the destination has taken, until the last of its units is answered.
 *
 * <p>A unit is what is sent, answered and sent again as one: a command, or a transaction from {@code MULTI} to {@code
 * EXEC}; it is named by the row at which it begins. Owned by the destination's event loop.
 */
final class BatchTicket {

    /** Told once how a batch ended; on the destination's event loop. */
    @FunctionalInterface
    interface Completion {
        void ended(@Nullable Throwable failure);
    }

    final CommandBatch batch;

    /** The units that it stands for, if it was put together of some. */
    final @Nullable UnitGroup group;

    private final boolean value;
    private final int era;
    private final Completion completion;
    private int pending;
    private boolean routed;
    private boolean ended;
    private Runnable onEnd = () -> {};
    private @Nullable Throwable failure;

    BatchTicket(CommandBatch batch, Completion completion) {
        this(batch, completion, false, 0, null);
    }

    private BatchTicket(CommandBatch batch, Completion completion, boolean value, int era, @Nullable UnitGroup group) {
        this.batch = batch;
        this.completion = completion;
        this.value = value;
        this.era = era;
        this.group = group;
    }

    /** A ticket for a transaction that was put together of units of other batches. */
    static BatchTicket ofGroup(CommandBatch batch, UnitGroup group, Completion completion) {
        var ticket = new BatchTicket(batch, completion, false, 0, group);
        ticket.expectAnswer();
        ticket.routed();
        return ticket;
    }

    /**
     * A ticket for the commands that write a key which was read again at the source.
     *
     * @param era that of its shard when the source was asked
     */
    static BatchTicket ofValue(CommandBatch batch, int era, Completion completion) {
        return new BatchTicket(batch, completion, true, era, null);
    }

    /** The point that the source had reached when the unit that begins at {@code row} was part of its data. */
    StreamPoint point(int row) {
        long end = batch.endOffset(unitEnd(row) - 1);
        return new StreamPoint(batch.origin().history(), value ? end - 1 : end);
    }

    /** The point up to which everything is disposed of when the batch has ended, as everything before it has. */
    StreamPoint end() {
        long offset = batch.size() == 0 ? batch.origin().startOffset() : batch.endOffset(batch.size() - 1);
        return new StreamPoint(batch.origin().history(), offset);
    }

    /** Whether it writes a key that was read again at the source. */
    boolean isValue() {
        return value;
    }

    /** Whether it writes what was read before the source had another master, or another history: it may be lost there. */
    boolean isOutdated() {
        return value && era != batch.origin().shard().era();
    }

    /** Whether an earlier process may have applied the unit that begins at {@code row}. */
    boolean mayBeRepeated(int row) {
        long until = batch.origin().repeatedUntil();
        return until != 0 && !value && batch.endOffset(unitEnd(row) - 1) <= until;
    }

    /** Whether the unit that begins at {@code row} may meet keys that the source had lost before. */
    boolean mayMeetStaleKeys(int row) {
        long until = batch.origin().staleUntil();
        return until != 0 && !value && batch.endOffset(unitEnd(row) - 1) <= until && touchesStaleSlot(row);
    }

    private boolean touchesStaleSlot(int row) {
        SourceShard shard = batch.origin().shard();
        for (int command = row; command < unitEnd(row); command++) {
            if (batch.slot(command) == CommandBatch.NO_SLOT
                    || shard.mayBeStale(UnitKeys.slotAtSource(batch, command))) {
                return true;
            }
        }
        return false;
    }

    /** Whether its completion has been told. */
    boolean hasEnded() {
        return ended;
    }

    /** Run before its completion is told; set before the first unit is found. */
    void onEnd(Runnable listener) {
        onEnd = listener;
    }

    /** The row behind the unit that begins at {@code row}. */
    int unitEnd(int row) {
        if (!startsTransaction(row)) {
            return row + 1;
        }
        int end = row + 1;
        while (end < batch.size() && !batch.spec(end - 1).name().equals("EXEC")) {
            end++;
        }
        return end;
    }

    /** Whether the unit that begins at {@code row} is a transaction. */
    boolean startsTransaction(int row) {
        return batch.inTransaction(row) && batch.spec(row).scope() == Scope.TRANSACTION;
    }

    /** A unit was found that will have to be answered. */
    void expectAnswer() {
        pending++;
    }

    /** A unit has been answered, or disposed of; not applied if there is a failure. */
    void answered(@Nullable Throwable cause) {
        if (cause == null) {
            answered();
        } else {
            failed(cause);
        }
    }

    /**
     * A unit has been answered, or disposed of.
     *
     * <p>One more than were found is a mistake of ours, after which nobody knows what is applied: the batch fails, and with it its shard,
     * rather than that it never ends, or too soon.
     */
    void answered() {
        if (pending > 0) {
            pending--;
        } else if (!ended) {
            failure = new IllegalStateException("a unit of " + this + " was counted twice");
        }
        endIfAnswered();
    }

    /** A unit could not be applied. */
    void failed(Throwable cause) {
        willFail(cause);
        answered();
    }

    /** However its units end, it ends as failed. */
    void willFail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    /** Nobody will answer any more: ends now, as failed. */
    void abandon(Throwable cause) {
        if (!ended) {
            ended = true;
            onEnd = () -> {};
            completion.ended(cause);
        }
    }

    /** All units have been found. */
    void routed() {
        routed = true;
        endIfAnswered();
    }

    @Override
    public String toString() {
        return "source " + batch.origin().shard().name() + ", batch of " + batch.size() + " commands up to offset "
                + end().offset();
    }

    private void endIfAnswered() {
        if (routed && pending == 0 && !ended) {
            ended = true;
            onEnd.run();
            completion.ended(failure);
        }
    }
}
