package io.caravan.replication;

import io.caravan.command.BatchBuilder;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.Scope;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.MalformedRespException;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Cuts the replication stream into commands and batches. Arguments are not copied: a batch takes over the window that the
 * bytes were received into, unless it is nearly empty.
 *
 * <p>A batch closes when it has enough commands, when the window is full, or when the source has nothing more to say at
 * the moment, but never inside a transaction. What always holds: every byte before {@link #flushed()} has been handed to
 * the outlet or was no command to be applied; a lost link continues behind the last byte received, so that half a command
 * is completed by the next link. Bytes that are no command are not kept: the next link asks for them once more.
 *
 * <p>The shard's thread owns it; only {@link #flushed()} may be read by others.
 */
final class StreamReader {

    private static final CommandSpec MULTI = CommandTable.standard().of("MULTI");
    private static final CommandSpec SELECT = CommandTable.standard().of("SELECT");
    private static final CommandSpec REPLCONF = CommandTable.standard().of("REPLCONF");

    private static final long NOT_DISSOLVED = -1;

    /** Below this share of the window a batch is copied out instead of taking the window over. */
    private static final int COPY_BELOW = 4;

    private final Limits limits;
    private final BatchOutlet outlet;
    private final StreamEvents events;
    private final CommandTable table;
    private final CopiedSlots copies;
    private final CommandScanner scanner = new CommandScanner();
    private final BatchBuilder builder = new BatchBuilder();

    private volatile String replicationId;
    private int database;

    /** Offset after the last complete command. */
    private long offset;

    /** Offset before the first command of the batch being built; {@code window[batchStart]} is its first byte. */
    private long batchOffset;

    /** Offset before a transaction that was taken apart and has not ended yet, and the database selected there. */
    private long dissolvedFrom = NOT_DISSOLVED;

    private int dissolvedDatabase;

    /** What other threads may know: the position behind the last batch. */
    private volatile ReplicationPosition flushed;

    private byte[] window;
    private int batchStart;
    private int next;
    private int limit;

    /** When the bytes before {@link #limit} had arrived. */
    private long arrivedNanos = System.nanoTime();

    /** What the stream says besides commands to be applied; called on the shard's thread. */
    interface StreamEvents {

        /** The source asks how far the stream has been applied ({@code REPLCONF GETACK}). */
        void acknowledgementWanted(long offset);

        /** A transaction is too large to be held, and is applied as single commands. */
        void transactionDissolved(long offset, int bytes);

        /**
         * The stream says that another master gives slots to this one.
         *
         * @param offset behind the command that says so
         * @throws ShardStoppedException if the shard is told to stop meanwhile
         */
        void slotsArrive(BitSet slots, long offset) throws ShardStoppedException;

        /** A command is too large for memory; it goes through a temporary file. */
        LargeCommandReader largeCommand() throws IOException;
    }

    /**
     * @param from where the stream begins
     * @param first bytes of the stream that have been received already
     */
    StreamReader(Limits limits, BatchOutlet outlet, StreamEvents events, ReplicationPosition from, byte[] first) {
        this.limits = limits;
        this.outlet = outlet;
        this.events = events;
        table = outlet.commands();
        copies = outlet.copies();
        replicationId = from.replicationId();
        database = from.database();
        offset = from.offset();
        batchOffset = offset;
        flushed = from;
        window = new byte[Math.max(limits.maxBatchBytes(), first.length * 2)];
        System.arraycopy(first, 0, window, 0, first.length);
        limit = first.length;
    }

    /** The position behind the last byte received: where another link has to go on. */
    ReplicationPosition received() {
        return new ReplicationPosition(replicationId, offset + (limit - next), database);
    }

    /** The position behind the last batch that was sent; any thread. */
    ReplicationPosition flushed() {
        return flushed;
    }

    /** The history goes by a new id from here on; any thread, before bytes behind that point are added to the queue. */
    void renamed(String newReplicationId) {
        replicationId = newReplicationId;
    }

    /**
     * Reads and sends until the source of bytes fails.
     *
     * @throws IOException when it does; call again with the next link's queue
     * @throws MalformedRespException if the bytes are no commands; names the offset
     */
    void run(ReceiveQueue queue) throws IOException {
        while (true) {
            if (scan()) {
                consume();
                continue;
            }
            if (!builder.inTransaction() && (queue.isEmpty() || limit == window.length)) {
                flush();
            }
            if (limit == window.length) {
                makeRoom(queue);
                continue; // commands behind a large one have been received with it
            }
            limit += queue.read(window, limit, window.length - limit);
            arrivedNanos = queue.arrivedNanos();
        }
    }

    private boolean scan() {
        try {
            return scanner.scan(window, next, limit);
        } catch (MalformedRespException e) {
            throw notUnderstood(e);
        }
    }

    private MalformedRespException notUnderstood(MalformedRespException cause) {
        long at = offset + scanner.understood();
        limit = next;
        scanner.next();
        return new MalformedRespException(
                "the replication stream cannot be understood at offset " + at + ": " + cause.getMessage());
    }

    private void consume() throws IOException {
        CommandSpec spec = table.of(scanner);
        if (spec == MULTI && next - batchStart > limits.maxBatchBytes()) {
            flush(); // what came before must not take the room that keeps the transaction together; MULTI is scanned
            // again
            return;
        }
        if (ArrivingSlots.mayBeIn(spec)) {
            arrive(
                    ArrivingSlots.in(spec, scanner),
                    ArrivingSlots.areCopies(spec, scanner),
                    offset + (scanner.end() - next));
        }
        int selected = spec == SELECT ? selectedDatabase() : database;
        offset += scanner.end() - next;
        if (spec.scope() == Scope.CONNECTION) {
            database = selected;
            consumeConnectionCommand(spec);
        } else {
            builder.add(scanner, spec, database, offset - batchOffset);
            if (dissolvedFrom != NOT_DISSOLVED && spec.name().equals("EXEC")) {
                dissolvedFrom = NOT_DISSOLVED;
                builder.dropLast();
            } else if (copies.contains(builder.lastSlot())) {
                builder.dropLast();
            }
        }
        next = scanner.end();
        scanner.next();
        if (builder.size() >= limits.maxBatchCommands() && !builder.inTransaction()) {
            flush();
        }
    }

    private void arrive(BitSet slots, boolean areCopies, long end) throws IOException {
        if (!slots.isEmpty()) {
            if (areCopies) {
                copies.copied(slots);
            } else {
                copies.moved(slots);
            }
            events.slotsArrive(slots, end);
        }
    }

    private void consumeConnectionCommand(CommandSpec spec) {
        if (spec == REPLCONF && scanner.count() > 1 && scanner.is(1, "GETACK")) {
            events.acknowledgementWanted(offset);
        }
    }

    private int selectedDatabase() {
        String number = scanner.count() > 1 ? scanner.text(1) : "";
        if (!number.matches("\\d{1,9}")) {
            throw notUnderstood(new MalformedRespException(
                    "SELECT of '" + MalformedRespException.quote(number) + "', which is no database"));
        }
        return Integer.parseInt(number);
    }

    /** Sends what has been collected. */
    private void flush() throws IOException {
        if (offset == batchOffset) {
            return;
        }
        ReplicationPosition resume = resume();
        if (builder.size() == 0) {
            outlet.passed(resume);
            startBatchHere();
            return;
        }
        CommandBatch batch = buildBatch();
        startBatchHere();
        outlet.send(batch, resume);
    }

    private CommandBatch buildBatch() {
        var origin = outlet.stream(replicationId, batchOffset, offset, arrivedNanos);
        int used = next - batchStart;
        if (used < window.length / COPY_BELOW) {
            builder.shift(-batchStart);
            return builder.build(origin, Arrays.copyOfRange(window, batchStart, next), used);
        }
        CommandBatch batch = builder.build(origin, window, next);
        takeNewWindow(Math.max(limits.maxBatchBytes(), (limit - next) * 2));
        return batch;
    }

    private void takeNewWindow(int size) {
        byte[] fresh = new byte[size];
        System.arraycopy(window, next, fresh, 0, limit - next);
        window = fresh;
        limit -= next;
        next = 0;
    }

    private void startBatchHere() {
        flushed = new ReplicationPosition(replicationId, offset, database);
        batchOffset = offset;
        batchStart = next;
        if (next == limit) {
            next = 0;
            limit = 0;
            batchStart = 0;
        }
    }

    /** The window is full: of half a command, or of a transaction that has not ended. */
    private void makeRoom(ReceiveQueue queue) throws IOException {
        if (batchStart > 0) {
            moveToFront();
            return;
        }
        if (window.length < limits.largeBytes()) {
            window = Arrays.copyOf(window, Math.min(limits.largeBytes(), window.length * 2));
            return;
        }
        if (builder.inTransaction()) {
            dissolveTransaction();
            return;
        }
        readLargeCommand(queue);
    }

    private void moveToFront() {
        System.arraycopy(window, batchStart, window, 0, limit - batchStart);
        builder.shift(-batchStart);
        next -= batchStart;
        limit -= batchStart;
        batchStart = 0;
    }

    /** Until its EXEC has come, a restart has to begin before its MULTI. */
    private void dissolveTransaction() throws IOException {
        dissolvedFrom = batchOffset + builder.transactionStartDelta();
        dissolvedDatabase = builder.transactionDatabase();
        builder.dissolveTransaction();
        events.transactionDissolved(dissolvedFrom, limit - batchStart);
        flush();
    }

    private void readLargeCommand(ReceiveQueue queue) throws IOException {
        LargeCommandReader large = events.largeCommand();
        try {
            large.read(scanner, window, limit, queue);
        } catch (MalformedRespException e) {
            throw notUnderstood(e);
        } finally {
            scanner.next();
            window = large.rest(limits.maxBatchBytes()); // empty if the link broke: the command is asked for once more
            limit = large.restLength();
            next = 0;
        }
        arrivedNanos = queue.arrivedNanos();
        var origin = outlet.stream(replicationId, offset, offset + large.length(), arrivedNanos);
        CommandBatch batch = large.toBatch(origin, database);
        arriveWith(batch);
        if (copies.contains(batch.slot(0))) {
            batch.drop(0);
        }
        offset += large.length();
        startBatchHere();
        outlet.send(batch, resume());
    }

    private void arriveWith(CommandBatch batch) throws IOException {
        try {
            arrive(ArrivingSlots.in(batch), false, batch.endOffset(0));
        } catch (IOException e) {
            batch.release();
            throw e;
        }
    }

    /** Where the stream may be continued once everything so far is applied. */
    private ReplicationPosition resume() {
        return dissolvedFrom == NOT_DISSOLVED
                ? new ReplicationPosition(replicationId, offset, database)
                : new ReplicationPosition(replicationId, dissolvedFrom, dissolvedDatabase);
    }
}
