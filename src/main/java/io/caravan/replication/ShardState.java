package io.caravan.replication;

/** What a shard is doing. */
public enum ShardState {
    /** Its link is being made, or made again after it was lost. */
    CONNECTING,
    /** The source prepares the snapshot. */
    WAITING_FOR_SNAPSHOT,
    /** The snapshot is being received and applied. */
    SNAPSHOT,
    /** The stream is being received and applied. */
    STREAMING,
    /** It stopped at a failure that a person has to mend. */
    FAILED,
    /** It was told to stop. */
    STOPPED
}
