package io.caravan.command;

import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import java.util.Arrays;

/**
 * Puts commands, of whichever batches of a shard, into a batch of its own that is one transaction: the bytes are copied, except
 * for those of a command too large for memory.
 *
 * <p>Not thread-safe; whoever has the batches owns it.
 */
public final class TransactionBuilder {

    private static final byte[] MULTI = new RespWriter(16).command("MULTI").toByteArray();
    private static final byte[] EXEC = new RespWriter(16).command("EXEC").toByteArray();
    private static final CommandSpec BEGIN = CommandTable.standard().of("MULTI");
    private static final CommandSpec END = CommandTable.standard().of("EXEC");

    private final BatchOrigin origin;
    private final CommandBatch batch;
    private int[] rows = new int[8 * CommandBatch.ROW];
    private CommandSpec[] specs = new CommandSpec[8];
    private int size;

    /**
     * @param origin of the first command
     * @param expectedBytes about how many bytes its commands take
     */
    public TransactionBuilder(BatchOrigin origin, int expectedBytes) {
        this.origin = origin;
        batch = new CommandBatch(origin, new byte[expectedBytes], 0, new int[0], new CommandSpec[0], 0);
        add(MULTI, BEGIN);
    }

    /** Adds a command of a batch; of a large one the batch must stay as it is until it is written. */
    public void add(CommandBatch from, int row) {
        grow();
        int start = batch.appendEncoded(from.bytes(), from.start(row), from.length(row));
        int at = size * CommandBatch.ROW;
        specs[size++] = from.spec(row);
        rows[at + CommandBatch.START] = start;
        rows[at + CommandBatch.LENGTH] = from.length(row);
        rows[at + CommandBatch.KEY_START] =
                from.slot(row) == CommandBatch.NO_SLOT ? 0 : start + from.keyStart(row) - from.start(row);
        rows[at + CommandBatch.KEY_LENGTH] = from.keyLength(row);
        rows[at + CommandBatch.SLOT] = from.slot(row);
        rows[at + CommandBatch.FLAGS] = CommandBatch.TRANSACTION | (from.isLarge(row) ? CommandBatch.LARGE : 0);
        rows[at + CommandBatch.DATABASE] = from.database(row);
        rows[at + CommandBatch.END] = (int) (from.endOffset(row) - origin.startOffset());
        if (from.isLarge(row)) {
            batch.largeOf(from);
        }
    }

    /** Adds a command of our own. */
    public void add(int database, byte[]... arguments) {
        grow();
        int start = batch.append(arguments);
        var scanner = new CommandScanner();
        scanner.scan(batch.bytes(), start, batch.bytes().length);
        specs[size] = CommandTable.standard().of(scanner);
        RowWriter.describe(rows, size, scanner, specs[size], CommandBatch.TRANSACTION);
        rows[size * CommandBatch.ROW + CommandBatch.DATABASE] = database;
        rows[size * CommandBatch.ROW + CommandBatch.END] = 0;
        size++;
    }

    /** How many commands there are, {@code MULTI} included. */
    public int size() {
        return size;
    }

    /** Ends the transaction. */
    public CommandBatch build() {
        add(EXEC, END);
        batch.rows(Arrays.copyOf(rows, size * CommandBatch.ROW), Arrays.copyOf(specs, size));
        return batch;
    }

    private void add(byte[] encoded, CommandSpec spec) {
        grow();
        int at = size * CommandBatch.ROW;
        specs[size++] = spec;
        rows[at + CommandBatch.START] = batch.appendEncoded(encoded, encoded.length);
        rows[at + CommandBatch.LENGTH] = encoded.length;
        rows[at + CommandBatch.SLOT] = CommandBatch.NO_SLOT;
        rows[at + CommandBatch.FLAGS] = CommandBatch.TRANSACTION;
    }

    private void grow() {
        if (size == specs.length) {
            specs = Arrays.copyOf(specs, size * 2);
            rows = Arrays.copyOf(rows, size * 2 * CommandBatch.ROW);
        }
    }
}
