package io.caravan.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Databases 0 and 1 are selected. */
class SelectedDatabasesTest {

    private final Selection selection = new Selection();

    @BeforeEach
    void select() {
        selection.setDatabases("0,1");
    }

    @Test
    void within_the_selection_every_command_is_as_it_is() {
        assertThat(selected("[0] MOVE a 1", "[1] COPY a b DB 0", "[1] COPY a b", "[5] SWAPDB 1 0"))
                .containsExactly("0: MOVE a 1", "1: COPY a b DB 0", "1: COPY a b", "5: SWAPDB 1 0");
    }

    @Test
    void outside_of_it_none_is_applied() {
        assertThat(selected("[2] MOVE a 3", "[3] COPY a b DB 2", "[3] COPY a b", "[0] SWAPDB 2 3", "[3] FLUSHDB"))
                .isEmpty();
        assertThat(selection.leftOut()).isEqualTo(5);
    }

    @Test
    void a_key_that_is_moved_out_is_removed_and_one_that_is_moved_in_is_read_again() {
        assertThat(selected("[1] MOVE out 2", "[2] MOVE in 0"))
                .containsExactly("1: UNLINK out", "0: CARAVAN.REFRESH in");
    }

    @Test
    void a_copy_from_outside_is_read_again_and_one_to_outside_is_left_out() {
        assertThat(selected("[2] COPY a in DB 1 REPLACE", "[0] COPY a out DB 2"))
                .containsExactly("1: CARAVAN.REFRESH in");
    }

    @Test
    void a_swap_with_a_database_outside_is_refused_with_what_to_do() {
        CommandBatch batch = Batches.stream("[0] SWAPDB 7 1");

        selection.process(batch);

        assertThat(new String(batch.bytes(), batch.start(0), batch.length(0), StandardCharsets.UTF_8))
                .contains("CARAVAN.REFUSE", "SWAPDB")
                .contains("swaps databases 7 and 1, of which not both are synchronized");
    }

    @Test
    void a_flush_of_all_empties_the_selected_ones_whatever_the_client_had_selected() {
        assertThat(selected("[7] FLUSHALL ASYNC", "[0] FLUSHALL"))
                .containsExactly("0: FLUSHDB ASYNC", "1: FLUSHDB ASYNC", "0: FLUSHDB", "1: FLUSHDB");
    }

    @Test
    void what_is_of_the_server_passes_from_every_database() {
        assertThat(selected("[7] PUBLISH channel text", "[7] FUNCTION FLUSH", "[7] SCRIPT LOAD x"))
                .hasSize(3);
    }

    @Test
    void a_key_that_comes_in_has_to_be_selected_too() {
        selection.setIncludeKeys("user:*");

        assertThat(selected("[2] MOVE user:1 0", "[2] MOVE other 0")).containsExactly("0: CARAVAN.REFRESH user:1");
    }

    @Test
    void what_the_source_cannot_have_run_is_taken_for_one_of_its_database() {
        assertThat(selected("[0] MOVE a", "[0] SWAPDB x y", "[2] MOVE a x"))
                .containsExactly("0: MOVE a", "0: SWAPDB x y");
    }

    private List<String> selected(String... lines) {
        CommandBatch batch = Batches.stream(lines);
        selection.process(batch);
        List<String> texts = new ArrayList<>();
        batch.forEach(command -> texts.add(command.database() + ": " + command));
        return texts;
    }
}
