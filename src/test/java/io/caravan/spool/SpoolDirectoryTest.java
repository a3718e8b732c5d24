package io.caravan.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolDirectoryTest {

    private static final long MEGABYTE = 1024 * 1024;
    private static final Path LOCKS = Path.of("/proc/locks");

    @TempDir
    Path folder;

    @Test
    void each_shard_has_a_folder_and_an_equal_part_of_the_limit() throws IOException {
        try (SpoolDirectory directory = open("sync", "10.0.0.1:7000", "10.0.0.2:7000")) {
            Spool spool = directory.spoolOf("10.0.0.2:7000");

            assertThat(spool.folder()).isEqualTo(folder.resolve("task-sync/shard-10.0.0.2%3A7000"));
            assertThat(spool.limitBytes()).isEqualTo(5 * MEGABYTE);
        }
    }

    @Test
    void no_name_leads_out_of_the_folder() throws IOException {
        try (SpoolDirectory directory = open("../..", "..")) {
            assertThat(directory.spoolOf("..").folder().normalize()).isEqualTo(folder.resolve("task-..%2F../shard-.."));
        }
    }

    @Test
    void only_the_owner_may_open_the_folder() throws IOException {
        try (SpoolDirectory directory = open("sync", "a:1")) {
            Path shard = directory.spoolOf("a:1").folder();

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shard)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void a_folder_that_is_used_cannot_be_used_by_another() throws IOException {
        try (SpoolDirectory first = open("sync", "a:1")) {
            assertThatThrownBy(() -> open("sync", "a:1"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(folder.resolve("task-sync").toString())
                    .hasMessageContaining("another task or process uses it")
                    .hasMessageContaining("spoolDirectory");
            open("other", "a:1").close();
            assertThat(first.spoolOf("a:1").isEmpty()).isTrue();
        }

        open("sync", "a:1").close();
    }

    @Test
    void whoever_is_refused_does_not_unlock_it() throws IOException {
        assumeThat(LOCKS).exists();
        try (SpoolDirectory first = open("sync", "a:1")) {
            assertThatThrownBy(() -> open("sync", "a:1")).isInstanceOf(IOException.class);

            assertThat(isLocked()).isTrue();
            assertThat(first.spoolOf("a:1").isEmpty()).isTrue();
        }
        assertThat(isLocked()).isFalse();
    }

    /** The system's list says so; of its own locks a process does not learn otherwise. */
    private boolean isLocked() throws IOException {
        Object inode = Files.getAttribute(folder.resolve("task-sync/lock"), "unix:ino");
        return Files.readString(LOCKS).contains(":" + inode + " ");
    }

    @Test
    void what_belongs_to_no_shard_any_more_is_removed() throws IOException {
        try (SpoolDirectory directory = open("sync", "a:1", "b:1")) {
            append(directory.spoolOf("a:1"));
            append(directory.spoolOf("b:1"));
        }

        try (SpoolDirectory directory = open("sync", "b:1")) {
            assertThat(folder.resolve("task-sync/shard-a%3A1")).doesNotExist();
            assertThat(directory.spoolOf("b:1").isEmpty()).isFalse();
        }
    }

    @Test
    void a_folder_that_cannot_be_made_says_what_to_do() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> SpoolDirectory.open(new SpoolPlace(file, "sync", MEGABYTE), List.of("a:1")))
                .hasMessageContaining("spool folder " + file)
                .hasMessageContaining("set spoolDirectory");
    }

    @Test
    void a_limit_that_is_none_is_refused() {
        assertThatThrownBy(() -> new SpoolPlace(folder, "sync", 1000)).hasMessageContaining("spoolBytes");
    }

    private SpoolDirectory open(String task, String... shards) throws IOException {
        return SpoolDirectory.open(new SpoolPlace(folder, task, 10 * MEGABYTE), List.of(shards));
    }

    private static void append(Spool spool) throws IOException {
        spool.append(0, "a".repeat(40), 0, List.of(ByteBuffer.wrap(new byte[10])));
        spool.close();
    }
}
