package io.caravan.command;

import static io.caravan.command.Batches.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class CommandBatchTest {

    @Test
    void a_row_tells_key_slot_database_and_meaning_of_its_command() {
        CommandBatch batch = Batches.stream("SET foo 1", "[3] ZADD bar 1 m", "PUBLISH news text");

        assertThat(batch.size()).isEqualTo(3);
        assertThat(batch.spec(0).name()).isEqualTo("SET");
        assertThat(batch.key(0)).isEqualTo("foo".getBytes(UTF_8));
        assertThat(batch.slot(0)).isEqualTo(12182);
        assertThat(batch.database(0)).isZero();
        assertThat(batch.key(1)).isEqualTo("bar".getBytes(UTF_8));
        assertThat(batch.slot(1)).isEqualTo(5061);
        assertThat(batch.database(1)).isEqualTo(3);
        assertThat(batch.slot(2)).isEqualTo(CommandBatch.NO_SLOT);
        assertThat(batch.key(2)).isEmpty();
    }

    @Test
    void a_key_may_be_empty() {
        CommandBatch batch = Batches.stream("SET  value");

        assertThat(batch.slot(0)).isZero();
        assertThat(batch.keyLength(0)).isZero();
        assertThat(batch.key(0)).isEmpty();
    }

    @Test
    void rows_are_slices_that_lie_one_behind_the_other() {
        CommandBatch batch = Batches.stream("SET a 1", "DEL b c", "PUBLISH n t");

        int expected = 0;
        for (int row = 0; row < batch.size(); row++) {
            assertThat(batch.start(row)).isEqualTo(expected);
            assertThat(batch.bytes()[expected]).isEqualTo((byte) '*');
            expected += batch.length(row);
        }
        assertThat(expected)
                .isEqualTo(batch.origin().endOffset() - batch.origin().startOffset());
    }

    @Test
    void the_offset_after_each_command_is_known() {
        CommandBatch batch = Batches.stream("SET a 1", "DEL b");

        assertThat(batch.endOffset(0)).isEqualTo(1000 + batch.length(0));
        assertThat(batch.endOffset(1))
                .isEqualTo(1000 + batch.length(0) + batch.length(1))
                .isEqualTo(batch.origin().endOffset());
    }

    @Test
    void an_offset_more_than_two_gigabytes_behind_the_start_is_exact() {
        var builder = new BatchBuilder();
        var command = Batches.scanned("SET a 1");
        builder.add(command, CommandTable.standard().of("SET"), 0, 3_000_000_000L);

        CommandBatch batch = builder.build(Batches.stream("DEL x").origin(), command.bytes(), command.bytes().length);

        assertThat(batch.endOffset(0)).isEqualTo(1000 + 3_000_000_000L);
    }

    @Test
    void keys_in_different_slots_are_noticed() {
        CommandBatch batch =
                Batches.stream("RENAME foo bar", "RENAME {foo}a {foo}b", "MSET foo 1 foo 2 bar 3", "DEL foo");

        assertThat(batch.crossesSlots(0)).isTrue();
        assertThat(batch.crossesSlots(1)).isFalse();
        assertThat(batch.crossesSlots(2)).isTrue();
        assertThat(batch.crossesSlots(3)).isFalse();
    }

    @Test
    void a_transaction_reaches_from_multi_to_exec() {
        CommandBatch batch = Batches.stream("SET a 1", "MULTI", "SET a 2", "SET b 3", "EXEC", "SET c 4");

        assertThat(List.of(0, 1, 2, 3, 4, 5).stream().map(batch::inTransaction))
                .containsExactly(false, true, true, true, true, false);
    }

    @Test
    void of_a_snapshot_only_the_first_command_of_a_value_starts_it() {
        CommandBatch batch = Batches.snapshot("RPUSH list a", "+ RPUSH list b", "SET key v");

        assertThat(batch.startsValue(0)).isTrue();
        assertThat(batch.startsValue(1)).isFalse();
        assertThat(batch.startsValue(2)).isTrue();
    }

    @Test
    void iteration_gives_each_command_that_was_not_dropped() {
        CommandBatch batch = Batches.stream("SET a 1", "SET b 2", "SET c 3", "SET d 4");
        batch.edit(command -> {
            if (List.of("a", "c", "d").contains(new String(command.key(), UTF_8))) {
                command.drop();
            }
        });

        assertThat(texts(batch)).containsExactly("SET b 2");
    }

    @Test
    void an_iterator_at_its_end_has_nothing_more() {
        Iterator<RedisCommand> commands = Batches.stream("SET a 1").iterator();
        commands.next();

        assertThat(commands.hasNext()).isFalse();
        assertThatThrownBy(commands::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void a_batch_whose_commands_were_all_dropped_has_nothing_to_iterate() {
        CommandBatch batch = Batches.stream("SET a 1", "SET b 2");
        batch.edit(CommandCursor::drop);

        assertThat(batch).isEmpty();
        assertThat(batch.size()).isEqualTo(2);
    }

    @Test
    void a_batch_names_its_size_and_origin() {
        assertThat(Batches.stream(new FakeShard("10.0.0.7:6379"), 12, 500, "PUBLISH a b"))
                .hasToString("CommandBatch[1 commands, 10.0.0.7:6379 STREAM #12, offsets 500 to 531]");
    }

    @Test
    void held_bytes_count_the_array_and_the_rows() {
        CommandBatch batch = Batches.stream("SET a 1", "SET b 2");

        assertThat(batch.heldBytes()).isEqualTo(batch.bytes().length + 2 * 8 * 4);
    }

    @Test
    void a_command_of_its_own_has_bytes_of_its_own() {
        CommandBatch batch = Batches.stream("SET a 1", "SET b 2");
        CommandBatch first = batch.command(0).alone();
        CommandBatch second = batch.command(1).alone();

        first.edit(command -> command.replace(bytes("SET"), bytes("first"), bytes("changed")));
        second.edit(command -> command.replace(bytes("SET"), bytes("second"), bytes("changed too")));

        assertThat(texts(first)).containsExactly("SET first changed");
        assertThat(texts(second)).containsExactly("SET second \"changed too\"");
        assertThat(texts(batch)).containsExactly("SET a 1", "SET b 2");
    }

    @Test
    void a_command_of_its_own_keeps_its_place_database_and_offset() {
        CommandBatch batch = Batches.stream("PUBLISH n t", "[5] SET foo 1", "PUBLISH n t");

        CommandBatch alone = batch.command(1).alone();

        RedisCommand command = alone.iterator().next();
        assertThat(command.row()).isEqualTo(1);
        assertThat(command.database()).isEqualTo(5);
        assertThat(command.endOffset()).isEqualTo(batch.endOffset(1));
        assertThat(alone.key(0)).isEqualTo(bytes("foo"));
        assertThat(batch.command(2).alone().key(0)).isEmpty();
        assertThat(alone.origin()).isSameAs(batch.origin());
    }

    @Test
    void rows_stay_readable_when_the_builders_bytes_were_moved() {
        var builder = new BatchBuilder();
        byte[] window = new byte[100];
        var lines = new ArrayList<String>(List.of("SET foo 1", "PUBLISH n t"));
        int at = 30;
        for (String line : lines) {
            var scanner = Batches.scanned(line);
            System.arraycopy(scanner.bytes(), 0, window, at, scanner.bytes().length);
            scanner.scan(window, at, window.length);
            builder.add(scanner, CommandTable.standard().of(scanner), 0, 0);
            at = scanner.end();
        }

        builder.shift(-30);
        byte[] moved = Arrays.copyOfRange(window, 30, at);
        CommandBatch batch = builder.build(Batches.stream("DEL x").origin(), moved, moved.length);

        assertThat(texts(batch)).containsExactlyElementsOf(lines);
        assertThat(batch.key(0)).isEqualTo(bytes("foo"));
        assertThat(batch.key(1)).as("a command without a key").isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
