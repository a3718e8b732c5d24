package io.caravan.replication;

import java.util.OptionalDouble;

/**
 * How far a snapshot has come.
 *
 * @param keys keys read
 * @param announcedKeys keys of the databases that it has come to, as it says; 0 if it does not
 * @param bytes bytes of the snapshot read
 * @param totalBytes its size; 0 if the source did not announce it (a diskless transfer)
 */
public record SnapshotProgress(long keys, long announcedKeys, long bytes, long totalBytes) {

    /** Nothing read yet. */
    static final SnapshotProgress NONE = new SnapshotProgress(0, 0, 0, 0);

    /** How much of it is read, 0 to 100: by its size where that is known, else by its keys; empty where neither is. */
    public OptionalDouble percent() {
        if (totalBytes > 0) {
            return OptionalDouble.of(Math.min(100, 100.0 * bytes / totalBytes));
        }
        return announcedKeys > 0
                ? OptionalDouble.of(Math.min(100, 100.0 * keys / announcedKeys))
                : OptionalDouble.empty();
    }
}
