package io.caravan.replication;

/**
 * A point of the source's history from which the stream can be continued.
 *
 * @param replicationId the 40 characters that name the history
 * @param offset number of bytes of the stream before the point
 * @param database the database that is selected there: a source does not repeat it when a stream is continued
 */
public record ReplicationPosition(String replicationId, long offset, int database) {

    /** The same point, in a history that goes by a new id since a failover. */
    ReplicationPosition renamed(String newReplicationId) {
        return new ReplicationPosition(newReplicationId, offset, database);
    }

    @Override
    public String toString() {
        return replicationId + ":" + offset;
    }
}
