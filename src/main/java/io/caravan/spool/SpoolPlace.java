package io.caravan.spool;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a task may spool, and how much.
 *
 * @param directory holds a folder for each task
 * @param task id of the task
 * @param limitBytes most bytes of all its shards together
 */
public record SpoolPlace(Path directory, String task, long limitBytes) {

    private static final long LEAST_BYTES = 1024 * 1024;

    public SpoolPlace {
        if (limitBytes < LEAST_BYTES) {
            throw new IllegalArgumentException("spoolBytes must be at least 1MB, not " + limitBytes + " bytes");
        }
    }

    /**
     * Bytes that the disk has for a spool at this moment: what is free, without the reserve that is left to others; 0 if it has
     * less. Makes nothing.
     *
     * @throws IOException if the folder may not be written to, or could not be made
     */
    public long availableBytes() throws IOException {
        Path folder = directory.toAbsolutePath();
        while (!Files.exists(folder) && folder.getParent() != null) {
            folder = folder.getParent();
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + " is no folder");
        }
        if (!Files.isWritable(folder)) {
            throw new AccessDeniedException(folder + " may not be written to by this process");
        }
        return Math.max(0, SpoolDisk.REAL.usableBytes(folder) - SpoolDirectory.RESERVE_BYTES);
    }
}
