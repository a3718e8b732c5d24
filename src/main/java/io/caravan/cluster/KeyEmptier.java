package io.caravan.cluster;

import io.caravan.command.HashSlot;
import io.caravan.node.NodeAddress;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.async.RedisKeyAsyncCommands;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Removes every key of some slots, what {@code FLUSHALL} on one master of a cluster does, or some of their keys. There is no
 * command for it, so keys are asked for, and removed, some hundreds at a time.
 *
 * <p>Asynchronous; may be called from any thread.
 */
final class KeyEmptier {

    private static final int KEYS_AT_ONCE = 500;

    /** Slots that are being emptied at the same time. */
    private static final int SLOTS_AT_ONCE = 32;

    private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

    private KeyEmptier() {}

    /**
     * In a cluster, at the nodes that serve the slots: slot by slot if whole slots are emptied, else all keys are looked through.
     *
     * @param masterOfSlot the masters by slot; the stage fails if one of the slots has none
     */
    static CompletionStage<Void> empty(
            StatefulRedisClusterConnection<byte[], byte[]> cluster,
            @Nullable NodeAddress[] masterOfSlot,
            Emptying keys) {
        BitSet slots = keys.places();
        Map<NodeAddress, BitSet> slotsOfMaster = new HashMap<>();
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            NodeAddress master = masterOfSlot[slot];
            if (master == null) {
                return CompletableFuture.failedStage(new IllegalStateException("no master serves slot " + slot));
            }
            slotsOfMaster.computeIfAbsent(master, m -> new BitSet()).set(slot);
        }
        List<CompletableFuture<Void>> masters = new ArrayList<>();
        slotsOfMaster.forEach((master, itsSlots) -> masters.add(cluster.getConnectionAsync(master.host(), master.port())
                .thenCompose(node -> keys.part().isEmpty()
                        ? emptyNode(node.async(), itsSlots)
                        : removeSome(node.async(), keys, true, ScanCursor.INITIAL))));
        return allOf(masters);
    }

    private static CompletionStage<Void> emptyNode(RedisClusterAsyncCommands<byte[], byte[]> node, BitSet slots) {
        List<CompletableFuture<Void>> lanes = new ArrayList<>();
        for (int lane = 0; lane < SLOTS_AT_ONCE; lane++) {
            var slotsOfLane = new BitSet();
            for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
                if (slot % SLOTS_AT_ONCE == lane) {
                    slotsOfLane.set(slot);
                }
            }
            lanes.add(emptyFrom(node, slotsOfLane, 0).toCompletableFuture());
        }
        return allOf(lanes);
    }

    private static CompletionStage<Void> emptyFrom(
            RedisClusterAsyncCommands<byte[], byte[]> node, BitSet slots, int from) {
        int slot = slots.nextSetBit(from);
        if (slot < 0) {
            return DONE;
        }
        return node.clusterGetKeysInSlot(slot, KEYS_AT_ONCE)
                .thenCompose(keys -> keys.isEmpty()
                        ? emptyFrom(node, slots, slot + 1)
                        : node.unlink(keys.toArray(new byte[0][]))
                                .thenCompose(removed -> emptyFrom(node, slots, slot)));
    }

    private static CompletableFuture<Void> allOf(List<CompletableFuture<Void>> stages) {
        return CompletableFuture.allOf(stages.toArray(new CompletableFuture<?>[0]));
    }

    /** In a standard server, which knows no slots: all keys are looked through. */
    static CompletionStage<Void> empty(RedisAsyncCommands<byte[], byte[]> server, Emptying keys) {
        return removeSome(server, keys, false, ScanCursor.INITIAL);
    }

    /** @param slotBySlot whether a command may have keys of one slot only */
    private static CompletionStage<Void> removeSome(
            RedisKeyAsyncCommands<byte[], byte[]> node, Emptying keys, boolean slotBySlot, ScanCursor cursor) {
        return node.scan(cursor, ScanArgs.Builder.limit(KEYS_AT_ONCE))
                .thenCompose(page -> remove(node, keys, slotBySlot, page)
                        .thenCompose(done -> page.isFinished() ? DONE : removeSome(node, keys, slotBySlot, page)));
    }

    private static CompletionStage<Void> remove(
            RedisKeyAsyncCommands<byte[], byte[]> node, Emptying keys, boolean slotBySlot, KeyScanCursor<byte[]> page) {
        Map<Integer, List<byte[]>> together = new HashMap<>();
        for (byte[] key : page.getKeys()) {
            if (keys.removes(key)) {
                int place = slotBySlot ? HashSlot.of(key) : 0;
                together.computeIfAbsent(place, p -> new ArrayList<>()).add(key);
            }
        }
        List<CompletableFuture<Void>> removals = new ArrayList<>();
        together.values()
                .forEach(group -> removals.add(node.unlink(group.toArray(new byte[0][]))
                        .<Void>thenApply(removed -> null)
                        .toCompletableFuture()));
        return allOf(removals);
    }
}
