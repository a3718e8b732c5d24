package io.caravan.replication;

import io.caravan.command.SourceShard;
import io.caravan.node.SlotRanges;
import java.util.BitSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slots of another shard that are copied to this one by an atomic migration ({@code CLUSTER SYNCSLOTS}). Until the whole slot changes its shard
 * it is the other one that says what its keys are.
 *
 * <p>So what this shard says of them is left out. If the migration comes to its end, the slots are divided otherwise, and their keys are
 * read again at this shard ({@link Resharding}). If it is given up nothing says so, and a copy that had been applied would stay at the destination
 * for good. {@code MIGRATE} is no such copy: a key is at one shard or the other.
 *
 * <p>The shard's thread owns it.
 */
final class CopiedSlots {

    private static final Logger LOG = LoggerFactory.getLogger(CopiedSlots.class);

    private final SourceShard shard;
    private final BitSet slots = new BitSet();

    CopiedSlots(SourceShard shard) {
        this.shard = shard;
    }

    /** Slots arrive by a copy of all. */
    void copied(BitSet arriving) {
        int before = slots.cardinality();
        arriving.stream().filter(slot -> !shard.serves(slot)).forEach(slots::set);
        if (slots.cardinality() > before) {
            LOG.info(
                    "source {}: slots {} of other shards are copied to it; what it says of them is left out as long as they are not"
                            + " its own",
                    shard.name(),
                    SlotRanges.text(slots));
        }
    }

    /** Slots arrive key by key. */
    void moved(BitSet arriving) {
        slots.andNot(arriving);
    }

    /** Whether what the shard says of a slot's keys is said of a copy. */
    boolean contains(int slot) {
        return slot >= 0 && slots.get(slot);
    }
}
