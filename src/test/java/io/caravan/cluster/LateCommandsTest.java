package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import java.util.List;
import org.junit.jupiter.api.Test;

class LateCommandsTest {

    @Test
    void what_prolongs_a_life_and_what_derives_a_value_is_not_applied_late() {
        assertThat(refreshed("SET a 1", "PEXPIREAT a 9", "SUNIONSTORE b c d", "RENAME a b", "DEL a b", "MSET a 1 b 2"))
                .containsExactly(
                        "SET a 1",
                        "CARAVAN.REFRESH a",
                        "CARAVAN.REFRESH b",
                        "CARAVAN.REFRESH a b",
                        "DEL a b",
                        "MSET a 1 b 2");
    }

    @Test
    void what_names_another_database_is_applied() {
        assertThat(refreshed("MOVE a 1", "COPY a b DB 1", "COPY a b"))
                .containsExactly("MOVE a 1", "COPY a b DB 1", "CARAVAN.REFRESH b");
    }

    @Test
    void a_script_is_run_for_it_may_write_keys_that_it_does_not_name() {
        assertThat(refreshed("EVAL script 1 a", "EVALSHA sum 1 a", "EVAL script 0"))
                .containsExactly("EVAL script 1 a", "EVALSHA sum 1 a", "EVAL script 0");
    }

    @Test
    void the_transaction_of_a_script_is_run_with_it() {
        assertThat(refreshed("PEXPIREAT a 9", "MULTI", "PEXPIREAT a 9", "EVAL script 0", "EXEC"))
                .containsExactly("CARAVAN.REFRESH a", "MULTI", "PEXPIREAT a 9", "EVAL script 0", "EXEC");
    }

    private static List<String> refreshed(String... lines) {
        CommandBatch batch = Batches.stream(lines);
        LateCommands.refresh(batch);
        return Batches.texts(batch);
    }
}
