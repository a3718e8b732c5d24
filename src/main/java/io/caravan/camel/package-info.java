/**
 * The two Camel components: {@code redis-replication:}, a consumer, and {@code redis-cluster:}, a producer; with what makes
 * them good citizens of a Camel application: health checks, meters, converters.
 *
 * <p>Camel's types stop here, and nothing of the other rooms depends on this one. Start reading at {@link
 * io.caravan.camel.RedisReplicationConsumer} and {@link io.caravan.camel.RedisClusterProducer}.
 */
@NullMarked
package io.caravan.camel;

import org.jspecify.annotations.NullMarked;
