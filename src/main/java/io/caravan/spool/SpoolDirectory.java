package io.caravan.spool;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a task's spools, {@code <directory>/task-<task>/shard-<shard>/}. While it is open no other process may use it.
 *
 * <p>Opened and closed by the thread that starts and stops the task.
 */
public final class SpoolDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolDirectory.class);
    /** Bytes of the disk that are left to others. */
    static final long RESERVE_BYTES = 512L * 1024 * 1024;

    private static final String SHARD = "shard-";

    /**
     * The folders that this process has locked. Of those no lock file is opened a second time: where one of its channels is closed, the
     * system may give up the lock of the other ({@link java.nio.channels.FileLock}).
     */
    private static final Set<Path> HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final Path locked;
    private final FileChannel lock;
    private final long shardBytes;

    private SpoolDirectory(Path folder, Path locked, FileChannel lock, long shardBytes) {
        this.folder = folder;
        this.locked = locked;
        this.lock = lock;
        this.shardBytes = shardBytes;
    }

    /**
     * Opens the folder of a task, which is made if it is missing. Folders of shards that are not among these are removed.
     *
     * @param place where, and how much
     * @param shards the names of all shards
     * @throws IOException if it cannot be used; says what to do
     */
    public static SpoolDirectory open(SpoolPlace place, List<String> shards) throws IOException {
        Path folder = place.directory().toAbsolutePath().resolve("task-" + fileName(place.task()));
        try {
            SpoolDisk.createFolder(folder);
            Path real = folder.toRealPath();
            FileChannel lock = lockOnce(real, folder.resolve("lock"));
            var opened = new SpoolDirectory(folder, real, lock, place.limitBytes() / Math.max(1, shards.size()));
            try {
                opened.removeOthers(shards);
            } catch (IOException e) {
                opened.close();
                throw e;
            }
            return opened;
        } catch (IOException e) {
            throw new IOException(
                    "the spool folder " + folder + " cannot be used: " + reason(e)
                            + "; set spoolDirectory to a folder that only this process uses and may write, or leave it empty to do without",
                    e);
        }
    }

    /** The spool of a shard, with what an earlier process has left in it. */
    public Spool spoolOf(String shard) throws IOException {
        return new Spool(folder.resolve(SHARD + fileName(shard)), shardBytes, RESERVE_BYTES, SpoolDisk.REAL);
    }

    @Override
    public void close() throws IOException {
        try {
            lock.close();
        } finally {
            HERE.remove(locked);
        }
    }

    private static FileChannel lockOnce(Path folder, Path file) throws IOException {
        if (!HERE.add(folder)) {
            throw new IOException("another task or process uses it (" + file + " is locked by this one)");
        }
        try {
            return lock(file);
        } catch (IOException e) {
            HERE.remove(folder);
            throw e;
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileChannel channel = FileChannel.open(file, options, SpoolDisk.onlyOwner(file, "rw-------"));
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("{} is locked by another application in this process", file, e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new IOException("another task or process uses it (" + file + " is locked)");
    }

    /** A shard that the source no longer has will not ask for its bytes. */
    private void removeOthers(List<String> shards) throws IOException {
        List<String> kept =
                shards.stream().map(shard -> SHARD + fileName(shard)).toList();
        List<Path> others;
        try (Stream<Path> found = Files.list(folder)) {
            others = found.filter(path -> path.getFileName().toString().startsWith(SHARD))
                    .filter(path -> !kept.contains(path.getFileName().toString()))
                    .toList();
        }
        for (Path other : others) {
            LOG.info("spool {} belongs to no shard of the source any more, and is removed", other);
            try (Stream<Path> files = Files.walk(other)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String fileName(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("*", "%2A");
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException failed && failed.getReason() == null
                ? failed.getClass().getSimpleName() + " " + failed.getMessage()
                : String.valueOf(e.getMessage());
    }
}
