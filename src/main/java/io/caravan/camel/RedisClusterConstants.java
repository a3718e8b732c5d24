package io.caravan.camel;

import org.apache.camel.spi.Metadata;

/** Names of the headers that {@code redis-cluster:} sets. */
public final class RedisClusterConstants {

    public static final String SCHEME = "redis-cluster";

    @Metadata(
            label = "producer",
            description = "What the destination replied to a single command that did not come from redis-replication:"
                    + " a String (a status), Long, byte[], a List of these, or null",
            javaType = "Object")
    public static final String REPLY = "CamelRedisClusterReply";

    @Metadata(
            label = "producer",
            description = "Number of commands that the destination has acknowledged",
            javaType = "Integer")
    public static final String APPLIED = "CamelRedisClusterApplied";

    private RedisClusterConstants() {}
}
