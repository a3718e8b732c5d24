package io.caravan.precheck;

import io.caravan.node.ClusterNode;
import io.caravan.node.NodeAddress;
import io.caravan.node.Refusal;
import io.caravan.node.ServerInfo;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All servers of a source, or of a destination: those that were given, and those that their cluster announces.
 *
 * <p>Made, asked and closed by the thread of the precheck.
 */
final class Side implements AutoCloseable {

    private final String word;
    private final List<NodeAddress> given;
    private final Conversation.Opener opener;
    private final boolean encrypted;
    private final List<Server> servers = new ArrayList<>();
    private final List<Server> announced = new ArrayList<>();
    private final List<Obstacle> obstacles = new ArrayList<>();
    private List<ClusterNode> view = List.of();
    private Optional<Refusal> topologyRefusal = Optional.empty();

    private Side(String word, List<NodeAddress> given, Conversation.Opener opener, boolean encrypted) {
        this.word = word;
        this.given = given;
        this.opener = opener;
        this.encrypted = encrypted;
    }

    /**
     * Connects to all of them, one after the other.
     *
     * @param word {@code source} or {@code destination}
     * @param given nodes of the settings
     * @param encrypted whether the side is spoken to by TLS
     */
    static Side of(String word, List<NodeAddress> given, Conversation.Opener opener, boolean encrypted) {
        var side = new Side(word, given, opener, encrypted);
        Map<NodeAddress, Server> answering = new LinkedHashMap<>();
        for (NodeAddress node : given) {
            side.meet(node, Obstacle.Importance.GIVEN).ifPresent(server -> answering.put(node, server));
        }
        side.discover(answering);
        return side;
    }

    private void discover(Map<NodeAddress, Server> answering) {
        boolean told = learnView(answering.values());
        if (!view.isEmpty()) {
            meetMembers(answering);
        } else if (told) {
            answering.values().stream()
                    .filter(server -> server.refusal().isEmpty())
                    .findFirst()
                    .ifPresent(servers::add);
        } else {
            servers.addAll(answering.values());
        }
        answering.values().stream().filter(server -> !servers.contains(server)).forEach(Server::close);
    }

    /** As a task does it: where a server may not be asked no other is, and where it cannot answer just now the next one. */
    private boolean learnView(Collection<Server> answering) {
        for (Server server : answering) {
            Optional<Refusal> refusal = learnView(server);
            topologyRefusal = refusal.filter(why -> server.info().cluster());
            if (refusal.isEmpty()) {
                return true;
            }
            if (refusal.get().isOfRights()) {
                return false;
            }
        }
        return false;
    }

    /** Answers why that is not possible. */
    private Optional<Refusal> learnView(Server server) {
        if (server.refusal().isPresent()) {
            return server.refusal().map(failure -> new Refusal(failure.text()));
        }
        if (!server.info().cluster()) {
            return Optional.empty();
        }
        try {
            Reply reply = server.ask("CLUSTER", "NODES");
            if (reply instanceof Reply.Failure failure) {
                return Optional.of(new Refusal(failure.text()));
            }
            view = ClusterNode.parse(reply.text(), server.address());
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.of(new Refusal(String.valueOf(e.getMessage())));
        }
    }

    private void meetMembers(Map<NodeAddress, Server> answering) {
        Map<NodeAddress, Server> known = new HashMap<>(answering);
        for (ClusterNode node : view) {
            if (node.failed()) {
                continue;
            }
            var importance = node.master() ? Obstacle.Importance.MASTER : Obstacle.Importance.REPLICA;
            Optional<Server> met = Optional.ofNullable(known.remove(node.address()))
                    .or(() -> unreachable(node.address()) ? Optional.empty() : meet(node.address(), importance));
            met.ifPresent(server -> {
                server.isMember(node);
                servers.add(server);
            });
        }
    }

