package io.caravan.replication;

import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node that serves a shard at the moment; after a fail-over it is another. Any thread. */
final class CurrentMaster {

    private static final Logger LOG = LoggerFactory.getLogger(CurrentMaster.class);

    private final SourceTopology topology;
    private volatile SourceMaster master;

    CurrentMaster(SourceTopology topology, SourceMaster master) {
        this.topology = topology;
        this.master = master;
    }

    SourceMaster now() {
        return master;
    }

    NodeAddress address() {
        return master.address();
    }

    /** Its replicas, as far as they are known. */
    List<NodeAddress> replicas() {
        return master.replicas();
    }

    /** A standard master has told of its replication: those are its replicas now. The replicas of a cluster are told by the cluster. */
    void sees(ServerInfo replication) {
        SourceMaster current = master;
        if (current.nodeId().isEmpty() && !replication.replica()) {
            master = current.withReplicas(replication.replicas());
        }
    }

    /** Asks the source who serves the slots now. Waits for the network. */
    void findAgain() {
        topology.successorOf(master).ifPresent(this::moveTo);
    }

    private void moveTo(SourceMaster found) {
        NodeAddress before = address();
        if (!found.address().equals(before)) {
            LOG.warn("source {}: its slots are now served by {}", before, found.address());
        }
        master = found;
    }
}
