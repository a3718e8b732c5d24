package io.caravan.replication;

import io.caravan.command.HashSlot;
import io.caravan.node.ClusterNode;
import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.node.Refusal;
import io.caravan.node.ServerInfo;
import io.caravan.node.ServerVersion;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the source's masters: all those of the cluster that one of the given nodes belongs to, or a standard server.
 *
 * <p>Where the account may not ask ({@code +psync +replconf} alone) the given nodes are taken for the masters. What always holds:
 * (A) a node that only cannot answer just now, as it loads its data or runs a script, is no such case; the next one is asked, and
 * if there is none, nobody knows.
 *
 * <p>If none of the given nodes answers any more, those are asked that the cluster had when it was asked last: the given ones may
 * be gone, or may have other addresses now. Methods wait for the network; called by the threads of the start, of shards and of the
 * monitor. Thread-safe.
 */
final class SourceTopology {

    private static final Logger LOG = LoggerFactory.getLogger(SourceTopology.class);

    private final Transport transport;
    private final Credentials credentials;
    private final List<NodeAddress> nodes;

    /** Every node that the cluster had when it was asked last, by its id. */
    private volatile Map<String, NodeAddress> remembered = Map.of();

    SourceTopology(Transport transport, Credentials credentials, List<NodeAddress> nodes) {
        this.transport = transport;
        this.credentials = credentials;
        this.nodes = List.copyOf(nodes);
    }

    /**
     * Asks the given nodes, one after the other until one answers, and then those that are remembered.
     *
     * @throws SourceException if none can be reached, or what answers cannot serve as a source
     */
    List<SourceMaster> masters() throws IOException {
        List<String> problems = new ArrayList<>();
        for (NodeAddress node : nodes) {
            try {
                return ask(node);
            } catch (SourceException e) {
                if (e.remedy() == SourceException.Remedy.STOP) {
                    throw e;
                }
                problems.add(e.getMessage());
            }
        }
        for (NodeAddress node : remembered.values()) {
            if (!nodes.contains(node)) {
                try {
                    return askRemembered(node);
                } catch (SourceException e) {
                    problems.add(e.getMessage());
                }
            }
        }
        throw SourceException.retry(String.join("; ", problems));
    }

    /** At an address that nobody gave us there may be somebody else by now: only a node that knows the cluster counts. */
    private List<SourceMaster> askRemembered(NodeAddress node) throws IOException {
        try (SourceConnection connection = SourceConnection.open(transport, node, credentials)) {
            Reply reply = connection.ask("CLUSTER", "NODES");
            if (reply instanceof Reply.Failure failure) {
                throw doesNotTell(node, failure);
            }
            List<ClusterNode> found = ClusterNode.parse(reply.text(), node);
            if (found.stream().noneMatch(known -> remembered.containsKey(known.id()))) {
                throw SourceException.retry("source " + node + " belongs to another cluster now");
            }
            ServerInfo info = ServerInfo.parse(connection.ask("INFO", "server").text());
            return mastersAmong(found, node, info.version());
        }
    }

    /**
     * After a fail-over the slots of a master are served by another node; empty if there is none, or nobody answers.
     *
     * <p>One that serves other slots besides is no successor: they have been divided otherwise. Its stream is that of another
     * shard, and would be applied twice; {@link TopologyWatch} has the session begin anew.
     */
    Optional<SourceMaster> successorOf(SourceMaster master) {
        if (master.nodeId().isEmpty()) {
            return Optional.empty();
        }
        try {
            return masters().stream()
                    .filter(candidate -> !candidate.nodeId().isEmpty() && candidate.succeeds(master))
                    .findFirst();
        } catch (IOException e) {
            LOG.debug("source {}: topology not known at the moment: {}", master.address(), e.getMessage());
            return Optional.empty();
        }
    }

    private List<SourceMaster> ask(NodeAddress node) throws IOException {
        try (SourceConnection connection = SourceConnection.open(transport, node, credentials)) {
            Reply reply = connection.ask("INFO");
            if (reply instanceof Reply.Failure failure) {
                return withoutAsking(node, failure);
            }
            ServerInfo info = ServerInfo.parse(reply.text());
            return info.cluster() ? clusterMasters(connection, info.version()) : standardMaster(node, info);
        }
    }

    /**
     * The nodes as they were given; whether they are masters will show when they are asked to replicate.
     *
     * @throws SourceException if the refusal says nothing of what the account may ask (invariant A)
     */
    private List<SourceMaster> withoutAsking(NodeAddress asked, Reply.Failure failure) throws SourceException {
        if (failure.code().equals("NOAUTH")) {
            throw SourceException.stop("source " + asked + " wants authentication: '" + failure.text()
                    + "'; set the source's password, written <user>:<password>");
        }
        if (!new Refusal(failure.text()).isOfRights()) {
            throw doesNotTell(asked, failure);
        }
        LOG.warn(
                "source {} does not tell its topology ('{}'); taking the {} given nodes for its masters."
                        + " Grant the user +info +cluster|nodes to have them found",
                asked,
                failure.text(),
                nodes.size());
        return nodes.stream()
                .map(node -> new SourceMaster(node, "", HashSlot.all(), Optional.empty()))
                .toList();
    }

    private static SourceException doesNotTell(NodeAddress asked, Reply.Failure failure) {
        return SourceException.retry("source " + asked + " does not tell its topology: '"
                + MalformedRespException.quote(failure.text())
                + "'; if that does not pass, give the address of another node");
    }

    private List<SourceMaster> clusterMasters(SourceConnection connection, ServerVersion version) throws IOException {
        Reply reply = connection.ask("CLUSTER", "NODES");
        if (reply instanceof Reply.Failure failure) {
            return withoutAsking(connection.node(), failure);
        }
        return mastersAmong(ClusterNode.parse(reply.text(), connection.node()), connection.node(), version);
    }

    private List<SourceMaster> mastersAmong(List<ClusterNode> found, NodeAddress answering, ServerVersion version)
            throws SourceException {
        List<SourceMaster> masters = found.stream()
                .filter(node -> node.master() && !node.failed() && !node.slots().isEmpty())
                .map(node -> new SourceMaster(
                        node.address(), node.id(), node.slots(), Optional.of(version), replicasOf(node, found)))
                .toList();
        if (masters.isEmpty()) {
            throw SourceException.retry("the cluster of source " + answering + " has no master that serves slots");
        }
        remembered = found.stream().collect(Collectors.toMap(ClusterNode::id, ClusterNode::address));
        return masters;
    }

    private static List<NodeAddress> replicasOf(ClusterNode master, List<ClusterNode> found) {
        return found.stream()
                .filter(node -> node.masterId().equals(master.id()) && !node.failed())
                .map(ClusterNode::address)
                .toList();
    }

    private static List<SourceMaster> standardMaster(NodeAddress node, ServerInfo info) throws SourceException {
        if (info.replica()) {
            throw SourceException.stop("source " + node + " is a replica"
                    + info.master().map(master -> " of " + master).orElse("") + "; give its master instead");
        }
        return List.of(new SourceMaster(node, "", HashSlot.all(), Optional.of(info.version()), info.replicas()));
    }
}
