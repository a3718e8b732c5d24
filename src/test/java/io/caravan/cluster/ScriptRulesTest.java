package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.FakeShard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptRulesTest {

    @TempDir
    private Path temporaryFiles;

    @Test
    void the_keys_of_scripts_are_read_again_and_nothing_else_is_touched() {
        assertThat(refreshed(Batches.stream("SET a 1", "EVAL script 2 a b x", "EVALSHA sum 1 c", "DEL a")))
                .containsExactly("SET a 1", "CARAVAN.REFRESH a b", "CARAVAN.REFRESH c", "DEL a");
    }

    @Test
    void a_script_that_names_no_keys_is_refused() {
        assertThat(refreshed(Batches.stream("EVAL script 0 x")))
                .singleElement()
                .asString()
                .startsWith("CARAVAN.REFUSE EVAL \"the script names no keys");
    }

    @Test
    void a_script_too_large_for_memory_is_not_run_either() throws IOException {
        String large = "-".repeat(1000);

        assertThat(refreshed(large("EVAL script 2 a b " + large))).containsExactly("CARAVAN.REFRESH a b");
        assertThat(refreshed(large("EVAL " + large + " 2 a b"))).containsExactly("CARAVAN.REFRESH a b");
        assertThat(refreshed(large("EVAL " + large + " 0")))
                .singleElement()
                .asString()
                .startsWith("CARAVAN.REFUSE EVAL \"the script names no keys");
    }

    private CommandBatch large(String line) throws IOException {
        return Batches.large(new FakeShard(), temporaryFiles, 100, line);
    }

    private static List<String> refreshed(CommandBatch batch) {
        ScriptRules.refresh(batch);
        return Batches.texts(batch);
    }
}
