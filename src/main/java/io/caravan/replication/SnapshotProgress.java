package io.caravan.replication;

/**
 * How far a snapshot has come.
 *
 * @param keys keys read
 * @param bytes bytes of the snapshot read
 * @param totalBytes its size; 0 if the source did not announce it (a diskless transfer)
 */
public record SnapshotProgress(long keys, long bytes, long totalBytes) {

    /** Nothing read yet. */
    static final SnapshotProgress NONE = new SnapshotProgress(0, 0, 0);
}
