package io.caravan.camel;

import io.caravan.replication.ShardState;
import io.caravan.replication.ShardStatus;
import java.util.List;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** UP while every shard of the source is synchronized, or on its way to be; a lost link or a failed shard is DOWN. */
final class RedisReplicationHealthCheck extends AbstractHealthCheck {

    private final RedisReplicationConsumer consumer;

    RedisReplicationHealthCheck(RedisReplicationConsumer consumer, String task, boolean enabled) {
        super("camel", "consumer:redis-replication-" + task);
        this.consumer = consumer;
        setEnabled(enabled);
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        List<ShardStatus> shards = consumer.status();
        builder.detail("task", consumer.task());
        builder.detail("stale.slots", consumer.staleSlots());
        for (ShardStatus shard : shards) {
            builder.detail("shard." + shard.name() + ".state", shard.state());
            shard.lagBytes().ifPresent(bytes -> builder.detail("shard." + shard.name() + ".lag.bytes", bytes));
            builder.detail("shard." + shard.name() + ".spooled.bytes", shard.spooledBytes());
        }
        String problems = String.join(
                "; ",
                shards.stream()
                        .filter(shard -> shard.state() == ShardState.FAILED
                                || !shard.problem().isEmpty())
                        .map(shard -> shard.name() + ": " + shard.problem())
                        .toList());
        if (shards.isEmpty()) {
            builder.down().message("no source shard is being replicated");
        } else if (problems.isEmpty()) {
            builder.up();
        } else {
            builder.down().message(problems);
        }
    }
}
