package io.caravan.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.FakeShard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnKeysTest {

    @TempDir
    private Path temporaryFiles;

    @Test
    void what_is_of_own_keys_alone_is_left_out_within_transactions_too() {
        assertThat(leftIn("SET caravan:a 1", "MULTI", "SET a 1", "SET caravan:b 1", "EXEC", "DEL caravan:a caravan:b"))
                .containsExactly("MULTI", "SET a 1", "EXEC");
    }

    @Test
    void other_keys_are_removed_without_own_ones_wherever_those_stand() {
        assertThat(leftIn("DEL a caravan:b c", "UNLINK caravan:a b")).containsExactly("DEL a c", "UNLINK b");
    }

    @Test
    void what_else_names_both_has_the_others_read_again() {
        assertThat(leftIn("RENAME a caravan:b", "MSET caravan:a 1 b 2 c 3", "CARAVAN.REFRESH a caravan:b"))
                .containsExactly("CARAVAN.REFRESH a", "CARAVAN.REFRESH b c", "CARAVAN.REFRESH a");
    }

    @Test
    void an_own_key_behind_the_first_bytes_of_a_large_command_is_found() throws IOException {
        CommandBatch batch =
                Batches.large(new FakeShard(), temporaryFiles, 100, "DEL a " + "b".repeat(1000) + " caravan:c d");

        OwnKeys.leaveOut(batch);

        assertThat(batch.keys(0)).extracting(key -> new String(key, UTF_8)).containsExactly("a", "b".repeat(1000), "d");
    }

    private static List<String> leftIn(String... lines) {
        CommandBatch batch = Batches.stream(lines);
        OwnKeys.leaveOut(batch);
        return Batches.texts(batch);
    }
}
