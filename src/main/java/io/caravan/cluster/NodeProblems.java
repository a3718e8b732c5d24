package io.caravan.cluster;

import io.caravan.node.NodeAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps the nodes of a destination from serving, in words, as the health check shows it. Changed on the destination's event
 * loop, read by any thread.
 */
final class NodeProblems {

    private static final Logger LOG = LoggerFactory.getLogger(NodeProblems.class);

    private final Map<String, String> problems = new ConcurrentHashMap<>();

    /** A node has answered with an error that is not the command's fault. */
    void refuses(NodeAddress node, ErrorReply error) {
        String problem = error.text() + (error.advice().isEmpty() ? "" : "; " + error.advice());
        if (problems.put(node.toString(), problem) == null) {
            LOG.warn(
                    "destination {} cannot serve at the moment: {}. Its commands are held and tried again",
                    node,
                    problem);
        }
    }

    /** There is no connection to a node. */
    void notConnected(NodeAddress node, String reason) {
        problems.put(node.toString(), "not connected: " + reason);
    }

    /** A node is connected and does not answer. */
    void silent(NodeAddress node, long millis) {
        String problem = "has not answered for " + TimeUnit.MILLISECONDS.toSeconds(millis)
                + " s; what was sent to it is waited for, and what follows is held";
        if (problems.put(node.toString(), problem) == null) {
            LOG.warn("destination {} {}", node, problem);
        }
    }

    /** A node is of no concern any more. */
    void forget(NodeAddress node) {
        problems.remove(node.toString());
    }

    /** A node serves again. */
    void over(NodeAddress node) {
        if (problems.remove(node.toString()) != null) {
            LOG.info("destination {} serves again", node);
        }
    }

    /** Every node serves again. */
    void over() {
        problems.keySet().forEach(node -> LOG.info("destination {} serves again", node));
        problems.clear();
    }

    /** How nodes are at this moment. */
    List<NodeStatus> of(LinkTable links) {
        Map<NodeLink, Integer> slots = links.slots();
        return links.all().entrySet().stream()
                .map(node -> new NodeStatus(
                        node.getKey().toString(),
                        node.getValue().isUp(),
                        slots.getOrDefault(node.getValue(), 0),
                        problems.getOrDefault(node.getKey().toString(), "")))
                .toList();
    }
}
