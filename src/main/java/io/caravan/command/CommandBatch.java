package io.caravan.command;

import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive commands of one source shard, as the bytes that the destination will read: the body of every exchange
 * between {@code redis-replication:} and {@code redis-cluster:}.
 *
 * <p>A row per command says where its bytes, its first key and its slot are; nothing is decoded and no object made per
 * command. Processors work on the rows in place ({@link #edit}); for people who want one command an exchange the batch is
 * an {@code Iterable} that {@code split} takes.
 *
 * <p>What always holds: (A) rows stand in the source's order. (B) A transaction, {@code MULTI} to {@code EXEC}, lies
 * wholly in one batch. (C) The bytes belong to the batch alone and are never recycled, so a copy of the reference that a
 * route keeps stays readable. (D) A command too large for memory comes alone in its
 * batch, and its bytes are in a file.
 *
 * <p>Not thread-safe: one thread at a time, handed on with the exchange.
 */
public final class CommandBatch implements Iterable<RedisCommand> {

    static final int START = 0;
    static final int LENGTH = 1;
    static final int KEY_START = 2;
    static final int KEY_LENGTH = 3;
    static final int SLOT = 4;
    static final int FLAGS = 5;
    static final int DATABASE = 6;
    static final int END = 7;
    static final int ROW = 8;

    /** A processor has taken the command out. */
    static final int DROPPED = 1;

    /** Part of a transaction: {@code MULTI}, {@code EXEC} or a command between them. */
    static final int TRANSACTION = 2;

    /** Snapshot: the first command of those that build the value of a key. */
    static final int VALUE_START = 4;

    /** The command's keys lie in different slots. */
    static final int CROSS_SLOT = 8;

    /** The row shows the first bytes only; the whole command is {@link #large()}. */
    static final int LARGE = 16;

    /** The command is about a key of Caravan's own, see {@link ReservedKeys}. */
    static final int RESERVED = 32;

    /** A key of the command behind its first is one of Caravan's own. */
    static final int RESERVED_BEHIND = 64;

    /** Marks that say nothing of how a command is to be sent. */
    private static final int HARMLESS = VALUE_START | LARGE;

    /** The slot of a command without a key. */
    public static final int NO_SLOT = -1;

    private final BatchOrigin origin;
    private byte[] bytes;
    private int used;
    private int[] rows;
    private CommandSpec[] specs;
    private int size;
    private @Nullable LargeCommand large;

    /** What is known of the keys of the large command, if it may have several. */
    private @Nullable LargeKeys largeKeys;

    /** The row that this batch's first one is in the batch that it was taken out of. */
    private int rowBefore;

    CommandBatch(BatchOrigin origin, byte[] bytes, int used, int[] rows, CommandSpec[] specs, int size) {
        this.origin = origin;
        this.bytes = bytes;
        this.used = used;
        this.rows = rows;
        this.specs = specs;
        this.size = size;
    }

    /** Where the batch comes from: shard, phase, offsets, time. */
    public BatchOrigin origin() {
        return origin;
    }

    /** Number of rows, those that were dropped included. */
    public int size() {
        return size;
    }

    /** The array that every row's bytes are slices of; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Number of bytes that the batch holds on to. */
    public int heldBytes() {
        return bytes.length + rows.length * Integer.BYTES + (largeKeys == null ? 0 : largeKeys.heldBytes());
    }

    /** What the command table says of the command in {@code row}. */
    public CommandSpec spec(int row) {
        return specs[row];
    }

    /** Index in {@link #bytes()} of the command's first byte, its {@code *}. */
    public int start(int row) {
        return rows[row * ROW + START];
    }

    /** Length of the command in bytes. */
    public int length(int row) {
        return rows[row * ROW + LENGTH];
    }

    /** The slot of the command's keys, {@link #NO_SLOT} if it has none; of its first key if they differ. */
    public int slot(int row) {
        return rows[row * ROW + SLOT];
    }

    /** Number of the database that the command was run in. */
    public int database(int row) {
        return rows[row * ROW + DATABASE];
    }

    /** Whether a processor has taken the command out; the sink passes over it. */
    public boolean dropped(int row) {
        return has(row, DROPPED);
    }

    /** Whether the command is part of a transaction, its {@code MULTI} and {@code EXEC} included. */
    public boolean inTransaction(int row) {
        return has(row, TRANSACTION);
    }

    /** Snapshot only: whether the command begins the value of its key. */
    public boolean startsValue(int row) {
        return has(row, VALUE_START);
    }

    /**
     * Whether applying the command again is as good as applying it once; {@link CommandSpec#repeatable()} says more. One that
     * is too large for memory is not searched for what makes a difference.
     */
    public boolean isRepeatable(int row) {
        if (specs[row].repeatable() || isLarge(row)) {
            return specs[row].repeatable();
        }
        var scanner = new CommandScanner();
        scanner.scan(bytes, start(row), start(row) + length(row));
        return specs[row].repeatable(scanner);
    }

    /** Whether the command's keys lie in different slots: a cluster will not run it. */
    public boolean crossesSlots(int row) {
        return has(row, CROSS_SLOT);
    }

    /** Whether the command's first key is one that Caravan keeps for itself. */
    public boolean isReserved(int row) {
        return has(row, RESERVED);
    }

    /** Whether any key of the command is one that Caravan keeps for itself. */
    public boolean namesReserved(int row) {
        return has(row, RESERVED | RESERVED_BEHIND);
    }

    /**
     * Whether nothing but its slot says where the command goes, and that it is sent by itself: it has keys, all of one slot
     * and none of Caravan's own, is in no transaction, in database 0, and was not dropped.
     */
    public boolean isPlain(int row) {
        int at = row * ROW;
        return (rows[at + FLAGS] & ~HARMLESS) == 0
                && rows[at + DATABASE] == 0
                && rows[at + SLOT] != NO_SLOT
                && specs[row].scope() == Scope.KEYS;
    }

    /** The replication offset after the command: once it is applied, the stream may be continued from here. */
    public long endOffset(int row) {
        return origin.startOffset() + (rows[row * ROW + END] & 0xffffffffL);
    }

    /** A copy of the command's first key; empty if it has no key. */
    public byte[] key(int row) {
        int start = rows[row * ROW + KEY_START];
        return Arrays.copyOfRange(bytes, start, start + rows[row * ROW + KEY_LENGTH]);
    }

    /** All of the command's keys, each copied; of a large one those that are known, see {@link #knowsAllKeys}. */
    public List<byte[]> keys(int row) {
        if (isLarge(row) && largeKeys != null) {
            return largeKeys.names();
        }
        if (slot(row) == NO_SLOT) {
            return List.of();
        }
        return specs[row].keys().single() ? List.of(key(row)) : command(row).keys();
    }

    /** Whether {@link #keys} are all that the command has: one that is too large for memory may have too many. */
    public boolean knowsAllKeys(int row) {
        return !isLarge(row) || largeKeys == null || largeKeys.all();
    }

    /** Index in {@link #bytes()} of the command's first key. */
    public int keyStart(int row) {
        return rows[row * ROW + KEY_START];
    }

    /** Length in bytes of the command's first key, 0 if it has none. */
    public int keyLength(int row) {
        return rows[row * ROW + KEY_LENGTH];
    }

    /** Number of arguments that the command has, its name included; of a large one too. */
    public int argumentCount(int row) {
        int count = 0;
        for (int at = start(row) + 1; bytes[at] != '\r'; at++) {
            count = count * 10 + bytes[at] - '0';
        }
        return count;
    }

    /** The command in {@code row} as an object of its own. */
    public RedisCommand command(int row) {
        return new RedisCommand(this, row);
    }

    /** A batch of one row, with bytes of its own: what is appended to them does not reach the other rows' batches. */
    CommandBatch only(int row) {
        int[] oneRow = Arrays.copyOfRange(rows, row * ROW, (row + 1) * ROW);
        int start = start(row);
        oneRow[START] = 0;
        oneRow[KEY_START] -= slot(row) == NO_SLOT ? 0 : start;
        byte[] itsBytes = Arrays.copyOfRange(bytes, start, start + length(row));
        var batch = new CommandBatch(origin, itsBytes, itsBytes.length, oneRow, new CommandSpec[] {specs[row]}, 1);
        batch.rowBefore = place(row);
        batch.large = isLarge(row) ? large : null;
        batch.largeKeys = isLarge(row) ? largeKeys : null;
        return batch;
    }

    /** Where the command in {@code row} stands in the batch that the source sent. */
    int place(int row) {
        return rowBefore + row;
    }

    /** Takes the command in {@code row} out. */
    public void drop(int row) {
        rows[row * ROW + FLAGS] |= DROPPED;
    }

    /** Shows each command that was not dropped to {@code editor}, which may drop, replace or precede it. */
    public void edit(Consumer<CommandCursor> editor) {
        var cursor = new CommandCursor(this);
        int rowsBefore = size;
        for (int row = 0; row < rowsBefore; row++) {
            if (!dropped(row)) {
                cursor.moveTo(row);
                editor.accept(cursor);
            }
        }
        cursor.insertPending();
    }

    /**
     * Puts the rows into another order; a row may appear any number of times, or not at all.
     *
     * @param order for each new row the row that it repeats
     * @param single which new rows are in no transaction any more
     */
    public void rearrange(int[] order, BitSet single) {
        int[] newRows = new int[order.length * ROW];
        CommandSpec[] newSpecs = new CommandSpec[order.length];
        for (int row = 0; row < order.length; row++) {
            System.arraycopy(rows, order[row] * ROW, newRows, row * ROW, ROW);
            newSpecs[row] = specs[order[row]];
            if (single.get(row)) {
                newRows[row * ROW + FLAGS] &= ~TRANSACTION;
            }
        }
        rows = newRows;
        specs = newSpecs;
        size = order.length;
    }

    /** Whether the command is {@link #large()}; its row shows its first bytes, up to the first key at least. */
    public boolean isLarge(int row) {
        return has(row, LARGE);
    }

    /** The whole of the batch's only large command, if it has one. */
    public Optional<LargeCommand> large() {
        return Optional.ofNullable(large);
    }

    /** Lets go of what the batch holds outside of memory. Called once the exchange has ended, or the batch is given up. */
    public void release() {
        if (large != null) {
            large.close();
            large = null;
        }
    }

    /** Lets {@code row}, which shows its first bytes, stand for a command too large for memory; all of it is there. */
    void large(int row, LargeCommand command) {
        rows[row * ROW + FLAGS] |= LARGE;
        large = command;
        if (!specs[row].keys().single()) {
            largeKeys(row, LargeKeys.of(command, specs[row].keys()));
        }
    }

    /** Takes over the large command of another batch. */
    void largeOf(CommandBatch other) {
        large = other.large;
        largeKeys = other.largeKeys;
    }

    private void largeKeys(int row, LargeKeys keys) {
        largeKeys = keys;
        if (slot(row) == NO_SLOT && !keys.names().isEmpty()) {
            pointHead(row, appendEncoded(keys.front(), keys.front().length)); // behind a long script, say
        }
        for (byte[] name : keys.names()) {
            rows[row * ROW + FLAGS] |= HashSlot.of(name) == slot(row) ? 0 : CROSS_SLOT;
            rows[row * ROW + FLAGS] |= ReservedKeys.contain(name, 0, name.length) ? RESERVED_BEHIND : 0;
        }
    }

    void rows(int[] newRows, CommandSpec[] newSpecs) {
        rows = newRows;
        specs = newSpecs;
        size = newSpecs.length;
    }

    /** The commands that were not dropped, each as an object of its own. */
    @Override
    public Iterator<RedisCommand> iterator() {
        return new CommandIterator(this);
    }

    @Override
    public String toString() {
        return "CommandBatch[" + size + " commands, " + origin + "]";
    }

    private boolean has(int row, int flag) {
        return (rows[row * ROW + FLAGS] & flag) != 0;
    }

    /** Writes a command behind the other commands' bytes; answers where it begins. */
    int append(byte[]... arguments) {
        var writer = new RespWriter(64);
        writer.command(arguments);
        return appendEncoded(writer.bytes(), writer.length());
    }

    /** As {@link #append}, for a command that is encoded already. */
    int appendEncoded(byte[] command, int length) {
        return appendEncoded(command, 0, length);
    }

    /** As {@link #append}, for a command that stands in {@code source} from {@code from} on. */
    int appendEncoded(byte[] source, int from, int length) {
        int start = used;
        if (bytes.length - used < length) {
            bytes = Arrays.copyOf(bytes, Math.max(used + length, used + (used >> 2)));
        }
        System.arraycopy(source, from, bytes, used, length);
        used += length;
        return start;
    }

    /** Lets go of the bytes that no command refers to any more, if they are more than half. */
    public void compact() {
        if (RowWriter.lengthOf(rows, size) <= used / 2) {
            bytes = RowWriter.compact(rows, size, bytes);
            used = bytes.length;
        }
    }

    /** Lets the command in {@code row} be of another database. */
    void database(int row, int number) {
        rows[row * ROW + DATABASE] = number;
    }

    /** Lets {@code row} stand for the command that was appended at {@code start}. */
    void point(int row, int start) {
        if (isLarge(row)) {
            release();
        }
        point(row, start, TRANSACTION | VALUE_START);
    }

    /** Lets {@code row} show the first bytes of its large command that were appended at {@code start}. */
    void pointHead(int row, int start) {
        point(row, start, TRANSACTION | VALUE_START | LARGE);
    }

    private void point(int row, int start, int keep) {
        var scanner = new CommandScanner();
        scanner.scan(bytes, start, used);
        CommandSpec spec = origin.shard().commands().of(scanner);
        specs[row] = spec;
        RowWriter.describe(rows, row, scanner, spec, rows[row * ROW + FLAGS] & keep);
    }

    /** Puts new rows between the existing ones. */
    void insertRows(Insertions insertions) {
        int[] oldRows = rows;
        CommandSpec[] oldSpecs = specs;
        rows = new int[(size + insertions.size()) * ROW];
        specs = new CommandSpec[size + insertions.size()];
        int inserted = 0;
        for (int row = 0; row <= size; row++) {
            while (inserted < insertions.size() && insertions.get(inserted).before() == row) {
                insertRow(row + inserted, insertions.get(inserted), oldRows, oldSpecs);
                inserted++;
            }
            if (row < size) {
                System.arraycopy(oldRows, row * ROW, rows, (row + inserted) * ROW, ROW);
                specs[row + inserted] = oldSpecs[row];
            }
        }
        size += inserted;
    }

    /** Whether it is put before a {@code MULTI} or behind an {@code EXEC}. */
    private static boolean isOutside(Insertions.Insertion insertion, CommandSpec like) {
        return like.name().equals(insertion.before() == insertion.like() ? "MULTI" : "EXEC");
    }

    private void insertRow(int at, Insertions.Insertion insertion, int[] oldRows, CommandSpec[] oldSpecs) {
        boolean outside = isOutside(insertion, oldSpecs[insertion.like()]);
        rows[at * ROW + DATABASE] = insertion.database();
        rows[at * ROW + FLAGS] = outside ? 0 : oldRows[insertion.like() * ROW + FLAGS] & TRANSACTION;
        rows[at * ROW + END] = insertion.offsetOf() < 0 ? 0 : oldRows[insertion.offsetOf() * ROW + END];
        point(at, insertion.start());
    }
}
