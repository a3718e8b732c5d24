package io.caravan.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints in a file of one task, for a destination that must hold no foreign key. A line per shard, {@code <shard>
 * <checkpoint>}; replaced as a whole, so that a crash leaves the old file or the new one;
 * what is stored is on the disk.
 */
public final class FileCheckpointStore implements CheckpointStore {

    private static final Logger LOG = LoggerFactory.getLogger(FileCheckpointStore.class);

    private final Path file;

    public FileCheckpointStore(Path file) {
        this.file = file.toAbsolutePath();
    }

    @Override
    public synchronized List<Checkpoint> load(String task) throws IOException {
        List<Checkpoint> checkpoints = new ArrayList<>();
        for (Map.Entry<String, String> line : read().entrySet()) {
            try {
                checkpoints.add(Checkpoint.decode(task, line.getKey(), line.getValue()));
            } catch (IllegalArgumentException e) {
                throw new IOException(this + ": " + e.getMessage() + "; remove the file to begin with a snapshot", e);
            }
        }
        return checkpoints;
    }

    @Override
    public synchronized CompletionStage<Void> save(Checkpoint checkpoint, long losses) {
        try {
            Map<String, String> lines = read();
            lines.put(checkpoint.shard(), checkpoint.encode());
            write(lines);
            return CompletableFuture.completedFuture(null);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public synchronized CompletionStage<Void> remove(String task, String shard) {
        try {
            Map<String, String> lines = read();
            lines.remove(shard);
            write(lines);
            return CompletableFuture.completedFuture(null);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Map<String, String> read() throws IOException {
        Map<String, String> lines = new TreeMap<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                int space = line.indexOf(' ');
                int end = space < 0 ? line.length() : space;
                if (!line.isBlank()) {
                    lines.put(
                            line.substring(0, end),
                            line.substring(end).strip()); // whether it is a checkpoint shows when decoded
                }
            }
        }
        return lines;
    }

    private void write(Map<String, String> lines) throws IOException {
        var text = new StringBuilder();
        lines.forEach(
                (shard, line) -> text.append(shard).append(' ').append(line).append('\n'));
        Path directory = file.getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            var bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        if (directory != null) {
            forceNames(directory);
        }
    }

    /** After a power failure the old file would else be there again, with a ceiling that has been passed since. */
    private void forceNames(Path directory) throws IOException {
        FileChannel names;
        try {
            names = FileChannel.open(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            LOG.debug("{}: this system opens no directory, so its names are not forced to the disk", this, e);
            return;
        }
        try (names) {
            names.force(true);
        }
    }

    @Override
    public String toString() {
        return "file " + file;
    }
}
