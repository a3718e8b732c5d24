package io.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a command table learns from a server's reply to {@code COMMAND}. */
class LearnedCommandsTest {

    private final CommandTable table = CommandTable.standard();

    private final CommandTable learned = table.with(Replies.of(List.of(
            command("bf.add", 1, "write", "denyoom", "module"),
            command("mod.copy", 2, "write", "module"),
            command("ft.create", 0, "write", "module"),
            command("ft.info", 0, "readonly", "module"),
            command("newset", 1, "write"),
            command("newget", 1, "readonly"),
            command("set", 3, "write"),
            command("BF.ADD", 3, "write", "module"))));

    @Test
    void a_command_that_only_the_server_knows_has_its_keys_where_the_server_says() {
        CommandSpec spec = learned.of("MOD.COPY");

        assertThat(spec.known()).isTrue();
        assertThat(spec.knownBy()).isEqualTo(KnownBy.SERVER);
        assertThat(spec.keys().first(Batches.scanned("MOD.COPY x key"))).isEqualTo(2);
        assertThat(spec.scope()).isEqualTo(Scope.KEYS);
        assertThat(spec.write()).isTrue();
    }

    @Test
    void it_is_never_repeated_nor_split_and_no_edition_lists_it() {
        CommandSpec spec = learned.of("BF.ADD");

        assertThat(spec.repeatable()).isFalse();
        assertThat(spec.repeatable(Batches.scanned("BF.ADD a b"))).isFalse();
        assertThat(spec.split()).isEqualTo(Split.NONE);
        assertThat(spec.supportedBy(Edition.COMMUNITY)).isFalse();
        assertThat(spec.supportedBy(Edition.ENHANCED)).isFalse();
    }

    @Test
    void commands_of_modules_are_a_group_of_their_own() {
        assertThat(learned.of("BF.ADD").group()).isEqualTo(CommandGroup.MODULE);
        assertThat(learned.of("NEWSET").group()).isEqualTo(CommandGroup.UNKNOWN);
    }

    @Test
    void what_a_module_writes_without_a_key_is_for_every_master() {
        assertThat(learned.of("FT.CREATE").scope()).isEqualTo(Scope.MASTERS);
        assertThat(learned.of("FT.INFO").scope()).isEqualTo(Scope.ANY);
    }

    @Test
    void the_table_is_right_where_both_know_a_command() {
        assertThat(learned.of("SET")).isSameAs(table.of("SET"));
        assertThat(learned.all()).hasSize(table.all().size() + 5);
    }

    @Test
    void the_first_of_two_descriptions_counts() {
        assertThat(learned.of("BF.ADD").keys().first(Batches.scanned("BF.ADD a b c")))
                .isEqualTo(1);
    }

    @Test
    void a_read_that_no_module_has_brought_cannot_be_in_a_stream() {
        assertThat(learned.of("NEWGET").known()).isFalse();
    }

    @Test
    void other_tables_do_not_learn_it() {
        assertThat(table.of("BF.ADD").known()).isFalse();
        assertThat(CommandTable.standard().of("BF.ADD").known()).isFalse();
    }

    @Test
    void a_table_that_learns_nothing_stays_what_it_is() {
        assertThat(table.with(Replies.of(List.of(command("get", 1, "readonly")))))
                .isSameAs(table);
        assertThat(table.with(Replies.of("NOPERM"))).isSameAs(table);
    }

    @Test
    void a_name_that_can_be_none_is_not_learned() {
        CommandTable same = table.with(Replies.of(List.of(
                command("", 1, "write"),
                command("ü", 1, "write"),
                command("a\nb", 1, "write"),
                command("x".repeat(65), 1, "write"))));

        assertThat(same).isSameAs(table);
    }

    @Test
    void commands_that_a_step_puts_in_mean_what_they_mean_to_their_shard() {
        CommandBatch batch = Batches.stream(new FakeShard().knowing(learned), 0, 1000, "SET a 1");

        batch.edit(command -> command.replace("mod.copy".getBytes(), "x".getBytes(), "key".getBytes()));

        assertThat(batch.spec(0)).isSameAs(learned.of("MOD.COPY"));
        assertThat(batch.slot(0)).isEqualTo(HashSlot.of("key".getBytes()));
    }

    private static List<Object> command(String name, int key, String... flags) {
        return List.of(name, -2, List.of(flags), key, key, 1);
    }
}
