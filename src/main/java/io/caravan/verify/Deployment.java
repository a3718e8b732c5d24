package io.caravan.verify;

import io.caravan.command.HashSlot;
import io.caravan.node.ClusterNode;
import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import io.caravan.node.ServerVersion;
import io.caravan.resp.Reply;
import io.caravan.verify.Connector.Connection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One side: a cluster, or a standard server, and which of its masters has which slot. Thread-safe; methods that ask wait for
 * the network.
 */
public final class Deployment {

    private static final Pattern DATABASE = Pattern.compile("(?m)^db(\\d{1,9}):keys=(\\d{1,18})");

    private final String side;
    private final List<NodeAddress> nodes;
    private final Connector connector;
    private volatile Topology topology;

    private volatile OptionalLong changedNanos = OptionalLong.empty();

    /** @param members every node of the cluster, by its id; empty of a standard server */
    private record Topology(
            boolean cluster,
            ServerVersion version,
            @Nullable NodeAddress[] masterOfSlot,
            Map<String, NodeAddress> members) {}

    private Deployment(String side, List<NodeAddress> nodes, Connector connector) throws IOException {
        this.side = side;
        this.nodes = List.copyOf(nodes);
        this.connector = connector;
        topology = new Topology(
                false, new ServerVersion(ServerVersion.REDIS, 0, 0, 0), new NodeAddress[HashSlot.COUNT], Map.of());
        topology = learn();
    }

    /**
     * Learns the topology from the first node that answers.
     *
     * @param side {@code source} or {@code destination}, for messages
     * @throws IOException if none does
     */
    public static Deployment of(String side, List<NodeAddress> nodes, Connector connector) throws IOException {
        return new Deployment(side, nodes, connector);
    }

    /** Product and version of the node that was asked. */
    public ServerVersion version() {
        return topology.version();
    }

    /** {@code source} or {@code destination}. */
    String side() {
        return side;
    }

    boolean isCluster() {
        return topology.cluster();
    }

    /** The nodes that serve slots; of a standard deployment its server. */
    Collection<NodeAddress> masters() {
        Set<NodeAddress> masters = new LinkedHashSet<>();
        for (NodeAddress master : topology.masterOfSlot()) {
            if (master != null) {
                masters.add(master);
            }
        }
        return masters;
    }

    /**
     * The node that has a key.
     *
     * @throws IOException if its slot is served by none at the moment
     */
    NodeAddress masterOf(byte[] key) throws IOException {
        int slot = HashSlot.of(key);
        NodeAddress master = topology.masterOfSlot()[slot];
        if (master == null) {
            throw new IOException("slot " + slot + " of the " + side + " is served by no node at the moment");
        }
        return master;
    }

    Connection open(NodeAddress node) throws IOException {
        return connector.open(node);
    }

    /**
     * Asks the node that has a key.
     *
     * @throws IOException if it cannot be asked, or refuses
     */
    public Reply ask(byte[] key, List<byte[]> command) throws IOException {
        try (Connection connection = open(masterOf(key))) {
            Reply reply = connection.ask(List.of(command)).get(0);
            if (reply instanceof Reply.Failure failure) {
                throw new IOException(side + " refused " + new String(command.get(0), StandardCharsets.US_ASCII) + ": '"
                        + failure.text() + "'");
            }
            return reply;
        } catch (IOException e) {
            refresh(); // it may be elsewhere by now
            throw e;
        }
    }

    /** Asks for the topology again. */
    void refresh() throws IOException {
        Topology now = learn();
        if (!Arrays.equals(now.masterOfSlot(), topology.masterOfSlot())) {
            changedNanos = OptionalLong.of(System.nanoTime());
        }
        topology = now;
    }

    /** How long ago it was noticed last that slots are served by other nodes than before; empty if it never was. */
    Optional<Duration> sinceChange() {
        OptionalLong then = changedNanos;
        return then.isEmpty() ? Optional.empty() : Optional.of(Duration.ofNanos(System.nanoTime() - then.getAsLong()));
    }

