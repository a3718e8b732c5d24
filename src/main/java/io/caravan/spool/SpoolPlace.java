package io.caravan.spool;

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
}
