package io.caravan.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCheckpointStoreTest {

    @TempDir
    Path directory;

    private Path file;
    private FileCheckpointStore store;

    @BeforeEach
    void open() {
        file = directory.resolve("state/orders.checkpoint");
        store = new FileCheckpointStore(file);
    }

    @Test
    void a_store_that_was_never_written_to_holds_nothing() throws IOException {
        assertThat(store.load("orders")).isEmpty();
    }

    @Test
    void a_saved_checkpoint_is_found_by_another_process() throws IOException {
        Checkpoint checkpoint = checkpoint("shard-1", 100);

        store.save(checkpoint, 0).toCompletableFuture().join();

        assertThat(new FileCheckpointStore(file).load("orders")).containsExactly(checkpoint);
    }

    @Test
    void each_shard_has_its_own_latest_checkpoint() throws IOException {
        save(checkpoint("shard-1", 100));
        save(checkpoint("shard-2", 200));
        save(checkpoint("shard-1", 150));

        assertThat(store.load("orders")).containsExactly(checkpoint("shard-1", 150), checkpoint("shard-2", 200));
    }

    @Test
    void the_file_is_a_line_for_each_shard() throws IOException {
        save(checkpoint("shard-1", 100));
        save(checkpoint("shard-2", 200));

        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "shard-1 " + checkpoint("shard-1", 100).encode(),
                        "shard-2 " + checkpoint("shard-2", 200).encode());
    }

    @Test
    void nothing_but_the_file_is_left() throws IOException {
        save(checkpoint("shard-1", 100));

        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void half_a_file_that_a_crash_left_behind_is_written_over() throws IOException {
        save(checkpoint("shard-1", 100));
        Files.writeString(file.resolveSibling("orders.checkpoint.new"), "shard-1 version=1 app");

        assertThat(store.load("orders")).containsExactly(checkpoint("shard-1", 100));
        save(checkpoint("shard-1", 200));

        assertThat(store.load("orders")).containsExactly(checkpoint("shard-1", 200));
    }

    @Test
    void a_damaged_file_is_not_taken_for_an_empty_one() throws IOException {
        save(checkpoint("shard-1", 100));
        Files.writeString(file, "shard-1 version=1 applied=1");

        assertThatThrownBy(() -> store.load("orders"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("remove the file to begin with a snapshot");
    }

    @Test
    void a_file_of_something_else_is_not_taken_for_an_empty_one() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "garbage\n");

        assertThatThrownBy(() -> store.load("orders")).isInstanceOf(IOException.class);
    }

    @Test
    void a_checkpoint_that_cannot_be_written_fails_its_stage() throws IOException {
        Files.createDirectories(file); // a directory stands where the file should be
        Files.writeString(file.resolve("occupied"), "");

        var saving = store.save(checkpoint("shard-1", 100), 0).toCompletableFuture();

        assertThat(saving).isCompletedExceptionally();
    }

    private void save(Checkpoint checkpoint) {
        store.save(checkpoint, 0).toCompletableFuture().join();
    }

    private static Checkpoint checkpoint(String shard, long applied) {
        return new Checkpoint(
                "orders",
                shard,
                "10.0.0.1:7000",
                "8d5f3c0e",
                applied,
                applied,
                Phase.STREAM,
                0,
                "0-16383",
                Checkpoint.Sweep.NEVER,
                List.of(),
                "",
                1);
    }
}
