package io.caravan.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A lease beside a file of checkpoints: a locked file {@code <checkpoints>.lock}, which the system unlocks when the process
 * ends, however that is.
 */
public final class FileLease implements Lease {

    private final Path file;
    private @Nullable FileChannel channel;
    private @Nullable FileLock lock;

    /** @param checkpoints the file of the checkpoints */
    public FileLease(Path checkpoints) {
        Path absolute = checkpoints.toAbsolutePath();
        file = absolute.resolveSibling(absolute.getFileName() + ".lock");
    }

    @Override
    public synchronized CompletionStage<Optional<LeaseHolder>> hold(LeaseHolder me, Duration time) {
        try {
            return CompletableFuture.completedFuture(lock != null || take(me) ? Optional.empty() : holder());
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private boolean take(LeaseHolder me) throws IOException {
        Path directory = file.getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        FileChannel opened = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock taken = tryLock(opened);
        if (taken == null) {
            opened.close();
            return false;
        }
        opened.truncate(0);
        opened.write(ByteBuffer.wrap(me.encode().getBytes(StandardCharsets.UTF_8)));
        channel = opened;
        lock = taken;
        return true;
    }

    private static @Nullable FileLock tryLock(FileChannel opened) throws IOException {
        try {
            return opened.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // by another route of this process
        }
    }

    private Optional<LeaseHolder> holder() throws IOException {
        return Optional.of(LeaseHolder.decode(Files.readString(file)));
    }

    @Override
    public synchronized CompletionStage<Void> release(LeaseHolder me) {
        try {
            if (channel != null) {
                channel.close(); // unlocks
            }
            channel = null;
            lock = null;
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
