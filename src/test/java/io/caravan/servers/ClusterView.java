package io.caravan.servers;

import io.caravan.node.SlotRanges;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** One node's opinion of its cluster: a parsed {@code CLUSTER NODES}. */
record ClusterView(List<Node> nodes) {
    /**
     * One line: {@code <id> <host>:<port>[@<bus port>][,<host name>] <flags> <master> <ping> <pong> <epoch> <link> <slot>…}.
     *
     * @param masterId of a replica; {@code -} for a master
     * @param isLinked whether the node that holds this opinion is connected to this one
     */
    record Node(String id, int port, Set<String> flags, String masterId, boolean isLinked, BitSet slots) {
        static Node parse(String line) {
            String[] fields = line.split(" ", -1);
            String address = fields[1].split("[@,]", 2)[0];
            BitSet slots = new BitSet();
            for (int i = 8; i < fields.length; i++) {
                if (!fields[i].startsWith("[")) { // [93-<-id]: a slot on its way, listed where it is as well
                    String[] range = fields[i].split("-", 2);
                    slots.set(Integer.parseInt(range[0]), Integer.parseInt(range[range.length - 1]) + 1);
                }
            }
            return new Node(
                    fields[0],
                    Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)),
                    Set.of(fields[2].split(",")),
                    fields[3],
                    fields[7].equals("connected"),
                    slots);
        }

        boolean isMaster() {
            return flags.contains("master");
        }

        /** In doubt, failed, or not yet met. */
        boolean isTroubled() {
            return flags.contains("fail")
                    || flags.contains("fail?")
                    || flags.contains("handshake")
                    || flags.contains("noaddr");
        }

        boolean isMyself() {
            return flags.contains("myself");
        }

        private String opinion() {
            return id + (isMaster() ? " master of " + SlotRanges.text(slots) : " replica of " + masterId);
        }
    }

    static ClusterView parse(String clusterNodes) {
        return new ClusterView(clusterNodes
                .lines()
                .filter(line -> !line.isBlank())
                .map(Node::parse)
                .toList());
    }

    Node myself() {
        return nodes.stream().filter(Node::isMyself).findFirst().orElseThrow();
    }

    long masters() {
        return nodes.stream().filter(Node::isMaster).count();
    }

    Optional<Node> node(Predicate<Node> wanted) {
        return nodes.stream().filter(wanted).findFirst();
    }

    /** The roles and slots of these nodes, the same text from every node that agrees; empty while one is missing. */
    Optional<String> opinionOf(Set<Integer> ports) {
        List<String> opinions = new ArrayList<>();
        for (int port : new TreeSet<>(ports)) {
            Optional<Node> node = node(candidate -> candidate.port() == port
                    && !candidate.isTroubled()
                    && (candidate.isLinked() || candidate.isMyself()));
            if (node.isEmpty()) {
                return Optional.empty();
            }
            opinions.add(node.get().opinion());
        }
        return Optional.of(String.join("\n", opinions));
    }
}
