package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.HashSlot;
import io.caravan.command.Scope;
import io.caravan.command.SourceShard;
import io.caravan.refresh.SourceKey;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts right what a master of the destination has lost though it had acknowledged it: the keys are read again at the source, and
 * where it is not known which ones, or none may be read, the source's shards begin anew.
 *
 * <p>Owned by the destination's event loop; {@link #count} by any thread.
 */
final class LostWrites {

    private static final Logger LOG = LoggerFactory.getLogger(LostWrites.class);

    private final SlotRouter router;
    private final Acknowledgements acknowledgements;
    private final Set<SourceShard> shards = Collections.newSetFromMap(new WeakHashMap<>());
    private volatile long count;

    /** @param acknowledgements held back while something is put right */
    LostWrites(SlotRouter router, Acknowledgements acknowledgements) {
        this.router = router;
        this.acknowledgements = acknowledgements;
    }

    /** A batch of the shard is here. */
    void joins(SourceShard shard) {
        shards.add(shard);
    }

    /** How often something may have been lost so far. What was written without a batch, a checkpoint say, may be lost, too. */
    long count() {
        return count;
    }

    /**
     * Some of what these batches have written may be lost.
     *
     * @param what has happened, for people: {@code destination 10.0.0.1:7000 has been …}
     * @param slots of the destination, those of the master
     */
    void repair(String what, List<CommandBatch> batches, BitSet slots) {
        count++;
        if (batches.stream().anyMatch(LostWrites::concernsEveryMaster)) {
            beginAnew(what, "a command for every master (FLUSHALL, FUNCTION, …) may be lost");
            return;
        }
        if (slots.get(0) && batches.stream().anyMatch(LostWrites::runsScriptWithoutKeys)) {
            beginAnew(what, "what a script has written that names no keys may be lost");
            return;
        }
        if (batches.stream().anyMatch(LostWrites::hasUnknownKeys)) {
            beginAnew(what, "a command too large for memory may be lost, and has too many keys to read them again");
            return;
        }
        Set<SourceKey> keys = keysOf(batches, slots);
        Set<SourceKey> ofStopped =
                keys.stream().filter(key -> router.isAbandoned(key.shard())).collect(Collectors.toSet());
        beginAnewInPlaceOf(what, ofStopped);
        keys.removeAll(ofStopped);
        if (keys.isEmpty() && ofStopped.isEmpty()) {
            LOG.info("{}; nothing was written there that it may lack", what);
        } else if (keys.isEmpty()) {
            LOG.info("{}; it may lack what tasks have written that were stopped since", what);
        } else if (router.readsNothing()) {
            beginAnew(
                    what,
                    "it may not have what was written to " + keys.size()
                            + " keys lately, which are not to be read again (inDoubt=IN_SLOT)",
                    keys.stream().map(SourceKey::shard).collect(Collectors.toSet()));
        } else {
            LOG.warn(
                    "{}: {} keys that were written to lately are read again at the source, for it may not have what was written",
                    what,
                    keys.size());
            readAgain(what, keys);
        }
    }

    /** Whether something is lost is being found out; until the answer is completed, a process that comes next begins anew. */
    CompletableFuture<Void> inDoubt() {
        acknowledgements.repairBegins();
        var answer = new CompletableFuture<Void>();
        Set.copyOf(shards).forEach(shard -> shard.doubtful(answer));
        answer.thenRun(acknowledgements::repairEnded);
        return answer;
    }

    /** It is not known what is lost. */
    void beginAnew(String what, String why) {
        count++;
        beginAnew(what, why, Set.copyOf(shards));
    }

    private void beginAnew(String what, String why, Set<SourceShard> concerned) {
        router.mastersMayLack();
        LOG.warn("{}; {}: beginning anew with a snapshot", what, why);
        concerned.forEach(shard -> shard.beginAnew(what + "; " + why));
    }

    /** What a task had written before it was stopped, and started again: its checkpoint counts it as applied. */
    private void beginAnewInPlaceOf(String what, Set<SourceKey> ofStopped) {
        Set<String> stopped = ofStopped.stream().map(key -> key.shard().name()).collect(Collectors.toSet());
        Set<SourceShard> successors = shards.stream()
                .filter(shard -> !router.isAbandoned(shard) && stopped.contains(shard.name()))
                .collect(Collectors.toSet());
        if (!successors.isEmpty()) {
            beginAnew(what, "what was written before the task was started again may be lost", successors);
        }
    }

    private void readAgain(String what, Set<SourceKey> keys) {
        keys.stream()
                .collect(Collectors.groupingBy(key -> Map.entry(key.shard(), key.database())))
                .forEach((where, ofOne) -> {
                    acknowledgements.repairBegins();
                    var repaired = new CompletableFuture<Void>();
                    where.getKey().doubtful(repaired);
                    router.refresh(
                            where.getKey(),
                            where.getValue(),
                            ofOne.stream().map(SourceKey::key).toList(),
                            failure -> {
                                acknowledgements.repairEnded();
                                report(what, failure);
                                if (failure == null) {
                                    repaired.complete(null);
                                }
                            });
                });
    }

    private static void report(String what, @Nullable Throwable failure) {
        if (failure == null) {
            LOG.info("{}: what was lost is repaired", what);
        } else {
            LOG.warn("{}: what was lost is not repaired: {}", what, failure.getMessage());
        }
    }

    private static boolean concernsEveryMaster(CommandBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (!batch.dropped(row) && batch.spec(row).scope() == Scope.MASTERS) {
                return true;
            }
        }
        return false;
    }

    /** It has run at the master of slot 0, as everything without keys. */
    private static boolean runsScriptWithoutKeys(CommandBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (!batch.dropped(row)
                    && batch.slot(row) == CommandBatch.NO_SLOT
                    && ScriptRules.isScript(batch.spec(row))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasUnknownKeys(CommandBatch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (!batch.dropped(row) && !batch.knowsAllKeys(row)) {
                return true;
            }
        }
        return false;
    }

    private static Set<SourceKey> keysOf(List<CommandBatch> batches, BitSet slots) {
        Set<SourceKey> keys = new LinkedHashSet<>();
        for (CommandBatch batch : batches) {
            for (int row = 0; row < batch.size(); row++) {
                if (!batch.dropped(row) && batch.slot(row) != CommandBatch.NO_SLOT && !batch.isReserved(row)) {
                    UnitKeys.add(keys, batch, row);
                }
            }
        }
        keys.removeIf(key -> !slots.get(HashSlot.of(key.key())));
        return keys;
    }
}
