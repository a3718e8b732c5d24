package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandSpec;
import io.caravan.command.KnownBy;
import io.caravan.command.Phase;
import io.caravan.command.SourceShard;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Scripts, functions and the keyless writes of modules that several shards of a source send: each change is applied once.
 *
 * <p>A client of a cluster loads a function on every master, so each shard's stream, and each shard's snapshot, brings it.
 * What always holds: (A) Of commands of the streams with the same bytes, the n-th of a shard is applied only if no other
 * shard has brought an n-th before; so a function that is loaded, deleted and loaded again is loaded twice, whichever shard
 * is ahead. (B) A shard that joins later, after a failover say, counts from where the others are: what it brings is rather
 * applied once too often, which changes nothing, than left out. (C) What a snapshot brings is applied unless another
 * snapshot brought the same and no stream has changed anything since.
 *
 * <p>Remembers the {@value #MOST_CHANGES} changes seen last. Owned by the destination's event loop.
 */
final class ChangeLedger {

    private static final int MOST_CHANGES = 10_000;

    /** How often a change was applied, and how often each shard has brought it. */
    private static final class Change {
        private int applied;
        private final Map<SourceShard, Integer> brought = new WeakHashMap<>();
    }

    private final Map<ByteBuffer, Change> changes = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Change> eldest) {
            return size() > MOST_CHANGES;
        }
    };

    private final Set<SourceShard> shards = Collections.newSetFromMap(new WeakHashMap<>());
    private final Set<ByteBuffer> broughtBySnapshots = new HashSet<>();
    private final MessageDigest digest = sha256();

    /** A batch of the shard is here: it counts along from now on. */
    void joins(SourceShard shard) {
        if (shards.add(shard)) {
            changes.values().forEach(change -> change.brought.put(shard, change.applied));
        }
    }

    /** Notes that a shard, which has joined, brings a command; answers whether it is to be applied. */
    boolean isNew(CommandBatch batch, int row) {
        if (!isSharedByShards(batch.spec(row))) {
            return true;
        }
        digest.update(batch.bytes(), batch.start(row), batch.length(row));
        ByteBuffer bytes = ByteBuffer.wrap(digest.digest());
        if (batch.origin().phase() == Phase.SNAPSHOT) {
            return broughtBySnapshots.add(bytes);
        }
        Change change = changes.computeIfAbsent(bytes, key -> new Change());
        int times = change.brought.merge(batch.origin().shard(), 1, Integer::sum);
        if (times <= change.applied) {
            return false;
        }
        change.applied = times;
        broughtBySnapshots.clear();
        return true;
    }

    /** Modules keep an index on every master, too. Other commands for every master, as a flush, are each shard's own. */
    private static boolean isSharedByShards(CommandSpec spec) {
        return spec.knownBy() == KnownBy.SERVER
                || spec.name().equals("FUNCTION")
                || spec.name().equals("SCRIPT");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
