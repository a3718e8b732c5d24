package io.caravan.command;

import static io.caravan.command.Batches.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class CommandCursorTest {

    @Test
    void a_cursor_tells_what_the_command_is() {
        CommandBatch batch = Batches.stream("[2] HSET foo f v");

        batch.edit(command -> {
            assertThat(command.spec().name()).isEqualTo("HSET");
            assertThat(command.key()).isEqualTo(bytes("foo"));
            assertThat(command.slot()).isEqualTo(12182);
            assertThat(command.database()).isEqualTo(2);
            assertThat(command.endOffset()).isEqualTo(batch.endOffset(0));
            assertThat(command.arguments().text(2)).isEqualTo("f");
            assertThat(command.inTransaction()).isFalse();
            assertThat(command.startsValue()).isFalse();
            assertThat(command.origin()).isSameAs(batch.origin());
        });
    }

    @Test
    void a_command_without_a_key_has_none() {
        Batches.stream("PUBLISH n t").edit(command -> assertThat(command.key()).isNull());
    }

    @Test
    void a_dropped_command_is_not_shown_again() {
        CommandBatch batch = Batches.stream("SET a 1", "SET b 2", "SET c 3");
        batch.edit(command -> {
            if (command.arguments().is(1, "B")) {
                command.drop();
            }
        });

        assertThat(shown(batch)).containsExactly("SET a", "SET c");
        assertThat(batch.dropped(1)).isTrue();
    }

    @Test
    void a_replaced_command_has_a_new_meaning_key_and_slot() {
        CommandBatch batch = Batches.stream("SET a 1", "GETSET foo x", "SET c 3");

        batch.edit(command -> {
            if (command.spec().name().equals("GETSET")) {
                command.replace(bytes("del"), bytes("bar"), bytes("foo"));
                assertThat(command.arguments().text(1)).isEqualTo("bar");
            }
        });

        assertThat(texts(batch)).containsExactly("SET a 1", "del bar foo", "SET c 3");
        assertThat(batch.spec(1).name()).isEqualTo("DEL");
        assertThat(batch.slot(1)).isEqualTo(5061);
        assertThat(batch.crossesSlots(1)).isTrue();
    }

    @Test
    void a_replaced_command_keeps_its_offset_database_and_transaction() {
        CommandBatch batch = Batches.stream("MULTI", "[4] SET a 1", "EXEC");
        long offset = batch.endOffset(1);

        batch.edit(command -> {
            if (command.spec().name().equals("SET")) {
                command.replace(bytes("DEL"), bytes("a"));
            }
        });

        assertThat(batch.endOffset(1)).isEqualTo(offset);
        assertThat(batch.database(1)).isEqualTo(4);
        assertThat(batch.inTransaction(1)).isTrue();
    }

    @Test
    void a_command_that_no_longer_crosses_slots_says_so() {
        CommandBatch batch = Batches.stream("DEL foo bar");

        batch.edit(command -> command.replace(bytes("DEL"), bytes("foo")));

        assertThat(batch.crossesSlots(0)).isFalse();
    }

    @Test
    void several_commands_can_be_put_before_one_in_their_order() {
        CommandBatch batch = Batches.stream("SET a 1", "SET b 2");

        batch.edit(command -> {
            if (command.arguments().is(1, "B")) {
                command.insertBefore(bytes("UNLINK"), bytes("x"));
                command.insertBefore(bytes("UNLINK"), bytes("y"));
            }
        });

        assertThat(texts(batch)).containsExactly("SET a 1", "UNLINK x", "UNLINK y", "SET b 2");
    }

    @Test
    void a_command_can_be_put_before_the_first_and_before_each() {
        CommandBatch batch = Batches.stream("SET a 1", "SET b 2");

        batch.edit(command -> command.insertBefore(bytes("UNLINK"), command.key()));

        assertThat(texts(batch)).containsExactly("UNLINK a", "SET a 1", "UNLINK b", "SET b 2");
    }

    @Test
    void an_inserted_command_is_not_shown_in_the_same_round() {
        CommandBatch batch = Batches.stream("SET a 1", "SET b 2");
        var seen = new ArrayList<String>();

        batch.edit(command -> {
            seen.add(command.arguments().text(0));
            command.insertBefore(bytes("UNLINK"), bytes("x"));
        });

        assertThat(seen).containsExactly("SET", "SET");
        assertThat(shown(batch)).containsExactly("UNLINK x", "SET a", "UNLINK x", "SET b");
    }

    @Test
    void an_inserted_command_has_the_offset_before_its_follower_and_its_database() {
        CommandBatch batch = Batches.stream("SET a 1", "[7] SET b 2");
        long behindFirst = batch.endOffset(0);

        batch.edit(command -> command.insertBefore(bytes("UNLINK"), command.key()));

        assertThat(batch.endOffset(0)).as("before the first").isEqualTo(1000);
        assertThat(batch.endOffset(1)).isEqualTo(behindFirst);
        assertThat(batch.endOffset(2)).isEqualTo(behindFirst);
        assertThat(batch.endOffset(3)).isEqualTo(batch.origin().endOffset());
        assertThat(batch.database(2)).isEqualTo(7);
    }

    @Test
    void a_command_inserted_into_a_transaction_is_part_of_it() {
        CommandBatch batch = Batches.stream("MULTI", "SET a 1", "EXEC");

        batch.edit(command -> {
            if (command.spec().name().equals("SET")) {
                command.insertBefore(bytes("UNLINK"), bytes("a"));
            }
        });

        assertThat(texts(batch)).containsExactly("MULTI", "UNLINK a", "SET a 1", "EXEC");
        assertThat(List.of(0, 1, 2, 3)).allMatch(batch::inTransaction);
    }

    @Test
    void a_command_inserted_before_a_transaction_is_not_part_of_it() {
        CommandBatch batch = Batches.stream("MULTI", "SET a 1", "EXEC");

        batch.edit(command -> {
            if (command.spec().name().equals("MULTI")) {
                command.insertBefore(bytes("UNLINK"), bytes("b"));
            }
        });

        assertThat(texts(batch)).containsExactly("UNLINK b", "MULTI", "SET a 1", "EXEC");
        assertThat(batch.inTransaction(0)).isFalse();
    }

    @Test
    void a_command_can_be_preceded_and_then_replaced_or_dropped() {
        CommandBatch batch = Batches.stream("SET a 1", "SET b 2");

        batch.edit(command -> {
            command.insertBefore(bytes("UNLINK"), bytes("x"));
            if (command.arguments().is(1, "A")) {
                command.replace(bytes("DEL"), bytes("a"));
            } else {
                command.drop();
            }
        });

        assertThat(texts(batch)).containsExactly("UNLINK x", "DEL a", "UNLINK x");
    }

    @Test
    void keys_to_be_read_again_take_the_place_of_the_command() {
        CommandBatch batch = Batches.stream("RENAME foo bar");
        long offset = batch.endOffset(0);

        batch.edit(command -> command.refresh(List.of(bytes("bar"))));

        assertThat(texts(batch)).containsExactly("CARAVAN.REFRESH bar");
        assertThat(batch.spec(0).scope()).isEqualTo(Scope.REFRESH);
        assertThat(batch.slot(0)).isEqualTo(5061);
        assertThat(batch.endOffset(0)).isEqualTo(offset);
    }

    @Test
    void what_cannot_be_given_to_the_destination_keeps_its_key_and_says_what_it_was_and_why() {
        CommandBatch batch = Batches.stream("[3] RESTORE foo 0 payload", "FUNCTION LOAD code");
        long offset = batch.endOffset(0);

        batch.edit(command -> command.refuse("too new"));

        assertThat(texts(batch))
                .containsExactly("CARAVAN.REFUSE RESTORE \"too new\" foo", "CARAVAN.REFUSE FUNCTION \"too new\"");
        assertThat(batch.spec(0).scope()).isEqualTo(Scope.REFUSE);
        assertThat(batch.key(0)).isEqualTo(bytes("foo"));
        assertThat(batch.database(0)).isEqualTo(3);
        assertThat(batch.endOffset(0)).isEqualTo(offset);
        assertThat(batch.slot(1)).isEqualTo(CommandBatch.NO_SLOT);
    }

    @RepeatedTest(30)
    void any_edits_leave_the_commands_that_a_list_would_hold(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        var random = new Random(seed);
        String[] lines = new String[1 + random.nextInt(40)];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = "SET key:" + random.nextInt(5) + " " + "v".repeat(random.nextInt(30));
        }
        CommandBatch batch = Batches.stream(lines);
        List<String> expected = new ArrayList<>(List.of(lines));

        for (int round = 0; round < 4; round++) {
            expected = editedAtRandom(batch, expected, random);
        }

        assertThat(texts(batch))
                .as("seed %d", seed)
                .isEqualTo(expected.stream().map(CommandCursorTest::typed).toList());
        for (int row = 1; row < batch.size(); row++) {
            assertThat(batch.endOffset(row))
                    .as("seed %d, row %d", seed, row)
                    .isGreaterThanOrEqualTo(batch.endOffset(row - 1));
        }
    }

    /** Edits batch and list in the same way. */
    private static List<String> editedAtRandom(CommandBatch batch, List<String> before, Random random) {
        var after = new ArrayList<String>();
        var commands = before.iterator();
        batch.edit(command -> {
            String line = commands.next();
            for (int inserts = random.nextInt(6) - 3; inserts > 0; inserts--) {
                command.insertBefore(bytes("DEL"), bytes("inserted" + inserts));
                after.add("DEL inserted" + inserts);
            }
            switch (random.nextInt(4)) {
                case 0 -> command.drop();
                case 1 -> {
                    command.replace(bytes("APPEND"), command.key(), bytes("r" + after.size()));
                    after.add("APPEND " + line.split(" ")[1] + " r" + (after.size()));
                }
                default -> after.add(line);
            }
        });
        return after;
    }

    /** A command as its {@code toString} shows it. */
    private static String typed(String line) {
        return line.endsWith(" ") ? line + "\"\"" : line;
    }

    private static List<String> shown(CommandBatch batch) {
        var shown = new ArrayList<String>();
        batch.edit(command -> shown.add(
                command.arguments().text(0) + " " + command.arguments().text(1)));
        return shown;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
