package io.caravan.replication;

import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.rdb.CorruptRdbException;
import io.caravan.rdb.DecodeTarget;
import io.caravan.rdb.DumpPayload;
import io.caravan.rdb.RdbInput;
import io.caravan.rdb.RdbReader;
import io.caravan.rdb.RdbType;
import io.caravan.rdb.StringHeader;
import io.caravan.rdb.UnsupportedValueException;
import io.caravan.rdb.ValueDecoder;
import io.caravan.rdb.ValueSkipper;
import io.caravan.rdb.ValueTooLargeException;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Turns a snapshot into commands while it arrives: each value into {@code RESTORE … REPLACE} with the bytes it has in the
 * snapshot, or {@code SET} if it is a string whose bytes are there as they are, a value too large to be held into several
 * commands (or a {@link LargeValue}, if it is a module's), scripts and functions into the commands that load them.
 *
 * <p>The shard's thread owns it; made for one snapshot.
 */
final class SnapshotReader {

    private static final byte[] RESTORE = ascii("RESTORE");
    private static final CommandSpec RESTORE_COMMAND = CommandTable.standard().of("RESTORE");
    private static final byte[] SET = ascii("SET");
    private static final CommandSpec SET_COMMAND = CommandTable.standard().of("SET");
    private static final byte[] PXAT = ascii("PXAT");
    private static final byte[] REPLACE = ascii("REPLACE");
    private static final byte[] ABSTTL = ascii("ABSTTL");
    private static final byte[] IDLETIME = ascii("IDLETIME");
    private static final byte[] FREQ = ascii("FREQ");

    private final SnapshotSource source;
    private final SnapshotBatches batches;
    private final ShardCounters counters;
    private final RdbInput in;
    private final RdbReader reader;
    private final ValueSkipper skipper;
    private final ValueDecoder decoder;
    private final LargeValue largeValues;
    private final byte[] footer = new byte[DumpPayload.FOOTER_LENGTH];
    private long keys;
    private int streamDatabase;
    private volatile SnapshotProgress progress = SnapshotProgress.NONE;

    /**
     * @param source the snapshot, at its first byte
     * @param largeBytes a value of more bytes is not held
     * @param target what the destination takes of the commands that such a value is decoded into
     */
    SnapshotReader(
            SnapshotSource source,
            SnapshotBatches batches,
            ShardCounters counters,
            int largeBytes,
            DecodeTarget target) {
        this.source = source;
        this.batches = batches;
        this.counters = counters;
        in = new RdbInput(source, largeBytes);
        reader = new RdbReader(in);
        skipper = new ValueSkipper(in);
        decoder = new ValueDecoder(in, target);
        largeValues = new LargeValue(in, batches, LargeValue.LONGEST_PAYLOAD);
    }

    /** How far it has come; any thread. */
    SnapshotProgress progress() {
        return progress;
    }

    /** The database that is selected in the stream behind the snapshot. */
    int streamDatabase() {
        return streamDatabase;
    }

    /**
     * Reads the snapshot to its end and sends it.
     *
     * @return bytes of the stream behind it that were received already
     * @throws IOException if the link fails, or the snapshot is damaged
     */
    byte[] run() throws IOException {
        try {
            reader.readHeader();
            while (true) {
                switch (reader.next()) {
                    case KEY -> readValue();
                    case AUX -> readProperty();
                    case FUNCTION -> load(ascii("FUNCTION"), ascii("LOAD"), REPLACE, reader.auxValue());
                    case END -> {
                        batches.flush();
                        byte[] rest = source.close(in);
                        report();
                        return rest;
                    }
                }
            }
        } finally {
            batches.abandon();
        }
    }

    private void readValue() throws IOException {
        batches.beginValue(reader.database());
        if (skipsWhole()) {
            int header = isUsed() ? 0 : plainStringHeader();
            if (header > 0) {
                addSet(header);
            } else {
                addRestore();
            }
            in.unmark();
        } else {
            in.reset();
            readInPieces();
        }
        keys++;
        counters.snapshotKey();
        if (keys % 1000 == 0) {
            report();
        }
    }

    private void readInPieces() throws IOException {
        if (reader.type() == RdbType.MODULE_2) {
            counters.largeCommand();
            largeValues.forward(reader);
            return;
        }
        try {
            decoder.decode(reader.type(), reader.key(), reader.expireAtMillis(), batches);
        } catch (UnsupportedValueException e) {
            batches.refuse(reader.key(), String.valueOf(e.getMessage()));
        }
    }

    /** Passes over the value if it can be held; leaves the mark at its beginning either way. */
    private boolean skipsWhole() throws IOException {
        in.mark();
        try {
            skipper.skipValue(reader.type());
            return true;
        } catch (ValueTooLargeException e) {
            return false;
        }
    }

    /** Length of what stands before the bytes of a string that are there as they are; 0 for any other value. */
    private int plainStringHeader() {
        return reader.type() == RdbType.STRING ? StringHeader.lengthOfPlain(in.window()[in.marked()]) : 0;
    }

    /** Whether the source tells how long ago, or how often, the key was used; only RESTORE can set that. */
    private boolean isUsed() {
        return reader.idleSeconds() != RdbReader.NOT_TOLD || reader.frequency() != RdbReader.NOT_TOLD;
    }

    /**
     * {@code SET <key> <value> [PXAT <milliseconds since 1970>]}: for a string it does what RESTORE does, and costs the
     * destination a fifth less.
     */
    private void addSet(int header) throws IOException {
        boolean expires = reader.expireAtMillis() != RdbReader.NO_EXPIRY;
        RespWriter writer = batches.writer();
        int start = writer.length();
        writer.array(expires ? 5 : 3).bulk(SET);
        int key = addKey(writer);
        int value = in.marked() + header;
        writer.bulk(in.window(), value, in.position() - value);
        if (expires) {
            writer.bulk(PXAT).bulk(reader.expireAtMillis());
        }
        batches.written(SET_COMMAND, start, key, reader.key().length);
    }

    /** Answers where the key's bytes begin. */
    private int addKey(RespWriter writer) {
        byte[] key = reader.key();
        writer.bulk(key);
        return writer.length() - 2 - key.length;
    }

    /** {@code RESTORE <key> <milliseconds since 1970, or 0> <payload> REPLACE [ABSTTL] [IDLETIME s | FREQ n]}. */
    private void addRestore() throws IOException {
        boolean expires = reader.expireAtMillis() != RdbReader.NO_EXPIRY;
        boolean idle = reader.idleSeconds() != RdbReader.NOT_TOLD;
        boolean used = isUsed();
        RespWriter writer = batches.writer();
        int start = writer.length();
        writer.array(5 + (expires ? 1 : 0) + (used ? 2 : 0)).bulk(RESTORE);
        int key = addKey(writer);
        writer.bulk(expires ? Math.max(1, reader.expireAtMillis()) : 0);
        addPayload(writer);
        writer.bulk(REPLACE);
        if (expires) {
            writer.bulk(ABSTTL);
        }
        if (used) {
            writer.bulk(idle ? IDLETIME : FREQ).bulk(idle ? reader.idleSeconds() : reader.frequency());
        }
        batches.written(RESTORE_COMMAND, start, key, reader.key().length);
    }

    private void addPayload(RespWriter writer) {
        int start = in.marked();
        int length = in.position() - start;
        long checksum = DumpPayload.checksum(in.checksumFromMark(reader.type()), reader.version());
        DumpPayload.writeFooter(footer, 0, reader.version(), checksum);
        writer.bulkHeader(DumpPayload.lengthOf(length))
                .raw(reader.type())
                .raw(in.window(), start, length)
                .raw(footer, 0, footer.length)
                .endOfLine();
    }

    private void readProperty() throws IOException {
        switch (reader.auxName()) {
            case "repl-stream-db" -> streamDatabase = database(reader.auxValue());
            case "lua" -> load(ascii("SCRIPT"), ascii("LOAD"), reader.auxValue());
            default -> {
                // describes the source, not its data
            }
        }
    }

    private int database(byte[] number) throws CorruptRdbException {
        var text = new String(number, StandardCharsets.US_ASCII);
        if (!text.matches("\\d{1,9}")) {
            throw in.corrupt("database '" + MalformedRespException.quote(number) + "' of the stream (repl-stream-db)");
        }
        return Integer.parseInt(text);
    }

    private void load(byte[]... arguments) throws IOException {
        batches.beginValue(0);
        int start = batches.writer().length();
        batches.writer().command(arguments);
        batches.written(start);
    }

    private void report() {
        progress = new SnapshotProgress(keys, reader.announcedKeys(), in.offset(), source.length());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
