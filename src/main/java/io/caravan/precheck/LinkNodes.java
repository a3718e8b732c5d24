package io.caravan.precheck;

import io.caravan.node.ServerInfo;
import io.caravan.replication.SourceSettings.ReadFrom;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which node each shard of the source would be linked to now: its master or, where replicas are preferred, the replica that has come
 * furthest of those that are linked to their master and call their history as it does. Asked and used by the thread of the precheck.
 */
final class LinkNodes {

    /** The node of each master, in the order of the masters. */
    private final Map<Server, Server> nodes = new LinkedHashMap<>();

    private final boolean prefersReplicas;

    private record Candidate(Server server, long offset) {}

    private LinkNodes(boolean prefersReplicas) {
        this.prefersReplicas = prefersReplicas;
    }

    static LinkNodes of(Facts facts, Side source) throws IOException {
        var found = new LinkNodes(facts.settings().source().readFrom() == ReadFrom.REPLICA_PREFERRED);
        for (Server master : source.masters()) {
            found.nodes.put(master, found.prefersReplicas ? replicaOf(master, source) : master);
        }
        return found;
    }

    private static Server replicaOf(Server master, Side source) throws IOException {
        String history = master.info("replication").field("master_replid").orElse("");
        List<Candidate> candidates = new ArrayList<>();
        for (Server replica : source.replicasOf(master)) {
            ServerInfo info = replica.info("replication");
            boolean linked = info.replica()
                    && info.field("master_link_status").filter("up"::equals).isPresent();
            if (linked && info.field("master_replid").filter(history::equals).isPresent()) {
                candidates.add(new Candidate(replica, info.number("master_repl_offset", 0)));
            }
        }
        return candidates.stream()
                .max(Comparator.comparingLong(Candidate::offset))
                .map(Candidate::server)
                .orElse(master);
    }

    /** The node that would be linked to for this master. */
    Server of(Server master) {
        return nodes.getOrDefault(master, master);
    }

    /** Those that are replicas. */
    List<Server> replicas() {
        return nodes.entrySet().stream()
                .filter(node -> node.getKey() != node.getValue())
                .map(Map.Entry::getValue)
                .toList();
    }

    /** {@code ; the links go to 10.0.0.2:7000 (replica of 10.0.0.1:7000), 10.0.0.3:7000 (master: no replica can serve the link)}; empty where masters are wanted. */
    String text() {
        return prefersReplicas
                ? nodes.entrySet().stream()
                        .map(node -> node.getValue().name()
                                + (node.getKey() == node.getValue()
                                        ? " (master: no replica can serve the link)"
                                        : " (replica of " + node.getKey().name() + ")"))
                        .collect(Collectors.joining(", ", "; the links go to ", ""))
                : "";
    }
}