    /** The databases that have keys, and how many each has, of all masters. */
    List<Keys> keys() throws IOException {
        List<Keys> found = new ArrayList<>();
        for (NodeAddress master : masters()) {
            found.addAll(keys(master));
        }
        return found;
    }

    /** The databases of a node that have keys. */
    List<Keys> keys(NodeAddress node) throws IOException {
        List<Keys> found = new ArrayList<>();
        try (Connection connection = open(node)) {
            Matcher matcher =
                    DATABASE.matcher(text(connection, "INFO", "keyspace").text());
            while (matcher.find()) {
                found.add(new Keys(node, Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2))));
            }
        }
        return found;
    }

    /** Asks a node what it is. */
    Serving serving(NodeAddress node) throws IOException {
        try (Connection connection = open(node)) {
            ServerInfo info = ServerInfo.parse(text(connection, "INFO").text());
            return new Serving(
                    info.field("run_id").orElse(""),
                    info.field("master_replid").orElse(""),
                    info.number("loading", 0) != 0 ? new BitSet() : slots(info, node, connection));
        }
    }

    private BitSet slots(ServerInfo info, NodeAddress node, Connection connection) throws IOException {
        if (!info.cluster()) {
            return HashSlot.all();
        }
        String own = text(connection, "CLUSTER", "NODES")
                .text()
                .lines()
                .filter(line -> line.contains("myself"))
                .collect(Collectors.joining("\n"));
        var slots = new BitSet(HashSlot.COUNT);
        ClusterNode.parse(own, node).stream().filter(ClusterNode::master).forEach(found -> slots.or(found.slots()));
        return slots;
    }

    /**
     * Keys of a database of a node.
     *
     * @param count how many there are
     */
    record Keys(NodeAddress node, int database, long count) {}

    /** From the first of the given nodes that answers, or else of those that the cluster had when it was asked last. */
    private Topology learn() throws IOException {
        Topology before = topology;
        Set<NodeAddress> asked = new LinkedHashSet<>(nodes);
        asked.addAll(before.members().values());
        List<String> problems = new ArrayList<>();
        for (NodeAddress node : asked) {
            try (Connection connection = open(node)) {
                Topology found = learn(node, connection);
                if (nodes.contains(node) || isSame(found, before)) {
                    return found;
                }
                problems.add(side + " " + node + " belongs to another cluster now");
            } catch (IOException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        throw new IOException(String.join("; ", problems));
    }

    private static boolean isSame(Topology found, Topology before) {
        return found.members().keySet().stream().anyMatch(id -> before.members().containsKey(id));
    }

    private Topology learn(NodeAddress node, Connection connection) throws IOException {
        ServerInfo info = ServerInfo.parse(text(connection, "INFO").text());
        @Nullable NodeAddress[] masterOfSlot = new NodeAddress[HashSlot.COUNT];
        Map<String, NodeAddress> members = new LinkedHashMap<>();
        if (info.cluster()) {
            for (ClusterNode member :
                    ClusterNode.parse(text(connection, "CLUSTER", "NODES").text(), node)) {
                members.put(member.id(), member.address());
                if (member.master() && !member.failed()) {
                    member.slots().stream().forEach(slot -> masterOfSlot[slot] = member.address());
                }
            }
        } else {
            Arrays.fill(masterOfSlot, node);
        }
        return new Topology(info.cluster(), info.version(), masterOfSlot, members);
    }

    private Reply text(Connection connection, String... command) throws IOException {
        Reply reply = connection
                .ask(List.of(Arrays.stream(command)
                        .map(word -> word.getBytes(StandardCharsets.US_ASCII))
                        .toList()))
                .get(0);
        if (reply instanceof Reply.Failure failure) {
            throw new IOException(side + " refused " + String.join(" ", command) + ": '" + failure.text()
                    + "'; grant the user the right to it");
        }
        return reply;
    }
}
