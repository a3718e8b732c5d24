package io.caravan.replication;

import io.caravan.command.SourceShard;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What of a session's shards the destination may have otherwise than the source although everything is applied, what the source says of
 * such keys, and what has been put right. Any thread.
 *
 * <p>Shards that are passed in are those of the session.
 */
public final class SessionSweep {

    private final Supplier<List<ShardReplication>> shards;

    /** @param shards of the session; none before it has started */
    SessionSweep(Supplier<List<ShardReplication>> shards) {
        this.shards = shards;
    }

    /**
     * Shards of which the destination may have keys that the source has no more, or has otherwise, and that have come to where that can be
     * put right: {@link #slotsGained} and {@link #slotsToSweep} say where to look.
     */
    public List<SourceShard> shardsToSweep() {
        return shards.get().stream()
                .filter(ShardReplication::isToBeSwept)
                .map(SourceShard.class::cast)
                .toList();
    }

    /** The slots of a shard to look through for keys that the source has no more. */
    public BitSet slotsToSweep(SourceShard shard) {
        return of(shard).sweep().slots(shard.slots());
    }

    /** The slots of a shard of which all keys are to be read again, since another shard had them. */
    public BitSet slotsGained(SourceShard shard) {
        return of(shard).sweep().gained();
    }

    /** The keys that the source has of a slot. Does not wait. */
    public CompletionStage<List<byte[]>> keysIn(SourceShard shard, int slot) {
        return of(shard).keys().keysIn(slot);
    }

    /** Asks the source which keys it has not. Does not wait. */
    public CompletionStage<List<byte[]>> absent(SourceShard shard, int database, List<byte[]> keys) {
        return of(shard).keys().absent(database, keys);
    }

    /**
     * The destination has no keys of a shard any more that the source has not.
     *
     * @param era that of the shard before the source was asked
     */
    public void swept(SourceShard shard, int era) {
        of(shard).sweep().lookedThrough(era);
    }

    private ShardReplication of(SourceShard shard) {
        return shards.get().stream()
                .filter(shard::equals)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no shard of this session: " + shard.name()));
    }
}
