package io.caravan.replication;

import io.caravan.node.NodeAddress;
import io.caravan.node.ServerVersion;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The node that a shard is to be linked to.
 *
 * @param address where it can be reached
 * @param version product and version, empty where the account may not ask
 * @param inCluster whether it is a node of a cluster
 * @param replica whether it is a replica of the shard's master, rather than the master
 * @param masterOffset of a replica: how far its master had come when it was chosen; empty if that did not say
 */
record LinkTarget(
        NodeAddress address,
        Optional<ServerVersion> version,
        boolean inCluster,
        boolean replica,
        OptionalLong masterOffset) {

    /** The master itself. */
    static LinkTarget of(SourceMaster master) {
        return new LinkTarget(
                master.address(), master.version(), !master.nodeId().isEmpty(), false, OptionalLong.empty());
    }
}