    /** A given node that did not answer is not asked again; as a member it is graver. */
    private boolean unreachable(NodeAddress node) {
        for (int i = 0; i < obstacles.size(); i++) {
            Obstacle known = obstacles.get(i);
            if (known.node().equals(node.toString())) {
                boolean master =
                        view.stream().anyMatch(member -> member.address().equals(node) && member.master());
                obstacles.set(
                        i,
                        new Obstacle(
                                known.kind(),
                                master ? Obstacle.Importance.MASTER : Obstacle.Importance.REPLICA,
                                known.node(),
                                known.cause(),
                                known.remedy()));
                return true;
            }
        }
        return false;
    }

    private Optional<Server> meet(NodeAddress node, Obstacle.Importance importance) {
        try {
            var server = new Server(node, opener.open(node));
            Optional<Reply.Failure> refusal = server.refusal();
            if (refusal.isEmpty() || !refusal.get().code().equals("NOAUTH")) {
                return Optional.of(server);
            }
            server.close();
            obstacles.add(new Obstacle(
                    Obstacle.Kind.CREDENTIALS,
                    importance,
                    node.toString(),
                    word + " " + node + " wants authentication: " + Server.quoted(refusal.get()),
                    "set the " + word + "'s password, written <user>:<password>"));
        } catch (IOException e) {
            obstacles.add(Obstacle.of(e, importance, node.toString(), encrypted));
        }
        return Optional.empty();
    }

    /** {@code source} or {@code destination}. */
    String word() {
        return word;
    }

    /** The nodes of the settings. */
    List<NodeAddress> given() {
        return given;
    }

    /** Whether it is spoken to by TLS. */
    boolean isEncrypted() {
        return encrypted;
    }

    /** Whether any server could be asked. */
    boolean answers() {
        return !servers.isEmpty();
    }

    /** The server that is asked where any will do. Only if the side {@link #answers}. */
    Server first() {
        return masters().stream().findFirst().orElseGet(() -> servers.get(0));
    }

    /** Those that answered. */
    List<Server> servers() {
        return List.copyOf(servers);
    }

    /** Those of them that hold keys. */
    List<Server> masters() {
        return servers.stream().filter(Server::isMaster).toList();
    }

    /** The replicas of a master that answer: members of its cluster, or those that a standard server names, which are connected to now. */
    List<Server> replicasOf(Server master) {
        Optional<ClusterNode> member = master.membership();
        if (member.isPresent()) {
            return servers.stream()
                    .filter(server -> server.membership()
                            .filter(node -> node.masterId().equals(member.get().id()))
                            .isPresent())
                    .toList();
        }
        for (NodeAddress replica : master.info().replicas()) {
            boolean known =
                    announced.stream().anyMatch(server -> server.address().equals(replica)) || unreachable(replica);
            if (!known) {
                meet(replica, Obstacle.Importance.REPLICA).ifPresent(announced::add);
            }
        }
        return List.copyOf(announced);
    }

    /** Whether it is a cluster. */
    boolean isCluster() {
        return !view.isEmpty() || answers() && servers.get(0).info().cluster();
    }

    /** All nodes as the first that was asked sees them; none where there is no cluster, or it does not tell. */
    List<ClusterNode> view() {
        return view;
    }

    /** Why the topology is not known. */
    Optional<Refusal> topologyRefusal() {
        return topologyRefusal;
    }

    /** Another connection to a server of this side. */
    Conversation open(Server server) throws IOException {
        return opener.open(server.address());
    }

    /** What {@code INFO} says on another connection, which a balancer may lead to another server. */
    ServerInfo infoAgain(Server server) throws IOException {
        try (Conversation another = open(server)) {
            return ServerInfo.parse(another.ask(List.of(List.of("INFO"))).get(0).text());
        }
    }

    /** What kept servers from being asked. */
    List<Finding> obstacles(Obstacle.Kind kind) {
        return obstacles.stream()
                .filter(obstacle -> obstacle.kind() == kind)
                .map(obstacle -> obstacle.finding(answers()))
                .toList();
    }

    @Override
    public void close() {
        servers.forEach(Server::close);
        announced.forEach(Server::close);
    }
}
