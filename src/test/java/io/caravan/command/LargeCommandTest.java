package io.caravan.command;

import static io.caravan.command.Batches.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.resp.Typed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LargeCommandTest {

    private static final byte[] HEAD = Typed.bytes("*3\r\n$5\r\nRPUSH\r\n$3\r\nfoo\r\n$1000\r\nxxxx");

    @TempDir
    Path directory;

    private LargeCommand large;

    @BeforeEach
    void write() throws IOException {
        large = LargeCommand.in(directory.resolve("made/when/missing"));
        large.append(HEAD, 0, HEAD.length - 4);
        byte[] rest = Typed.bytes("..." + "x".repeat(1000) + "\r\n...");
        large.append(rest, 3, 1002);
    }

    @Test
    void what_was_written_can_be_read_from_anywhere_again_and_again() throws IOException {
        byte[] all = Typed.join(HEAD, Typed.bytes("x".repeat(996) + "\r\n"));

        assertThat(large.length()).isEqualTo(all.length);
        for (int from : new int[] {0, 1, 30, all.length - 1, 0}) {
            var target = ByteBuffer.allocate(7);
            int count = large.read(target, from);
            assertThat(count).isEqualTo(Math.min(7, all.length - from));
            assertThat(target.array()).startsWith(Arrays.copyOfRange(all, from, from + count));
        }
    }

    @Test
    void what_was_put_before_it_is_read_before_it() throws IOException {
        byte[] front = Typed.bytes("front, ");
        byte[] all = Typed.join(front, HEAD, Typed.bytes("x".repeat(996) + "\r\n"));

        large.beginWith(front);

        assertThat(large.length()).isEqualTo(all.length);
        for (int from = 0; from <= all.length; from++) {
            var target = ByteBuffer.allocate(10);
            int count = large.read(target, from);
            assertThat(count).isEqualTo(Math.min(10, all.length - from));
            assertThat(Arrays.copyOf(target.array(), count)).isEqualTo(Arrays.copyOfRange(all, from, from + count));
        }
    }

    @Test
    void behind_the_end_nothing_is_read() throws IOException {
        assertThat(large.read(ByteBuffer.allocate(10), large.length())).isZero();
    }

    @Test
    void the_file_is_let_go_of_once_the_batch_is_released() {
        CommandBatch batch = batch(Phase.STREAM);

        batch.release();

        assertThatThrownBy(() -> large.read(ByteBuffer.allocate(1), 0)).isInstanceOf(ClosedChannelException.class);
        assertThat(batch.large()).isEmpty();
        batch.release(); // does no harm
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_process_that_dies_leaves_no_file_behind() throws IOException {
        assertThat(large.length()).isPositive();
        assertThat(files()).as("unlinked while it is open").isEmpty();
    }

    @Test
    void the_row_of_a_large_command_tells_its_key_and_meaning() {
        CommandBatch batch = batch(Phase.STREAM);

        assertThat(batch.isLarge(0)).isTrue();
        assertThat(batch.spec(0).name()).isEqualTo("RPUSH");
        assertThat(batch.key(0)).isEqualTo("foo".getBytes(UTF_8));
        assertThat(batch.slot(0)).isEqualTo(12182);
        assertThat(batch.large()).contains(large);
        assertThat(batch.endOffset(0)).isEqualTo(1000 + large.length());
    }

    @Test
    void only_in_a_snapshot_a_large_command_can_start_a_value() {
        assertThat(batch(Phase.SNAPSHOT).startsValue(0)).isTrue();
        assertThat(batch(Phase.STREAM).startsValue(0)).isFalse();
    }

    @Test
    void a_large_command_can_be_preceded_by_another() {
        CommandBatch batch = batch(Phase.SNAPSHOT);

        batch.edit(command -> command.insertBefore("UNLINK".getBytes(UTF_8), command.key()));

        assertThat(batch.size()).isEqualTo(2);
        assertThat(batch.isLarge(0)).isFalse();
        assertThat(batch.command(0)).hasToString("UNLINK foo");
        assertThat(batch.isLarge(1)).isTrue();
        assertThat(batch.large()).contains(large);
    }

    @Test
    void a_large_command_that_is_replaced_lets_go_of_its_file() {
        CommandBatch batch = batch(Phase.STREAM);

        batch.edit(command -> command.refresh(List.of(command.key())));

        assertThat(batch.isLarge(0)).isFalse();
        assertThat(texts(batch)).containsExactly("CARAVAN.REFRESH foo");
        assertThatThrownBy(() -> large.read(ByteBuffer.allocate(1), 0)).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void a_large_command_stays_large_when_it_is_alone() {
        CommandBatch alone = batch(Phase.STREAM).command(0).alone();

        assertThat(alone.isLarge(0)).isTrue();
        assertThat(alone.large()).contains(large);
        assertThat(alone.key(0)).isEqualTo("foo".getBytes(UTF_8));
    }

    @Test
    void the_arguments_of_a_large_command_cannot_be_had() {
        RedisCommand command = batch(Phase.STREAM).command(0);

        assertThatThrownBy(command::arguments)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "RPUSH of key 'foo' is too large for one message; hand the batch on instead of splitting it");
    }

    @Test
    void all_of_its_keys_are_known_wherever_they_stand_and_when_its_file_is_gone() throws IOException {
        String value = "x".repeat(9000);

        CommandBatch pairs = batch("MSET {a}1 " + value + " {a}2 v {a}3 " + value);
        CommandBatch counted = batch("EVAL script 2 {a}1 {a}2 " + value);
        CommandBatch sorted = batch("SORT {a}1 BY " + value + " STORE {a}2");
        pairs.release();

        assertThat(keys(pairs)).containsExactly("{a}1", "{a}2", "{a}3");
        assertThat(keys(counted)).containsExactly("{a}1", "{a}2");
        assertThat(keys(sorted)).containsExactly("{a}1", "{a}2");
        assertThat(List.of(pairs, counted, sorted)).allMatch(batch -> batch.knowsAllKeys(0) && !batch.crossesSlots(0));
    }

    @Test
    void keys_behind_its_first_bytes_count_for_its_slots() throws IOException {
        CommandBatch batch = batch("MSET foo " + "x".repeat(9000) + " bar 1");

        assertThat(batch.crossesSlots(0)).isTrue();
        assertThat(batch.isPlain(0)).isFalse();
    }

    @Test
    void a_first_key_behind_its_first_bytes_is_found() throws IOException {
        CommandBatch batch = batch("EVAL " + "-".repeat(9000) + " 1 foo");

        assertThat(batch.key(0)).asString().isEqualTo("foo");
        assertThat(batch.slot(0)).isEqualTo(12182);
        assertThat(batch.isPlain(0)).isTrue();
    }

    @Test
    void of_too_many_keys_it_is_known_that_they_are_not_all_known() throws IOException {
        CommandBatch counted = batch("EVAL script 1 foo" + " x".repeat(150_000));
        CommandBatch listed = batch("DEL" + " foo".repeat(150_000));

        assertThat(counted.knowsAllKeys(0)).isTrue();
        assertThat(listed.knowsAllKeys(0)).isFalse();
        assertThat(listed.keys(0)).hasSize(99_999);
    }

    private CommandBatch batch(String line) throws IOException {
        return Batches.large(new FakeShard(), directory, 100, line);
    }

    private static List<String> keys(CommandBatch batch) {
        return batch.keys(0).stream().map(key -> new String(key, UTF_8)).toList();
    }

    private CommandBatch batch(Phase phase) {
        return Batches.large(new FakeShard(), HEAD.clone(), large, phase);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
