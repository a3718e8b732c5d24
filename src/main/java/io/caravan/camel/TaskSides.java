package io.caravan.camel;

import io.caravan.cluster.Destination;
import io.caravan.cluster.NodeCounters;
import io.caravan.cluster.NodeStatus;
import io.caravan.node.ServerVersion;
import io.caravan.replication.SourceMaster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Both sides of a task that runs: what they are, and how the destination's nodes do. Any thread. */
public final class TaskSides {

    private static final Logger LOG = LoggerFactory.getLogger(TaskSides.class);

    /**
     * What one side is.
     *
     * @param cluster whether it is a cluster
     * @param version of its first node, with its product; empty where the account may not ask
     */
    public record Side(boolean cluster, Optional<ServerVersion> version) {}

    private final Side source;
    private final List<Destination> destinations;

    private TaskSides(Side source, List<Destination> destinations) {
        this.source = source;
        this.destinations = destinations;
    }

    static TaskSides of(List<SourceMaster> masters, List<Destination> destinations) {
        SourceMaster first = masters.get(0);
        return new TaskSides(new Side(!first.nodeId().isEmpty(), first.version()), List.copyOf(destinations));
    }

    /** The source. */
    public Side source() {
        return source;
    }

    /** The first destination of the route; empty if it leads to none. */
    public Optional<Side> destination() {
        return destinations.stream()
                .findFirst()
                .map(first -> new Side(first.isCluster(), Optional.of(first.version())));
    }

    /** Every node of the destinations. Waits for their event loops; empty for one that is being closed. */
    public List<NodeStatus> nodes() {
        return destinations.stream().flatMap(each -> nodes(each).stream()).toList();
    }

    private static List<NodeStatus> nodes(Destination destination) {
        try {
            return destination.nodes();
        } catch (CompletionException | RejectedExecutionException e) {
            LOG.debug("a destination does not say how its nodes are", e);
            return List.of();
        }
    }

    /** What has gone to each node of the destinations, by address. */
    public Map<String, NodeCounters> counters() {
        Map<String, NodeCounters> all = new HashMap<>();
        destinations.forEach(each -> all.putAll(each.counters()));
        return all;
    }
}
