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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A lease beside a file of checkpoints: a locked file {@code <checkpoints>.lock}, which the system unlocks when the process
 * ends, however that is. A process that stands still keeps it, so nobody else has it meanwhile.
 *
 * <p>A file that this process has locked is never opened a second time: where one of its channels is closed, the system may give up
 * the lock of another ({@link FileLock}).
 */
public final class FileLease implements Lease {

    /** Who has which file, of the routes of this process. */
    private static final Map<Path, LeaseHolder> HERE = new ConcurrentHashMap<>();

    private final Path file;
    private @Nullable FileChannel channel;
    private @Nullable Path locked;

    /** @param checkpoints the file of the checkpoints */
    public FileLease(Path checkpoints) {
        Path absolute = checkpoints.toAbsolutePath().normalize();
        file = absolute.resolveSibling(absolute.getFileName() + ".lock");
    }

    @Override
    public synchronized CompletionStage<LeaseAnswer> hold(LeaseHolder me, Duration time) {
        try {
            return CompletableFuture.completedFuture(channel != null ? LeaseAnswer.KEPT : take(me));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private LeaseAnswer take(LeaseHolder me) throws IOException {
        Path real = realFile();
        LeaseHolder here = HERE.putIfAbsent(real, me);
        if (here != null) {
            return LeaseAnswer.anothers(here);
        }
        boolean taken = false;
        try {
            taken = lock(me);
            if (taken) {
                locked = real;
                return LeaseAnswer.TAKEN;
            }
            return LeaseAnswer.anothers(LeaseHolder.decode(Files.readString(file)));
        } finally {
            if (!taken) {
                HERE.remove(real);
            }
        }
    }

    /** One name for the file, whichever way leads there. */
    private Path realFile() throws IOException {
        Path directory = file.getParent();
        if (directory == null) {
            return file;
        }
        Files.createDirectories(directory);
        return directory.toRealPath().resolve(file.getFileName());
    }

    /** What cannot be written (the disk is full) does not stay locked. */
    private boolean lock(LeaseHolder me) throws IOException {
        FileChannel opened = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean written = false;
        try {
            if (!isLocked(opened)) {
                return false;
            }
            opened.truncate(0);
            opened.write(ByteBuffer.wrap(me.encode().getBytes(StandardCharsets.UTF_8)));
            written = true;
        } finally {
            if (!written) {
                opened.close();
            }
        }
        channel = opened;
        return true;
    }

    private static boolean isLocked(FileChannel opened) throws IOException {
        try {
            return opened.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // by another application in this process, which has a registry of its own
        }
    }

    @Override
    public synchronized CompletionStage<Void> release(LeaseHolder me) {
        FileChannel open = channel;
        Path held = locked;
        channel = null;
        locked = null;
        try {
            if (open != null) {
                open.close(); // unlocks
            }
            return CompletableFuture.completedFuture(null);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        } finally {
            if (held != null) {
                HERE.remove(held);
            }
        }
    }

    @Override
    public String toString() {
        return "file " + file;
    }
}
