/**
 * The replica's side of the replication protocol: finding the source's masters, the handshake, the link that receives
 * snapshot and stream, and the position from which a link continues.
 *
 * <p>Turns bytes from the source into {@link io.caravan.command.CommandBatch}es and keeps account of which of them have
 * been applied. Knows neither the destination nor Camel. Start reading at {@link
 * io.caravan.replication.ReplicationSession}, then follow the thread of a shard in {@code ShardSynchronization}.
 *
 * <p>Rules: Redis {@code replication.c}; Redis documentation, "Redis replication".
 */
@NullMarked
package io.caravan.replication;

import org.jspecify.annotations.NullMarked;
