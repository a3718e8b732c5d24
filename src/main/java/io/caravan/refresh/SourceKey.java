package io.caravan.refresh;

import io.caravan.command.SourceShard;
import java.nio.ByteBuffer;

/**
 * A key of a shard.
 *
 * @param bytes the key, compared by content; never changed
 */
public record SourceKey(SourceShard shard, int database, ByteBuffer bytes) {

    /** The key of these bytes, which belong to it from now on. */
    public static SourceKey of(SourceShard shard, int database, byte[] bytes) {
        return new SourceKey(shard, database, ByteBuffer.wrap(bytes));
    }

    /** The key itself; not to be changed. */
    public byte[] key() {
        return bytes.array();
    }
}
