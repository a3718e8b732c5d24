package io.caravan.camel;

import io.caravan.node.NodeAddress;
import io.caravan.replication.ShardStatus;
import io.caravan.verify.Applied;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** How far a task is that runs in this process. Thread-safe; does not wait. */
final class AppliedHere implements Applied {

    private final Supplier<Optional<RedisReplicationConsumer>> task;

    /** @param task empty while its route is started again */
    AppliedHere(Supplier<Optional<RedisReplicationConsumer>> task) {
        this.task = task;
    }

    @Override
    public OptionalLong offsetOf(NodeAddress master) {
        long offset = task.get().stream()
                .flatMap(running -> running.status().stream())
                .filter(shard -> shard.master().equals(master.toString()))
                .mapToLong(AppliedHere::offset)
                .max()
                .orElse(-1); // its shard has not noticed yet that this is its master
        return OptionalLong.of(offset);
    }

    /** Of a shard that takes its snapshot nothing counts yet: how far that has come, as a negative number. */
    private static long offset(ShardStatus shard) {
        return shard.appliedOffset() >= 0
                ? shard.appliedOffset()
                : -1 - shard.snapshot().keys();
    }

    @Override
    public long unsettled() {
        return task.get().map(running -> (long) running.staleSlots()).orElse(1L);
    }
}
