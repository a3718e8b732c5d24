package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandSpec;
import io.caravan.command.KnownBy;
import io.caravan.command.Phase;
import io.caravan.command.SourceShard;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
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
 * snapshot brought the same and since then no stream has changed anything and no master has lost anything. (D) What a shard brings of scripts and functions is left out
 * only if it was applied behind all that the shard has brought of these before.
 *
 * <p>D makes up for counts that begin at different places of the streams, as each shard continues at a checkpoint, or a snapshot, of
 * its own: where A begins behind a {@code DELETE} that B is still to bring, its {@code LOAD} comes first, and B's {@code DELETE}
 * second; B's {@code LOAD} is an n-th that A has brought, but what it has done is gone. So, whatever the counts, the changes of every
 * shard have their order, and when all streams have brought the last one it is that which counts. It is no rule for modules, whose
 * commands may not be repeated ({@code FT.DROPINDEX … DD} removes keys).
 *
 * <p>Remembers the {@value #MOST_CHANGES} changes seen last. Owned by the destination's event loop.
 */
final class ChangeLedger {

    private static final int MOST_CHANGES = 10_000;

    /** Of one change; what was applied before these is taken for undone. */
    private static final int MOST_MOMENTS = 100;

    /** How often a change was applied, when, and how often each shard has brought it. */
    private static final class Change {
        private int applied;
        private final Map<SourceShard, Integer> brought = new WeakHashMap<>();

        /** When the latest were applied, the last at the end; of one that was applied again, when that was last. */
        private final List<Long> moments = new ArrayList<>();

        /** When the n-th was applied; 0 if nobody knows any more. */
        private long moment(int n) {
            int place = place(n);
            return place < 0 ? 0 : moments.get(place);
        }

        private void applied(int n, long moment) {
            if (n > applied) {
                applied = n;
                moments.add(moment);
                if (moments.size() > MOST_MOMENTS) {
                    moments.remove(0);
                }
            } else if (place(n) >= 0) {
                moments.set(place(n), moment);
            }
        }

        private int place(int n) {
            return moments.size() - 1 - (applied - n);
        }
    }

    private final Map<ByteBuffer, Change> changes = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Change> eldest) {
            return size() > MOST_CHANGES;
        }
    };

    /** Counts what is applied: a moment is one of its values. */
    private long now;

    /** When that was applied which a shard has brought last. */
    private final Map<SourceShard, Long> reached = new WeakHashMap<>();

    private final Set<SourceShard> shards = Collections.newSetFromMap(new WeakHashMap<>());
    /** And when it was applied. */
    private final Map<ByteBuffer, Long> broughtBySnapshots = new HashMap<>();

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
        SourceShard shard = batch.origin().shard();
        if (batch.origin().phase() == Phase.SNAPSHOT) {
            Long before = broughtBySnapshots.putIfAbsent(bytes, now + 1);
            reached.merge(shard, before == null ? ++now : before, Math::max);
            return before == null;
        }
        Change change = changes.computeIfAbsent(bytes, key -> new Change());
        int times = change.brought.merge(shard, 1, Integer::sum);
        if (batch.spec(row).knownBy() == KnownBy.SERVER) {
            return times > change.applied && isApplied(change, times);
        }
        if (times > change.applied || change.moment(times) <= reached.getOrDefault(shard, 0L)) {
            reached.put(shard, now + 1);
            return isApplied(change, times);
        }
        reached.put(shard, change.moment(times));
        return false;
    }

    /** A master may have lost what the snapshots have brought. */
    void mayBeLost() {
        broughtBySnapshots.clear();
    }

    private boolean isApplied(Change change, int times) {
        change.applied(times, ++now);
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
