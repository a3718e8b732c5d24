package io.caravan.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A mark beside a file of checkpoints: the file {@code <checkpoints>.cutover}, with a moment as ISO 8601 has it. */
public final class FileCutoverMark implements CutoverMark {

    private final Path file;

    /** @param checkpoints the file of the checkpoints */
    public FileCutoverMark(Path checkpoints) {
        Path absolute = checkpoints.toAbsolutePath();
        file = absolute.resolveSibling(absolute.getFileName() + ".cutover");
    }

    @Override
    public CompletionStage<Optional<Instant>> read() {
        try {
            return CompletableFuture.completedFuture(Optional.of(RedisCutoverMark.moment(Files.readString(file))));
        } catch (NoSuchFileException e) {
            return CompletableFuture.completedFuture(Optional.empty());
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<Void> set(Instant moment) {
        try {
            Files.writeString(file, moment + "\n");
            return CompletableFuture.completedFuture(null);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<Void> remove() {
        try {
            Files.deleteIfExists(file);
            return CompletableFuture.completedFuture(null);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public String toString() {
        return "file " + file;
    }
}
