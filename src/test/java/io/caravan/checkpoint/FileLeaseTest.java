package io.caravan.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLeaseTest {

    private static final Duration TIME = Duration.ofSeconds(15);
    private static final Path LOCKS = Path.of("/proc/locks");

    private final LeaseHolder first = new LeaseHolder("1-1", "10.0.0.1", "", 4711, 1);
    private final LeaseHolder second = new LeaseHolder("2-2", "10.0.0.1", "", 4712, 1);

    @TempDir
    private Path folder;

    @Test
    void it_is_taken_and_then_kept() {
        FileLease lease = lease();

        assertThat(hold(lease, first)).isEqualTo(LeaseAnswer.TAKEN);
        assertThat(hold(lease, first)).isEqualTo(LeaseAnswer.KEPT);
        release(lease, first);
    }

    @Test
    void another_route_of_the_process_is_told_who_has_it_and_takes_nothing_away() throws Exception {
        FileLease lease = lease();
        hold(lease, first);

        assertThat(hold(lease(), second)).isEqualTo(LeaseAnswer.anothers(first));
        assertThat(hold(new FileLease(folder.resolve("other/../checkpoints")), second))
                .as("by another name")
                .isEqualTo(LeaseAnswer.anothers(first));

        boolean listed = Files.exists(LOCKS);
        boolean stillLocked = listed && isLocked();
        release(lease, first);
        assumeThat(listed).isTrue();
        assertThat(stillLocked).as("the system's lock is still there").isTrue();
        assertThat(isLocked()).isFalse();
    }

    @Test
    void a_task_that_was_given_up_is_free() {
        FileLease lease = lease();
        hold(lease, first);
        release(lease, first);

        FileLease next = lease();
        assertThat(hold(next, second)).isEqualTo(LeaseAnswer.TAKEN);
        release(next, second);
    }

    @Test
    void what_cannot_be_made_is_not_held() throws Exception {
        Files.createDirectory(folder.resolve("checkpoints.lock"));
        FileLease lease = lease();

        assertThat(lease.hold(first, TIME).toCompletableFuture()).isCompletedExceptionally();
        Files.delete(folder.resolve("checkpoints.lock"));

        assertThat(hold(lease, first)).isEqualTo(LeaseAnswer.TAKEN);
        release(lease, first);
    }

    /** The system's list says so; of its own locks a process does not learn otherwise. */
    private boolean isLocked() throws Exception {
        Object inode = Files.getAttribute(folder.resolve("checkpoints.lock"), "unix:ino");
        return Files.readString(LOCKS).contains(":" + inode + " ");
    }

    private FileLease lease() {
        return new FileLease(folder.resolve("checkpoints"));
    }

    private static LeaseAnswer hold(FileLease lease, LeaseHolder me) {
        return lease.hold(me, TIME).toCompletableFuture().join();
    }

    private static void release(FileLease lease, LeaseHolder me) {
        lease.release(me).toCompletableFuture().join();
    }
}
