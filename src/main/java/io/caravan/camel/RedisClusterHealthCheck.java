package io.caravan.camel;

import io.caravan.cluster.Destination;
import io.caravan.cluster.NodeStatus;
import java.util.List;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** UP while every master of the destination is connected and takes commands. */
final class RedisClusterHealthCheck extends AbstractHealthCheck {

    private final Destination destination;

    RedisClusterHealthCheck(Destination destination, String nodes, boolean enabled) {
        super("camel", "producer:redis-cluster-" + nodes);
        this.destination = destination;
        setEnabled(enabled);
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        List<NodeStatus> nodes = destination.nodes();
        for (NodeStatus node : nodes) {
            builder.detail("node." + node.address() + ".connected", node.connected());
        }
        String problems = String.join(
                "; ",
                nodes.stream()
                        .filter(node -> !node.connected() || !node.problem().isEmpty())
                        .map(node ->
                                node.address() + ": " + (node.problem().isEmpty() ? "not connected" : node.problem()))
                        .toList());
        if (problems.isEmpty()) {
            builder.up();
        } else {
            builder.down().message(problems);
        }
    }
}
