package io.caravan.command;

import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import io.caravan.resp.Typed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes batches of commands as one would type them, for tests. A line {@code [3] SET k v} is of database 3; in a snapshot a
 * line {@code + RPUSH k b} goes on with the value of the line before.
 */
public final class Batches {

    public static final String REPLICATION_ID = "8d5f3c0e9a7b6d4c2e1f0a9b8c7d6e5f4a3b2c1d";

    /** The name of the history of batches that an earlier process may have applied. */
    public static final String LINEAGE = "line";

    private Batches() {}

    /** A batch of the stream, from offset 1000 on. */
    public static CommandBatch stream(String... lines) {
        return stream(new FakeShard(), 0, 1000, lines);
    }

    /** A batch of the stream whose commands the source ran when its clock said so, as far as is known. */
    public static CommandBatch ran(long sourceTimeMillis, boolean late, String... lines) {
        var rows = new Rows(CommandTable.standard());
        for (String line : lines) {
            rows.add(line, false);
        }
        return rows.ran(sourceTimeMillis, late);
    }

    /** As {@link #ran(long, boolean, String...)}, of one command. */
    public static CommandBatch ran(long sourceTimeMillis, boolean late, List<byte[]> arguments) {
        var rows = new Rows(CommandTable.standard());
        rows.add(arguments.toArray(new byte[0][]));
        return rows.ran(sourceTimeMillis, late);
    }

    /** A batch of the stream that has one command, from offset 1000 on. */
    public static CommandBatch stream(List<byte[]> arguments) {
        return stream(new FakeShard(), arguments);
    }

    /** A batch of the stream of {@code shard} that has one command. */
    public static CommandBatch stream(SourceShard shard, List<byte[]> arguments) {
        var rows = new Rows(shard.commands());
        rows.add(arguments.toArray(new byte[0][]));
        return rows.stream(shard, 0, 1000);
    }

    /** A batch of the stream of {@code shard}. */
    public static CommandBatch stream(SourceShard shard, long sequence, long startOffset, String... lines) {
        var rows = new Rows(shard.commands());
        for (String line : lines) {
            rows.add(line, false);
        }
        return rows.stream(shard, sequence, startOffset);
    }

    /** A batch of a snapshot that was taken at offset 1000. */
    public static CommandBatch snapshot(String... lines) {
        return snapshot(new FakeShard(), lines);
    }

    /** A batch of a snapshot of {@code shard} that was taken at offset 1000. */
    public static CommandBatch snapshot(SourceShard shard, String... lines) {
        var rows = new Rows(shard.commands());
        for (String line : lines) {
            rows.add(line, true);
        }
        return rows.builder.build(
                new BatchOrigin(shard, Phase.SNAPSHOT, REPLICATION_ID, 0, 1000, 1000, System.nanoTime()),
                rows.writer.bytes(),
                rows.writer.length());
    }

    /** A batch of the stream that has one command, which lies in {@code large}; {@code head} is its beginning. */
    public static CommandBatch large(SourceShard shard, byte[] head, LargeCommand large, Phase phase) {
        return large(shard, head, large, phase, 0, false);
    }

    /** As {@link #large(SourceShard, byte[], LargeCommand, Phase)}, run at a time by the source's clock. */
    public static CommandBatch large(
            SourceShard shard, byte[] head, LargeCommand large, Phase phase, long sourceTimeMillis, boolean late) {
        long end = phase == Phase.STREAM ? 1000 + large.length() : 1000;
        var scanner = new CommandScanner();
        scanner.scan(head, 0, head.length);
        var origin =
                new BatchOrigin(shard, phase, REPLICATION_ID, 0, 1000, end, System.nanoTime(), sourceTimeMillis, late);
        return BatchBuilder.large(origin, scanner, 0, phase == Phase.SNAPSHOT, large);
    }

    /** A batch of the stream that has one command, of which no more than its first bytes are in memory. */
    public static CommandBatch large(SourceShard shard, Path directory, int headBytes, String line) throws IOException {
        byte[] bytes = Typed.commands(line);
        LargeCommand large = LargeCommand.in(directory);
        large.append(bytes, 0, bytes.length);
        return large(shard, Arrays.copyOf(bytes, headBytes), large, Phase.STREAM);
    }

    /** A batch of the stream that an earlier process may have applied. */
    public static CommandBatch repeated(SourceShard shard, String... lines) {
        return stream(shard, Duration.ZERO, Long.MAX_VALUE, 0, lines);
    }

