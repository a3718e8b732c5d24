package io.caravan.camel;

import org.apache.camel.spi.Metadata;

/** Names of the headers that {@code redis-replication:} sets. */
public final class RedisReplicationConstants {

    public static final String SCHEME = "redis-replication";

    @Metadata(
            label = "consumer",
            description = "Address of the source master that the batch comes from, host:port",
            javaType = "String",
            important = true)
    public static final String SHARD = "CamelRedisReplicationShard";

    @Metadata(
            label = "consumer",
            description = "SNAPSHOT for values of the initial synchronization, STREAM for the commands behind it",
            javaType = "io.caravan.command.Phase",
            important = true)
    public static final String PHASE = "CamelRedisReplicationPhase";

    @Metadata(
            label = "consumer",
            description = "Replication offset after the batch; in the snapshot the offset that it was taken at",
            javaType = "Long")
    public static final String OFFSET = "CamelRedisReplicationOffset";

    @Metadata(
            label = "consumer",
            description = "The 40 characters that name the history that the offset counts in",
            javaType = "String")
    public static final String REPLICATION_ID = "CamelRedisReplicationId";

    @Metadata(label = "consumer", description = "Number of commands in the batch", javaType = "Integer")
    public static final String BATCH_SIZE = "CamelRedisReplicationBatchSize";

    private RedisReplicationConstants() {}
}
