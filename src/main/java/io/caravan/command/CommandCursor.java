package io.caravan.command;

import io.caravan.command.Insertions.Insertion;
import io.caravan.resp.Arguments;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One command of a batch that is being edited: what it is, and what shall become of it. Given by
 * {@link CommandBatch#edit}; valid until the next command is shown. Not thread-safe.
 */
public final class CommandCursor {

    private static final byte[] REFRESH = "CARAVAN.REFRESH".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REFUSE = "CARAVAN.REFUSE".getBytes(StandardCharsets.US_ASCII);

    private final CommandBatch batch;
    private final CommandScanner scanner = new CommandScanner();
    private boolean scanned;
    private int row;

    private final Insertions insertions = new Insertions();

    CommandCursor(CommandBatch batch) {
        this.batch = batch;
    }

    void moveTo(int nextRow) {
        row = nextRow;
        scanned = false;
    }

    /** What the command table says of the command. */
    public CommandSpec spec() {
        return batch.spec(row);
    }

    /** The batch's origin. */
    public BatchOrigin origin() {
        return batch.origin();
    }

    /** The database that the command was run in. */
    public int database() {
        return batch.database(row);
    }

    /** The slot of its first key, {@link CommandBatch#NO_SLOT} if it has none. */
    public int slot() {
        return batch.slot(row);
    }

    /** Whether its keys lie in different slots. */
    public boolean crossesSlots() {
        return batch.crossesSlots(row);
    }

    /** The replication offset after it. */
    public long endOffset() {
        return batch.endOffset(row);
    }

    /** Snapshot only: whether it begins the value of its key. */
    public boolean startsValue() {
        return batch.startsValue(row);
    }

    /** Whether its first key is one that Caravan keeps for itself. */
    public boolean isReserved() {
        return batch.isReserved(row);
    }

    /** Whether it does something in its database: one that stands for a refused command without a key does not. */
    boolean concernsDatabase() {
        return spec().concernsDatabase() && (spec().scope() != Scope.REFUSE || key() != null);
    }

    /** Whether any of its keys is one that Caravan keeps for itself. */
    public boolean namesReserved() {
        return batch.namesReserved(row);
    }

    /** Whether it is part of a transaction, {@code MULTI} and {@code EXEC} included. */
    public boolean inTransaction() {
        return batch.inTransaction(row);
    }

    /** A copy of its first key, {@code null} if it has none. */
    public byte @Nullable [] key() {
        return batch.slot(row) == CommandBatch.NO_SLOT ? null : batch.key(row);
    }

    /** Copies of all its keys; empty if it is too large for memory and has too many to know them all. */
    public Optional<List<byte[]>> keys() {
        return batch.knowsAllKeys(row) ? Optional.of(batch.keys(row)) : Optional.empty();
    }

    /** Whether it is too large for memory: {@link #arguments()} are its first ones only, {@link #lastArguments} the last. */
    public boolean isLarge() {
        return batch.isLarge(row);
    }

    /** Number of arguments that it has, its name included. */
    public int argumentCount() {
        return batch.argumentCount(row);
    }

    /**
     * The last arguments of a large command, if all of them are short; argument 0 is the first of these.
     *
     * @param count how many
     */
    public Optional<Arguments> lastArguments(int count) {
        return LargeTail.of(batch.large().orElseThrow(), count);
    }

    /** Its arguments, to be read before the command is changed. */
    public Arguments arguments() {
        if (!scanned) {
            scanner.next();
            scanner.scan(batch.bytes(), batch.start(row), batch.start(row) + batch.length(row));
            scanned = true;
        }
        return scanner;
    }

    /** Takes the command out. */
    public void drop() {
        batch.drop(row);
    }

    /** Puts another command in its place. */
    public void replace(byte[]... arguments) {
        batch.point(row, batch.append(arguments));
        scanned = false;
    }

    /** Lets it be of another database. */
    void putInto(int number) {
        batch.database(row, number);
    }

    /** Lets each of its keys, of a large command its only one, begin with {@code prefix}. */
    void putBeforeKeys(byte[] prefix) {
        if (isLarge()) {
            KeyPrefix.putBeforeLarge(batch, row, prefix);
        } else {
            RespWriter prefixed = KeyPrefix.write(arguments(), spec().keys(), prefix);
            batch.point(row, batch.appendEncoded(prefixed.bytes(), prefixed.length()));
        }
        scanned = false;
    }

    /**
     * Has keys read again at the source instead of applying the command: for a command that can be applied neither as it is
     * nor in another form. The sink does it, at an offset not before the command's.
     */
    public void refresh(List<byte[]> keys) {
        refresh(keys, database());
    }

    /** As {@link #refresh(List)}, for keys of another database than the one that the command was run in. */
    public void refresh(List<byte[]> keys, int ofDatabase) {
        putInto(ofDatabase);
        byte[][] arguments = new byte[keys.size() + 1][];
        arguments[0] = REFRESH;
        for (int i = 0; i < keys.size(); i++) {
            arguments[i + 1] = keys.get(i);
        }
        replace(arguments);
    }

    /**
     * Says that the destination cannot be given the command, in any form: the sink counts it under its name, logs key and
     * reason, and does what it is told to do with refused commands.
     */
    public void refuse(String reason) {
        byte[] key = key();
        byte[] name = spec().name().getBytes(StandardCharsets.UTF_8);
        byte[] why = reason.getBytes(StandardCharsets.UTF_8);
        if (key == null) {
            replace(REFUSE, name, why);
        } else {
            replace(REFUSE, name, why, key);
        }
    }

    /** Puts a command before it. The cursor stays on the command; the new one is not shown. */
    public void insertBefore(byte[]... arguments) {
        insertions.add(new Insertion(row, row, row - 1, database(), batch.append(arguments)));
        scanned = false;
    }

    /** Puts a command behind it, and behind those that were put there before. The new one is not shown. */
    public void insertAfter(byte[]... arguments) {
        insertAfter(database(), arguments);
    }

    /** As {@link #insertAfter(byte[]...)}, in a database that need not be the command's. */
    void insertAfter(int ofDatabase, byte[]... arguments) {
        insertions.add(new Insertion(row + 1, row, row, ofDatabase, batch.append(arguments)));
        scanned = false;
    }

    /** As {@link #insertAfter}, for a command that is encoded already. */
    public void insertAfterEncoded(byte[] command) {
        insertions.add(new Insertion(row + 1, row, row, database(), batch.appendEncoded(command, command.length)));
        scanned = false;
    }

    void insertPending() {
        if (!insertions.isEmpty()) {
            batch.insertRows(insertions);
        }
    }
}
