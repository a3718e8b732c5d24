package io.caravan.cluster;

import io.caravan.command.SourceShard;
import io.caravan.node.NodeAddress;
import io.caravan.node.SlotRanges;
import io.caravan.refresh.SourceKey;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a master of the destination was replaced, and repairs what its successor has not received: the keys that were
 * written to lately are read again at the source.
 *
 * <p>What always holds: (A) What a former master answers from then on counts for nothing: it may not know yet, and lose what it
 * acknowledges. Its connection is closed, so that commands on their way to it are unanswered. (B) Of a batch that has not ended
 * some commands may have been acknowledged by it before: their keys are read again, too.
 *
 * <p>A master that hands its slots over one by one has lost nothing; one that serves none all of a sudden may have. Owned by
 * the destination's event loop.
 */
final class Failovers {

    private static final Logger LOG = LoggerFactory.getLogger(Failovers.class);

    private final SlotRouter router;
    private final RecentBatches recent;
    private final Set<SourceShard> shards = Collections.newSetFromMap(new WeakHashMap<>());
    private @Nullable NodeAddress[] before = new NodeAddress[0];

    Failovers(SlotRouter router, RecentBatches recent) {
        this.router = router;
        this.recent = recent;
    }

    /** A batch of the shard is here. */
    void joins(SourceShard shard) {
        shards.add(shard);
    }

    /** The masters of the last topology. */
    List<NodeAddress> masters() {
        return Arrays.stream(before).filter(Objects::nonNull).distinct().toList();
    }

    /** The masters by slot, whenever they have been asked for. */
    void topology(@Nullable NodeAddress[] masterOfSlot) {
        Set<NodeAddress> masters =
                Arrays.stream(masterOfSlot).filter(Objects::nonNull).collect(Collectors.toSet());
        Map<NodeAddress, BitSet> replaced = new HashMap<>();
        @Nullable NodeAddress[] after = masterOfSlot.clone();
        for (int slot = 0; slot < before.length; slot++) {
            NodeAddress former = before[slot];
            if (former != null && after[slot] != null && !masters.contains(former)) {
                replaced.computeIfAbsent(former, master -> new BitSet()).set(slot);
            }
            after[slot] = after[slot] == null ? former : after[slot]; // remembered until somebody serves it again
        }
        before = after;
        replaced.forEach(this::repair);
    }

    private void repair(NodeAddress former, BitSet slots) {
        NodeLink link = router.links().all().get(former);
        if (link != null) {
            link.close();
        }
        if (recent.hasForgotten()) {
            LOG.warn(
                    "destination {} has been replaced as master of slots {}, and more was written lately than can be remembered:"
                            + " beginning anew with a snapshot",
                    former,
                    SlotRanges.text(slots));
            shards.forEach(shard -> shard.beginAnew("destination " + former
                    + " was replaced by a replica that may have lost more writes than are remembered"));
            return;
        }
        Set<SourceKey> keys = recent.keysOf(slots, router.openTickets().batches());
        if (keys.isEmpty()) {
            LOG.info(
                    "destination {} has been replaced as master of slots {}; nothing was written there that its replicas may lack",
                    former,
                    SlotRanges.text(slots));
            return;
        }
        LOG.warn(
                "destination {} has been replaced as master of slots {}: {} keys that were written to lately are read again at"
                        + " the source, for its successor may not have received them",
                former,
                SlotRanges.text(slots),
                keys.size());
        keys.stream()
                .collect(Collectors.groupingBy(key -> Map.entry(key.shard(), key.database())))
                .forEach((where, ofOne) -> {
                    recent.acknowledgements().repairBegins();
                    router.refresh(
                            where.getKey(),
                            where.getValue(),
                            ofOne.stream().map(SourceKey::key).toList(),
                            failure -> {
                                recent.acknowledgements().repairEnded();
                                report(former, failure);
                            });
                });
    }

    private static void report(NodeAddress former, @Nullable Throwable failure) {
        if (failure == null) {
            LOG.info("destination: what was lost with master {} is repaired", former);
        } else {
            LOG.warn("destination: what was lost with master {} is not repaired: {}", former, failure.getMessage());
        }
    }
}
