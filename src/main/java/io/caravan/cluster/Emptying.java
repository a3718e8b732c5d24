package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.command.HashSlot;
import io.caravan.command.PartialFlush;
import io.caravan.command.Phase;
import io.caravan.command.SourceShard;
import io.caravan.node.SlotRanges;
import io.caravan.refresh.SourceKey;
import io.lettuce.core.api.async.RedisKeyAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A flush that removes some of a destination's keys, so that no command of a server does it: those in the slots of the shard that
 * it comes from, and of these, if several databases share the destination's one, those of the flushed one.
 *
 * <p>Before a repeated snapshot it is not the source that has flushed: everything goes that the destination has of the shard, and
 * what Caravan keeps there itself stays.
 *
 * @param slots of the source; not to be changed
 * @param beforeSnapshot whether it makes room for a snapshot
 * @param database before a snapshot the only database of a standard server that is emptied; empty for every one
 */
record Emptying(BitSet slots, Optional<PartialFlush> part, boolean beforeSnapshot, OptionalInt database) {

    Emptying(BitSet slots, Optional<PartialFlush> part) {
        this(slots, part, false, OptionalInt.empty());
    }

    /** Whether the command in {@code row} is a flush at all. */
    static boolean isFlush(CommandBatch batch, int row) {
        String name = batch.spec(row).name();
        return name.equals("FLUSHALL") || name.equals("FLUSHDB") || isFlushOfSlots(batch, row);
    }

    /** Whether it is a {@code SFLUSH <first> <last> […] [ASYNC|SYNC]}. */
    static boolean isFlushOfSlots(CommandBatch batch, int row) {
        return batch.spec(row).name().equals("SFLUSH");
    }

    /**
     * Whether such a flush is one of all slots of its master, and so of everything that it has. A node of Redis 8.0 runs it only if
     * all of its own slots are among those that are named; otherwise it does nothing, without an error (Redis {@code cluster.c},
     * {@code sflushCommand}).
     */
    static boolean isOfWholeShard(CommandBatch batch, int row) {
        SourceShard shard = batch.origin().shard();
        if (!shard.slotsAreKnown() || shard.databases().hasPrefixes()) {
            return false;
        }
        BitSet left = (BitSet) shard.slots().clone();
        List<byte[]> arguments = batch.command(row).arguments();
        try {
            for (int i = 1; i + 1 < arguments.size(); i += 2) {
                left.clear(number(arguments.get(i)), number(arguments.get(i + 1)) + 1);
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return false; // nothing that a server has run
        }
        return left.isEmpty();
    }

    private static int number(byte[] argument) {
        return Integer.parseInt(new String(argument, StandardCharsets.US_ASCII));
    }

    /** Whether flushes of the batch make room for a snapshot: a source does not say that. */
    static boolean isBeforeSnapshot(CommandBatch batch) {
        return batch.origin().phase() == Phase.SNAPSHOT;
    }

    /** What the command in {@code row} removes, unless it is no flush, or one that is sent as it is. */
    static Optional<Emptying> of(CommandBatch batch, int row) {
        if (!isFlush(batch, row)) {
            return Optional.empty();
        }
        if (isBeforeSnapshot(batch)) {
            boolean all = batch.spec(row).name().equals("FLUSHALL");
            return Optional.of(new Emptying(
                    batch.origin().shard().slots(),
                    PartialFlush.of(batch, row),
                    true,
                    all ? OptionalInt.empty() : OptionalInt.of(batch.database(row))));
        }
        var emptying = new Emptying(batch.origin().shard().slots(), PartialFlush.of(batch, row));
        boolean asItIs = emptying.isOfAllSlots() && emptying.part().isEmpty() && !isFlushOfSlots(batch, row);
        return asItIs ? Optional.empty() : Optional.of(emptying);
    }

    /** Whether the flush in {@code row} removes a key that was read at the source. */
    static boolean removes(CommandBatch batch, int row, SourceKey key) {
        SourceShard shard = batch.origin().shard();
        return key.shard() == shard
                && (batch.spec(row).name().equals("FLUSHALL") || key.database() == batch.database(row))
                && PartialFlush.of(batch, row)
                        .map(part -> part.removes(key.key()))
                        .orElse(true);
    }

    /** Whether it removes the key. */
    boolean removes(byte[] key) {
        return part.map(flush -> flush.removes(key) && slots.get(HashSlot.of(flush.originOf(key))))
                .orElseGet(() -> slots.get(HashSlot.of(key)));
    }

    /** Removes those of some keys that it removes. Does not wait. */
    CompletionStage<Void> unlink(RedisKeyAsyncCommands<byte[], byte[]> server, List<byte[]> some) {
        byte[][] removed = some.stream().filter(this::removes).toArray(byte[][]::new);
        return removed.length == 0
                ? CompletableFuture.completedStage(null)
                : server.unlink(removed).thenApply(count -> null);
    }

    /** The slots of the destination in which its keys may be: behind a prefix a key may be in another than at the source. */
    BitSet places() {
        return part.isEmpty() ? slots : HashSlot.all();
    }

    private boolean isOfAllSlots() {
        return slots.cardinality() == HashSlot.COUNT;
    }

    /** In words: {@code keys of slots 0-5460}, {@code keys that begin with 'one:'}. */
    @Override
    public String toString() {
        String keys = part.map(PartialFlush::toString).orElse("keys");
        return isOfAllSlots() ? keys : keys + " of slots " + SlotRanges.text(slots);
    }
}
