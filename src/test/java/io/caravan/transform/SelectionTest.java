package io.caravan.transform;

import static io.caravan.command.Batches.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.FakeShard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTest {

    private final Selection selection = new Selection();

    @Test
    void without_a_choice_everything_is_selected() {
        assertThat(selected("SET a 1", "[7] DEL b", "PUBLISH n t", "MODULE.CMD x"))
                .containsExactly("SET a 1", "DEL b", "PUBLISH n t", "MODULE.CMD x");
        assertThat(selection.leftOut()).isZero();
    }

    @Test
    void databases_are_selected_by_number() {
        selection.setDatabases("0, 3");

        assertThat(selected("SET a 1", "[1] SET b 1", "[3] SET c 1")).containsExactly("SET a 1", "SET c 1");
        assertThat(selection.leftOut()).isEqualTo(1);
    }

    @Test
    void what_names_databases_does_so_to_the_selected_ones() {
        selection.setDatabases("0");
        selection.setExcludeKeys("tmp");

        assertThat(selected("MOVE a 1", "MOVE tmp 1", "[1] MOVE b 0", "COPY a b DB 1", "FLUSHALL", "SWAPDB 2 3"))
                .containsExactly("UNLINK a", "CARAVAN.REFRESH b", "FLUSHDB");
        assertThat(selection.leftOut()).isEqualTo(3);
    }

    @Test
    void a_swap_with_a_database_that_is_not_selected_is_refused_unless_swaps_are_left_out() {
        selection.setDatabases("0");
        assertThat(selected("SWAPDB 0 1")).singleElement().asString().startsWith("CARAVAN.REFUSE SWAPDB");

        selection.setExcludeCommands("SWAPDB");
        assertThat(selected("SWAPDB 0 1")).isEmpty();
    }

    @Test
    void what_is_no_list_of_numbers_is_refused() {
        assertThatThrownBy(() -> selection.setDatabases("0,one"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'0,one' is no list of database numbers; write databases as 0,1,2");
    }

    @Test
    void keys_are_selected_by_any_of_the_patterns() {
        selection.setIncludeKeys("prefix:user:, order:*:open ,regex:^\\d+$");

        assertThat(selected("SET user:1 a", "SET order:7:open b", "SET order:7:closed c", "SET 42 d", "SET x43 e"))
                .containsExactly("SET user:1 a", "SET order:7:open b", "SET 42 d");
    }

    @Test
    void a_key_that_is_excluded_is_left_out_even_if_it_is_included() {
        selection.setIncludeKeys("user:*");
        selection.setExcludeKeys("*:session");

        assertThat(selected("SET user:1 a", "SET user:1:session b", "SET order c"))
                .containsExactly("SET user:1 a");
    }

    @Test
    void a_comma_within_a_pattern_is_written_behind_a_backslash() {
        selection.setIncludeKeys("prefix:a\\,b,c");

        assertThat(selected("SET a,bc 1", "SET c 2", "SET a 3")).containsExactly("SET a,bc 1", "SET c 2");
    }

    @Test
    void commands_are_selected_by_name_and_group_in_any_case() {
        selection.setIncludeCommands("set, @List");

        assertThat(selected("SET a 1", "RPUSH l x", "HSET h f v", "DEL a")).containsExactly("SET a 1", "RPUSH l x");
    }

    @Test
    void a_command_that_is_excluded_is_left_out_even_if_it_is_included() {
        selection.setIncludeCommands("@string,@generic");
        selection.setExcludeCommands("EXPIRE,@scripting");

        assertThat(selected("SET a 1", "EXPIRE a 10", "DEL a", "EVAL script 0")).containsExactly("SET a 1", "DEL a");
    }

    @Test
    void a_group_that_does_not_exist_is_refused() {
        assertThatThrownBy(() -> selection.setExcludeCommands("@lists"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'lists' is no command group");
    }

    @Test
    void a_snapshot_is_selected_by_database_and_key_but_not_by_command() {
        selection.setDatabases("0");
        selection.setExcludeKeys("tmp:*");
        selection.setIncludeCommands("SET");
        CommandBatch snapshot =
                Batches.snapshot("RESTORE a 0 x", "RESTORE tmp:1 0 x", "[1] RESTORE b 0 x", "RPUSH l e");

        selection.process(snapshot);

        assertThat(texts(snapshot)).containsExactly("RESTORE a 0 x", "RPUSH l e");
    }

    @Test
    void a_transaction_keeps_its_brackets() {
        selection.setIncludeCommands("SET");
        selection.setDatabases("0");

        assertThat(selected("MULTI", "SET a 1", "DEL b", "EXEC", "[1] MULTI", "[1] SET c 1", "[1] EXEC"))
                .containsExactly("MULTI", "SET a 1", "EXEC", "MULTI", "EXEC");
    }

    @Test
    void a_command_without_a_key_is_not_judged_by_keys() {
        selection.setIncludeKeys("user:*");

        assertThat(selected("PUBLISH news text", "FLUSHALL")).containsExactly("PUBLISH news text", "FLUSHALL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEL", "UNLINK"})
    void a_deletion_is_applied_to_the_selected_keys(String command) {
        selection.setExcludeKeys("tmp:*");

        assertThat(selected(command + " a tmp:1 b tmp:2", command + " tmp:1 tmp:2", command + " a b"))
                .containsExactly(command + " a b", command + " a b");
        assertThat(selection.leftOut()).isEqualTo(1);
    }

    @Test
    void an_mset_is_applied_to_the_selected_keys() {
        selection.setExcludeKeys("tmp:*");

        assertThat(selected("MSET tmp:1 x a 1 tmp:2 y b 2")).containsExactly("MSET a 1 b 2");
    }

    @Test
    void of_another_command_on_several_keys_the_selected_ones_are_read_again() {
        selection.setIncludeKeys("user:*");

        assertThat(selected("RENAME user:1 old:1", "RENAME tmp user:2", "SUNIONSTORE user:3 user:4 x", "RENAME a b"))
                .containsExactly("CARAVAN.REFRESH user:1", "CARAVAN.REFRESH user:2", "CARAVAN.REFRESH user:3 user:4");
    }

    @Test
    void a_command_whose_keys_are_all_selected_is_left_as_it_is() {
        selection.setIncludeKeys("user:*");

        assertThat(selected("RENAME user:1 user:2")).containsExactly("RENAME user:1 user:2");
    }

    @Test
    void what_cannot_be_given_to_the_destination_is_of_no_concern_if_its_key_is_left_out() {
        selection.setExcludeKeys("tmp");
        selection.setExcludeCommands("@generic");

        assertThat(selected("CARAVAN.REFUSE RESTORE why tmp", "CARAVAN.REFUSE RESTORE why a"))
                .containsExactly("CARAVAN.REFUSE RESTORE why a");
    }

    @Test
    void keys_to_be_read_again_are_not_judged_by_commands() {
        selection.setIncludeCommands("@set");
        selection.setExcludeCommands("@generic");
        selection.setExcludeKeys("tmp");

        assertThat(selected("CARAVAN.REFRESH a tmp")).containsExactly("CARAVAN.REFRESH a");
    }

    @Test
    void what_was_set_can_be_read() {
        selection.setDatabases("1");
        selection.setIncludeKeys("a*");
        selection.setExcludeKeys("b*");
        selection.setIncludeCommands("SET");
        selection.setExcludeCommands("@list");

        assertThat(List.of(
                        selection.getDatabases(),
                        selection.getIncludeKeys(),
                        selection.getExcludeKeys(),
                        selection.getIncludeCommands(),
                        selection.getExcludeCommands()))
                .containsExactly("1", "a*", "b*", "SET", "@list");
    }

    @Test
    void of_a_command_too_large_for_memory_the_keys_behind_a_long_value_count_too() throws IOException {
        selection.setExcludeKeys("prefix:no:");
        String value = "x".repeat(1000);

        assertThat(selectedOfLarge("MSET no:1 " + value + " yes:1 v yes:2 " + value))
                .singleElement()
                .asString()
                .startsWith("CARAVAN.REFUSE MSET \"it is too large for memory")
                .endsWith(" no:1");
        assertThat(selectedOfLarge("DEL no:1 no:" + value + " yes:1 no:2")).containsExactly("DEL yes:1");
        assertThat(selectedOfLarge("EVAL return 2 no:1 yes:1 " + value)).containsExactly("CARAVAN.REFRESH yes:1");
        assertThat(selectedOfLarge("MSET no:1 " + value + " no:2 " + value)).isEmpty();
    }

    @Test
    void a_command_too_large_for_memory_passes_whole_if_all_of_its_keys_are_selected() throws IOException {
        selection.setIncludeKeys("prefix:yes:");
        CommandBatch batch = large("MSET yes:1 " + "x".repeat(1000) + " yes:2 v");

        selection.process(batch);

        assertThat(batch.isLarge(0)).isTrue();
        assertThat(batch.dropped(0)).isFalse();
    }

    @Test
    void a_command_with_too_many_keys_to_look_at_them_all_is_refused() throws IOException {
        selection.setExcludeKeys("prefix:no:");

        assertThat(selectedOfLarge("DEL" + " yes:1".repeat(200_000)))
                .singleElement()
                .asString()
                .startsWith("CARAVAN.REFUSE DEL \"it is too large for memory");
    }

    @TempDir
    Path temporaryFiles;

    private List<String> selectedOfLarge(String line) throws IOException {
        CommandBatch batch = large(line);
        selection.process(batch);
        return texts(batch);
    }

    private CommandBatch large(String line) throws IOException {
        return Batches.large(new FakeShard(), temporaryFiles, 100, line);
    }

    private List<String> selected(String... lines) {
        CommandBatch batch = Batches.stream(lines);
        selection.process(batch);
        return texts(batch);
    }
}
