package io.caravan.command;

import io.caravan.resp.Arguments;
import io.caravan.resp.RespWriter;
import java.util.Arrays;

/**
 * Collects the rows of the next {@link CommandBatch} while its bytes gather in an array of the owner.
 *
 * <p>Rows refer to indexes of the owner's array; {@link #build} hands over the array, or a copy of a part of it. Not
 * thread-safe; the shard's thread owns it.
 */
public final class BatchBuilder {

    private static final int INITIAL_ROWS = 64;
    private static final int NO_TRANSACTION = -1;

    private int[] rows = new int[INITIAL_ROWS * CommandBatch.ROW];
    private CommandSpec[] specs = new CommandSpec[INITIAL_ROWS];
    private int size;
    private int transactionRow = NO_TRANSACTION;

    /** Number of commands collected. */
    public int size() {
        return size;
    }

    /** Whether a {@code MULTI} was added whose {@code EXEC} has not come yet. */
    public boolean inTransaction() {
        return transactionRow != NO_TRANSACTION;
    }

    /**
     * Adds a command of the replication stream.
     *
     * @param command its arguments, slices of the owner's array
     * @param spec what the command table says of it
     * @param database the selected database
     * @param endDelta replication offset after it, counted from the batch's start offset
     */
    public void add(Arguments command, CommandSpec spec, int database, long endDelta) {
        if (spec.name().equals("MULTI")) {
            transactionRow = size;
        }
        put(command, spec, database, endDelta, inTransaction() ? CommandBatch.TRANSACTION : 0);
        if (spec.name().equals("EXEC")) {
            transactionRow = NO_TRANSACTION;
        }
    }

    /**
     * Adds a command made from a snapshot.
     *
     * @param startsValue whether it is the first of those that build the value of its key
     */
    public void addValue(Arguments command, CommandSpec spec, int database, boolean startsValue) {
        put(command, spec, database, 0, startsValue ? CommandBatch.VALUE_START : 0);
    }

    /**
     * Adds a command made from a snapshot whose only key is known to whoever wrote it: it need not be looked for.
     *
     * @param written the command is the last that was written there
     * @param start index of its first byte
     * @param keyStart index of its key's first byte
     */
    public void addValue(
            RespWriter written,
            CommandSpec spec,
            int start,
            int keyStart,
            int keyLength,
            int database,
            boolean startsValue) {
        growIfFull();
        int at = size * CommandBatch.ROW;
        specs[size++] = spec;
        rows[at + CommandBatch.START] = start;
        rows[at + CommandBatch.LENGTH] = written.length() - start;
        rows[at + CommandBatch.FLAGS] = startsValue ? CommandBatch.VALUE_START : 0;
        RowWriter.describeKey(rows, at, written.bytes(), keyStart, keyLength);
        rows[at + CommandBatch.DATABASE] = database;
        rows[at + CommandBatch.END] = 0;
    }

    /** Offset before the open transaction's {@code MULTI}, counted from the batch's start offset. */
    public long transactionStartDelta() {
        return transactionRow <= 0 ? 0 : rows[(transactionRow - 1) * CommandBatch.ROW + CommandBatch.END] & 0xffffffffL;
    }

    /** The database that was selected before the open transaction's {@code MULTI}. */
    public int transactionDatabase() {
        return rows[transactionRow * CommandBatch.ROW + CommandBatch.DATABASE];
    }

    /** The slot of the command that was added last, or {@link CommandBatch#NO_SLOT}. */
    public int lastSlot() {
        return rows[(size - 1) * CommandBatch.ROW + CommandBatch.SLOT];
    }

    /** Takes out the command that was added last: it is not applied, but the stream goes on behind it. */
    public void dropLast() {
        rows[(size - 1) * CommandBatch.ROW + CommandBatch.FLAGS] |= CommandBatch.DROPPED;
    }

    /** Takes a transaction apart that is too large to be kept together: its commands so far are ordinary ones. */
    public void dissolveTransaction() {
        for (int row = transactionRow; row < size; row++) {
            rows[row * CommandBatch.ROW + CommandBatch.FLAGS] &= ~CommandBatch.TRANSACTION;
        }
        rows[transactionRow * CommandBatch.ROW + CommandBatch.FLAGS] |= CommandBatch.DROPPED;
        transactionRow = NO_TRANSACTION;
    }

    /** Says that the owner has moved the bytes by {@code distance} (negative: to the front). */
    public void shift(int distance) {
        for (int at = 0; at < size * CommandBatch.ROW; at += CommandBatch.ROW) {
            rows[at + CommandBatch.START] += distance;
            if (rows[at + CommandBatch.SLOT] != CommandBatch.NO_SLOT) {
                rows[at + CommandBatch.KEY_START] += distance;
            }
        }
    }

    /**
     * Makes the batch and begins the next one.
     *
     * @param origin where it comes from
     * @param bytes the array that the rows refer to; belongs to the batch from now on
     * @param used how many of its bytes are in use
     */
    public CommandBatch build(BatchOrigin origin, byte[] bytes, int used) {
        var batch = new CommandBatch(
                origin, bytes, used, Arrays.copyOf(rows, size * CommandBatch.ROW), Arrays.copyOf(specs, size), size);
        size = 0;
        return batch;
    }

    /**
     * Makes a batch of one command that is too large for memory.
     *
     * @param head the command's first arguments, its name and keys at least; its array belongs to the batch from now on
     * @param startsValue whether it is the first of those that build the value of its key; only in a snapshot
     * @param command all of its bytes; released with the batch
     */
    public static CommandBatch large(
            BatchOrigin origin, Arguments head, int database, boolean startsValue, LargeCommand command) {
        var builder = new BatchBuilder();
        builder.put(
                head,
                origin.shard().commands().of(head),
                database,
                origin.endOffset() - origin.startOffset(),
                startsValue ? CommandBatch.VALUE_START : 0);
        CommandBatch batch = builder.build(origin, head.bytes(), head.bytes().length);
        batch.large(0, command);
        return batch;
    }

    private void growIfFull() {
        if (size == specs.length) {
            specs = Arrays.copyOf(specs, size * 2);
            rows = Arrays.copyOf(rows, size * 2 * CommandBatch.ROW);
        }
    }

    private void put(Arguments command, CommandSpec spec, int database, long endDelta, int flags) {
        growIfFull();
        specs[size] = spec;
        RowWriter.describe(rows, size, command, spec, flags);
        rows[size * CommandBatch.ROW + CommandBatch.DATABASE] = database;
        rows[size * CommandBatch.ROW + CommandBatch.END] = (int) endDelta;
        size++;
    }
}
