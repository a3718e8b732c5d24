package io.caravan.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCutoverMarkTest {

    private static final Instant MOMENT = Instant.parse("2026-11-26T20:15:30.123Z");

    @TempDir
    private Path folder;

    @Test
    void a_mark_is_there_until_it_is_removed() {
        CutoverMark mark = new FileCutoverMark(folder.resolve("checkpoints"));
        assertThat(read(mark)).isEmpty();

        mark.set(MOMENT).toCompletableFuture().join();
        assertThat(read(new FileCutoverMark(folder.resolve("checkpoints")))).contains(MOMENT);
        mark.remove().toCompletableFuture().join();

        assertThat(read(mark)).isEmpty();
    }

    @Test
    void a_mark_that_cannot_be_read_is_one() throws Exception {
        Files.writeString(folder.resolve("checkpoints.cutover"), "yesterday");

        assertThat(read(new FileCutoverMark(folder.resolve("checkpoints")))).contains(Instant.EPOCH);
    }

    private static Optional<Instant> read(CutoverMark mark) {
        return mark.read().toCompletableFuture().join();
    }
}
