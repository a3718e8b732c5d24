package io.caravan.replication;

import io.caravan.node.NodeAddress;
import io.caravan.node.ServerVersion;
import io.caravan.node.SlotRanges;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * A master of the source.
 *
 * @param address where it can be reached
 * @param nodeId its name within the cluster, empty for a standard server or where the account may not ask
 * @param slots the slots that it serves; all of them where there is no cluster or the account may not ask
 * @param version product and version, empty where the account may not ask
 * @param replicas addresses of its replicas, as far as the cluster or the server has told them
 */
public record SourceMaster(
        NodeAddress address, String nodeId, BitSet slots, Optional<ServerVersion> version, List<NodeAddress> replicas) {

    public SourceMaster {
        slots = (BitSet) slots.clone();
        replicas = List.copyOf(replicas);
    }

    /** One whose replicas are not known. */
    public SourceMaster(NodeAddress address, String nodeId, BitSet slots, Optional<ServerVersion> version) {
        this(address, nodeId, slots, version, List.of());
    }

    /** The same, with these replicas. */
    SourceMaster withReplicas(List<NodeAddress> found) {
        return new SourceMaster(address, nodeId, slots, version, found);
    }

    /** A copy. */
    @Override
    public BitSet slots() {
        return (BitSet) slots.clone();
    }

    /** What it is called as long as it lives: its id in the cluster, or its address. */
    String lastingName() {
        return nodeId.isEmpty() ? address.toString() : nodeId;
    }

    /** Whether it serves the slots that {@code other} served, and no others. */
    boolean succeeds(SourceMaster other) {
        return slots.equals(other.slots);
    }

    @Override
    public String toString() {
        return address + " (slots " + SlotRanges.text(slots) + ")";
    }
}
