package io.caravan.replication;

import static io.caravan.command.Batches.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.command.BatchBuilder;
import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.Databases;
import io.caravan.command.FakeShard;
import io.caravan.command.HashSlot;
import io.caravan.command.LargeCommand;
import io.caravan.resp.Typed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseMappingTest {

    @TempDir
    private Path temporaryFiles;

    private final ShardCounters counters = new ShardCounters();
    private final DatabaseMapping mapping = new DatabaseMapping(Databases.parse("0,1=one:"), "10.0.0.1:7000", counters);

    @Test
    void what_is_left_out_is_counted() {
        CommandBatch batch = Batches.stream("SET a 1", "[1] SET a 1", "[2] SET a 1", "[3] MOVE a 2", "MULTI", "EXEC");

        mapping.apply(batch);

        assertThat(texts(batch)).containsExactly("SET a 1", "SET one:a 1", "MULTI", "EXEC");
        assertThat(counters.ofOtherDatabases()).isEqualTo(2);
    }

    @Test
    void a_batch_without_anything_to_do_keeps_its_bytes() {
        CommandBatch batch = Batches.stream("SET a 1", "PUBLISH c m");
        byte[] bytes = batch.bytes();

        mapping.apply(batch);

        assertThat(batch.bytes()).isSameAs(bytes);
        assertThat(batch.size()).isEqualTo(2);
    }

    @Test
    void bytes_that_nothing_refers_to_are_let_go_of() {
        CommandBatch batch = Batches.stream(
                "[1] SET a 1",
                "[2] SET a " + "x".repeat(100),
                "[2] SET b " + "x".repeat(100),
                "SET c 1",
                "[1] RENAME a b");

        mapping.apply(batch);

        assertThat(batch.bytes()).hasSizeLessThan(120);
        assertThat(texts(batch)).containsExactly("SET one:a 1", "SET c 1", "RENAME one:a one:b");
        assertThat(new String(batch.key(3), UTF_8)).isEqualTo("c");
        assertThat(new String(batch.key(4), UTF_8)).isEqualTo("one:a");
        assertThat(batch.key(2)).as("the key of a command that was taken out").isEmpty();
    }

    @Test
    void a_key_that_collides_is_warned_of_once_and_counted() {
        try (var log = CapturedLog.of(DatabaseMapping.class.getName())) {
            mapping.apply(Batches.stream("SET one:a 1", "[1] SET a 1", "SET one:b 1", "PUBLISH one:c m"));

            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("key 'one:a' of database 0 begins with the prefix of another database");
        }
        assertThat(counters.prefixCollisions()).isEqualTo(2);
    }

    @Test
    void a_command_too_large_for_memory_gets_a_new_key_before_what_is_in_its_file() throws IOException {
        CommandBatch batch = large("*3\r\n$6\r\nAPPEND\r\n$3\r\nfoo\r\n$1000\r\n" + "x".repeat(1000) + "\r\n", "");

        mapping.apply(batch);

        assertThat(written(batch))
                .isEqualTo("*3\r\n$6\r\nAPPEND\r\n$7\r\none:foo\r\n$1000\r\n" + "x".repeat(1000) + "\r\n");
        assertThat(new String(batch.key(0), UTF_8)).isEqualTo("one:foo");
        assertThat(batch.slot(0)).isEqualTo(HashSlot.of("one:foo".getBytes(UTF_8)));
        assertThat(batch.database(0)).isZero();
        assertThat(batch.argumentCount(0)).isEqualTo(3);
        assertThat(batch.isLarge(0)).isTrue();
        batch.release();
    }

    @Test
    void so_does_a_large_value_whose_beginning_is_in_memory() throws IOException {
        CommandBatch batch = large("xyz\r\n$7\r\nREPLACE\r\n", "*5\r\n$7\r\nRESTORE\r\n$1\r\nk\r\n$1\r\n0\r\n$3\r\n");

        mapping.apply(batch);

        assertThat(written(batch))
                .isEqualTo("*5\r\n$7\r\nRESTORE\r\n$5\r\none:k\r\n$1\r\n0\r\n$3\r\nxyz\r\n$7\r\nREPLACE\r\n");
        batch.release();
    }

    @Test
    void a_large_command_that_may_have_several_keys_is_refused_and_says_what_to_do() throws IOException {
        CommandBatch batch = large("*3\r\n$4\r\nMSET\r\n$3\r\nfoo\r\n$1000\r\n" + "x".repeat(1000) + "\r\n", "");

        mapping.apply(batch);

        assertThat(batch.command(0).arguments().stream().map(argument -> new String(argument, UTF_8)))
                .containsExactly(
                        "CARAVAN.REFUSE",
                        "MSET",
                        "it is too large for memory and may have several keys, which are to get the prefix of database 1"
                                + " (databases); raise memoryLimit",
                        "foo");
        assertThat(batch.large()).as("its file").isEmpty();
    }

    /** A command of database 1. */
    private CommandBatch large(String file, String front) throws IOException {
        LargeCommand command = LargeCommand.in(temporaryFiles);
        byte[] bytes = Typed.bytes(file);
        command.append(bytes, 0, bytes.length);
        if (!front.isEmpty()) {
            command.beginWith(Typed.bytes(front));
        }
        String head = (front + file).substring(0, Math.min(100, front.length() + file.length()));
        var shard = new FakeShard();
        var origin = new BatchOutlet(
                        shard,
                        new DeliveryWindow(1, 1, () -> {}),
                        (batch, delivery) -> {},
                        counters,
                        new SourceClock(),
                        new Ceiling(null))
                .stream("id", 0, command.length(), 0);
        return BatchBuilder.large(origin, LargeCommandReader.beginning(Typed.bytes(head)), 1, false, command);
    }

    private static String written(CommandBatch batch) throws IOException {
        LargeCommand command = batch.large().orElseThrow();
        var target = ByteBuffer.allocate((int) command.length());
        assertThat(command.read(target, 0)).isEqualTo(target.capacity());
        var inPieces = ByteBuffer.allocate((int) command.length());
        for (int from = 0; from < command.length(); from += 7) {
            var piece = ByteBuffer.allocate(7);
            command.read(piece, from);
            inPieces.put(piece.flip());
        }
        assertThat(inPieces.array()).isEqualTo(target.array());
        return new String(target.array(), UTF_8);
    }
}
