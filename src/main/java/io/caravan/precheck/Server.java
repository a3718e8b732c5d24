package io.caravan.precheck;

import io.caravan.command.HashSlot;
import io.caravan.node.ClusterNode;
import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import io.caravan.node.ServerVersion;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A server that answered, with a connection to it. Belongs to the thread of the precheck. */
final class Server implements AutoCloseable {

    private static final Reply NOT_ASKED = new Reply.Nothing();

    private final NodeAddress address;
    private final Conversation conversation;
    private final Reply infoReply;
    private final ServerInfo info;
    private Optional<ClusterNode> membership = Optional.empty();

    /** Asks for {@code INFO}. */
    Server(NodeAddress address, Conversation conversation) throws IOException {
        this.address = address;
        this.conversation = conversation;
        infoReply = ask("INFO");
        info = ServerInfo.parse(infoReply instanceof Reply.Failure ? "" : infoReply.text());
    }

    /** {@code host:port}, as it was connected to. */
    String name() {
        return address.toString();
    }

    NodeAddress address() {
        return address;
    }

    /** What it says of itself; empty fields if {@link #refusal} is present. */
    ServerInfo info() {
        return info;
    }

    /** Why it does not tell {@code INFO}. */
    Optional<Reply.Failure> refusal() {
        return infoReply instanceof Reply.Failure failure ? Optional.of(failure) : Optional.empty();
    }

    /** Product and version; empty if it does not tell. */
    Optional<ServerVersion> version() {
        return info.field("redis_version").map(known -> info.version());
    }

    boolean atLeast(int major, int minor) {
        return version().map(version -> version.atLeast(major, minor)).orElse(false);
    }

    /** What the cluster says of it. */
    void isMember(ClusterNode node) {
        membership = Optional.of(node);
    }

    Optional<ClusterNode> membership() {
        return membership;
    }

    /** Whether it holds data of its own: a master that serves slots, or whatever there is where there is no cluster. */
    boolean isMaster() {
        return membership.map(node -> node.master() && !node.slots().isEmpty()).orElse(true);
    }

    /** The slots that it serves: every one if there is no cluster. */
    BitSet slots() {
        return membership.map(ClusterNode::slots).orElseGet(HashSlot::all);
    }

    Reply ask(String... command) throws IOException {
        return conversation.ask(List.of(List.of(command))).get(0);
    }

    /** Fields of a section that plain {@code INFO} leaves out, or as they are by now. */
    ServerInfo info(String section) throws IOException {
        Reply reply = ask("INFO", section);
        return ServerInfo.parse(reply instanceof Reply.Failure ? "" : reply.text());
    }

    /** The settings whose names match a pattern, in lower case; empty if the server does not tell. */
    Optional<Map<String, String>> settings(String pattern) throws IOException {
        if (!(ask("CONFIG", "GET", pattern) instanceof Reply.Elements pairs)) {
            return Optional.empty();
        }
        Map<String, String> settings = new TreeMap<>();
        for (int i = 0; i + 1 < pairs.replies().size(); i += 2) {
            settings.put(
                    pairs.replies().get(i).text().toLowerCase(Locale.ROOT),
                    pairs.replies().get(i + 1).text());
        }
        return Optional.of(settings);
    }

    /** What it says of every node of its cluster; none if it does not tell. */
    List<ClusterNode> view() throws IOException {
        Reply reply = info.cluster() ? ask("CLUSTER", "NODES") : NOT_ASKED;
        return reply instanceof Reply.Failure || reply == NOT_ASKED
                ? List.of()
                : ClusterNode.parse(reply.text(), address);
    }

    /** The databases that have keys, with what {@code INFO} says of each: {@code keys=2,expires=0,avg_ttl=0}. */
    Map<Integer, String> keyspace() {
        Map<Integer, String> databases = new TreeMap<>();
        info.beginningWith("db").forEach((number, line) -> {
            if (number.matches("\\d{1,9}")) {
                databases.put(Integer.valueOf(number), line);
            }
        });
        return databases;
    }

    /** A number out of a line like {@code keys=2,expires=0}; 0 if it is not there. */
    static long number(String line, String name) {
        for (String part : line.split(",")) {
            if (part.startsWith(name + "=")) {
                String digits = part.substring(name.length() + 1);
                return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : 0;
            }
        }
        return 0;
    }

    /** The error, in quotes and cut. */
    static String quoted(Reply.Failure failure) {
        return "'" + MalformedRespException.quote(failure.text()) + "'";
    }

    @Override
    public void close() {
        conversation.close();
    }
}
