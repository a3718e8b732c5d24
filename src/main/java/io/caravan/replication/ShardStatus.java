package io.caravan.replication;

import java.util.OptionalLong;

/**
 * A shard at one moment.
 *
 * @param name address of the master that the shard was first found at
 * @param node address of the node that it is linked to, or was last: its master, or a replica of it
 * @param master address of its master, where keys are read again
 * @param state what it is doing
 * @param snapshot how far its snapshot has come
 * @param replicationId name of its history, empty before the first synchronization
 * @param receivedOffset offset up to which the stream has been received and read
 * @param appliedOffset offset up to which the destination has acknowledged everything; -1 as long as the snapshot is not
 *     applied, whose offset may be 0
 * @param lagBytes bytes of the stream that the source has and the destination has not acknowledged, during a snapshot those that
 *     were written since it was taken; empty as long as that is not known
 * @param lagMillis age of the oldest batch that is on its way, begun milliseconds included; 0 if there is none
 * @param heartbeatMillis how far the destination is behind by heartbeats, see {@link HeartbeatSettings}; empty where none is written
 * @param spooledBytes bytes that wait on the disk, in the spool
 * @param problem the last problem in words, empty if there is none now
 */
public record ShardStatus(
        String name,
        String node,
        String master,
        ShardState state,
        SnapshotProgress snapshot,
        String replicationId,
        long receivedOffset,
        long appliedOffset,
        OptionalLong lagBytes,
        long lagMillis,
        OptionalLong heartbeatMillis,
        long spooledBytes,
        String problem) {}
