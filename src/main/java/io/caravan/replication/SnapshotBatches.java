package io.caravan.replication;

import io.caravan.command.BatchBuilder;
import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandSpec;
import io.caravan.command.LargeCommand;
import io.caravan.rdb.ValueCommands;
import io.caravan.resp.Arguments;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Collects the commands made from a snapshot into batches and sends them. The shard's thread owns it.
 *
 * <p>No batch of a snapshot can be resumed behind: the stream may be continued only once the whole snapshot is applied.
 */
final class SnapshotBatches implements ValueCommands {

    private static final int HEAD_BYTES = 64 * 1024;
    private static final int COPY_BELOW = 4;
    private static final byte[] UNLINK = "UNLINK".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REFUSE = "CARAVAN.REFUSE".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESTORE = "RESTORE".getBytes(StandardCharsets.US_ASCII);

    private final Limits limits;
    private final BatchOutlet outlet;
    private final ReplicationPosition position;
    private final Path temporaryFiles;
    private final BatchBuilder builder = new BatchBuilder();
    private final CommandScanner scanner = new CommandScanner();
    private final RespWriter writer;
    private int database;
    private boolean valueStarts;
    private LargeParts large = LargeParts.NONE;

    private record LargeParts(LargeCommand command, ByteArrayOutputStream head) {
        @SuppressWarnings("NullAway") // stands for "no large command is being written" and is never read
        static final LargeParts NONE = new LargeParts(null, null);
    }

    SnapshotBatches(Limits limits, BatchOutlet outlet, ReplicationPosition position, Path temporaryFiles) {
        this.limits = limits;
        this.outlet = outlet;
        this.position = position;
        this.temporaryFiles = temporaryFiles;
        writer = new RespWriter(limits.maxBatchBytes());
    }

    /** The next commands build a value of this database. */
    void beginValue(int valueDatabase) {
        database = valueDatabase;
        valueStarts = true;
    }

    /** For a command to be written straight into the batch; {@link #written} then takes it in. */
    RespWriter writer() {
        return writer;
    }

    /** A command with one key has been written from {@code start} on. */
    void written(CommandSpec spec, int start, int keyStart, int keyLength) throws IOException {
        builder.addValue(writer, spec, start, keyStart, keyLength, database, valueStarts);
        flushIfFull();
    }

    /** A command has been written from {@code start} on. */
    void written(int start) throws IOException {
        scanner.next();
        scanner.scan(writer.bytes(), start, writer.length());
        CommandSpec spec = outlet.commands().of(scanner);
        builder.addValue(scanner, spec, database, valueStarts);
        flushIfFull();
    }

    private void flushIfFull() throws IOException {
        valueStarts = false;
        if (writer.length() >= limits.maxBatchBytes() || builder.size() >= limits.maxBatchCommands()) {
            flush();
        }
    }

    /** The value of {@code key} cannot be brought to the destination, which is to have none of it. */
    void refuse(byte[] key, String reason) throws IOException {
        add(UNLINK, key);
        add(REFUSE, RESTORE, reason.getBytes(StandardCharsets.UTF_8), key);
    }

    /** For a command that is larger than memory; {@link #addLarge} then takes it over. */
    LargeCommand emptyLarge() throws IOException {
        return LargeCommand.in(temporaryFiles);
    }

    /** A command that is larger than memory is complete; its first bytes, up to its key at least, are {@code head}. */
    void addLarge(byte[] head, LargeCommand command) throws IOException {
        try {
            flush();
        } catch (IOException e) {
            command.close();
            throw e;
        }
        Arguments arguments = LargeCommandReader.beginning(head);
        CommandBatch batch = BatchBuilder.large(origin(), arguments, database, valueStarts, command);
        valueStarts = false;
        outlet.send(batch, null);
    }

    /** A command of a few arguments. */
    void add(byte[]... arguments) throws IOException {
        int start = writer.length();
        writer.command(arguments);
        written(start);
    }

    @Override
    public void command(byte[] bytes, int length) throws IOException {
        int start = writer.length();
        writer.raw(bytes, 0, length);
        written(start);
    }

    @Override
    public void beginLarge(byte[] key, long length) throws IOException {
        flush();
        large = new LargeParts(emptyLarge(), new ByteArrayOutputStream());
    }

    @Override
    public void part(byte[] bytes, int from, int length) throws IOException {
        large.command().append(bytes, from, length);
        large.head()
                .write(bytes, from, Math.min(length, HEAD_BYTES - large.head().size()));
    }

    @Override
    public void endLarge() throws IOException {
        LargeParts finished = large;
        large = LargeParts.NONE;
        addLarge(finished.head().toByteArray(), finished.command());
    }

    /** Sends what has been collected. */
    void flush() throws IOException {
        if (builder.size() == 0) {
            return;
        }
        int used = writer.length();
        byte[] bytes;
        if (used < writer.bytes().length / COPY_BELOW) {
            bytes = writer.toByteArray();
            writer.clear();
        } else {
            bytes = writer.detach(limits.maxBatchBytes());
        }
        outlet.send(builder.build(origin(), bytes, used), null);
    }

    /** Gives up a large command that was begun. */
    void abandon() {
        if (large != LargeParts.NONE) {
            large.command().close();
            large = LargeParts.NONE;
        }
    }

    private BatchOrigin origin() {
        return outlet.snapshot(position.replicationId(), position.offset());
    }
}