    /** A batch of the history {@link #LINEAGE}, which an earlier process may have applied up to an offset. */
    public static CommandBatch inLineage(
            SourceShard shard, long sequence, long startOffset, long repeatedUntil, String... lines) {
        var rows = new Rows(shard.commands());
        for (String line : lines) {
            rows.add(line, false);
        }
        long now = System.nanoTime();
        long endOffset = startOffset + rows.writer.length();
        var origin = new BatchOrigin(
                shard,
                Phase.STREAM,
                REPLICATION_ID,
                0,
                sequence,
                startOffset,
                endOffset,
                now,
                0,
                false,
                now,
                repeatedUntil,
                0,
                LINEAGE);
        return rows.builder.build(origin, rows.writer.bytes(), rows.writer.length());
    }

    /** A batch of the stream whose keys may have been lost by the source before. */
    public static CommandBatch onStaleKeys(SourceShard shard, String... lines) {
        return stream(shard, Duration.ZERO, 0, Long.MAX_VALUE, lines);
    }

    /** A batch of the stream whose commands the source ran so long ago. */
    public static CommandBatch ranAgo(SourceShard shard, Duration ago, String... lines) {
        return stream(shard, ago, 0, 0, lines);
    }

    private static CommandBatch stream(
            SourceShard shard, Duration ranAgo, long repeatedUntil, long staleUntil, String... lines) {
        var rows = new Rows(shard.commands());
        for (String line : lines) {
            rows.add(line, false);
        }
        long now = System.nanoTime();
        var origin = new BatchOrigin(
                shard,
                Phase.STREAM,
                REPLICATION_ID,
                0,
                0,
                1000,
                1000 + rows.writer.length(),
                now,
                0,
                false,
                now - ranAgo.toNanos(),
                repeatedUntil,
                staleUntil,
                LINEAGE);
        return rows.builder.build(origin, rows.writer.bytes(), rows.writer.length());
    }

    /** The commands that were not dropped, as one would type them. */
    public static List<String> texts(CommandBatch batch) {
        var texts = new ArrayList<String>();
        batch.forEach(command -> texts.add(command.toString()));
        return texts;
    }

    /** Name and arguments of a command as {@link Typed} takes them. */
    static CommandScanner scanned(String line) {
        byte[] bytes = Typed.commands(line);
        var scanner = new CommandScanner();
        scanner.scan(bytes, 0, bytes.length);
        return scanner;
    }

    private static final class Rows {

        private final RespWriter writer = new RespWriter(64);
        private final BatchBuilder builder = new BatchBuilder();
        private final CommandTable table;

        private Rows(CommandTable table) {
            this.table = table;
        }

        private CommandBatch stream(SourceShard shard, long sequence, long startOffset) {
            long endOffset = startOffset + writer.length();
            var origin = new BatchOrigin(
                    shard, Phase.STREAM, REPLICATION_ID, sequence, startOffset, endOffset, System.nanoTime());
            return builder.build(origin, writer.bytes(), writer.length());
        }

        private CommandBatch ran(long sourceTimeMillis, boolean late) {
            var origin = new BatchOrigin(
                    new FakeShard(),
                    Phase.STREAM,
                    REPLICATION_ID,
                    0,
                    1000,
                    1000 + writer.length(),
                    System.nanoTime(),
                    sourceTimeMillis,
                    late);
            return builder.build(origin, writer.bytes(), writer.length());
        }

        private void add(byte[][] arguments) {
            int start = writer.length();
            writer.command(arguments);
            var scanner = new CommandScanner();
            scanner.scan(writer.bytes(), start, writer.length());
            builder.add(scanner, table.of(scanner), 0, writer.length());
        }

        private void add(String line, boolean snapshot) {
            boolean goesOn = line.startsWith("+ ");
            String rest = goesOn ? line.substring(2) : line;
            int database = 0;
            if (rest.startsWith("[")) {
                int close = rest.indexOf("] ");
                database = Integer.parseInt(rest.substring(1, close));
                rest = rest.substring(close + 2);
            }
            int start = writer.length();
            writer.command(rest.split(" ", -1));
            var scanner = new CommandScanner();
            scanner.scan(writer.bytes(), start, writer.length());
            CommandSpec spec = table.of(scanner);
            if (snapshot) {
                builder.addValue(scanner, spec, database, !goesOn);
            } else {
                builder.add(scanner, spec, database, writer.length());
            }
        }
    }
}
