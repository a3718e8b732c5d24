package io.caravan.replication;

import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each master how far its stream has come, so that the lag counts what has not even arrived, and what time it is, so that
 * times to live are counted by the source's clock.
 *
 * <p>{@link #ask()} is called again and again by one thread, which waits for the answers. What an account may not ask of a node
 * ({@code INFO} or {@code TIME} refused) is not asked twice: the lag then counts what has arrived, and the source's clock is taken to
 * agree with ours.
 */
final class SourceMonitor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SourceMonitor.class);

    private final SourceSettings settings;
    private final List<ShardReplication> shards;
    private final Map<NodeAddress, SourceConnection> connections = new HashMap<>();
    private final Set<NodeAddress> offsetRefused = new HashSet<>();
    private final Set<NodeAddress> timeRefused = new HashSet<>();

    SourceMonitor(SourceSettings settings, List<ShardReplication> shards) {
        this.settings = settings;
        this.shards = shards;
    }

    /** Asks every shard's master once. */
    void ask() {
        for (ShardReplication shard : shards) {
            NodeAddress node = shard.master().address();
            if (!offsetRefused.contains(node) || !timeRefused.contains(node)) {
                ask(shard, node);
            }
        }
    }

    private void ask(ShardReplication shard, NodeAddress node) {
        try {
            SourceConnection connection = connections.get(node);
            if (connection == null) {
                connection = SourceConnection.open(transport(), node, settings.credentials());
                connections.put(node, connection);
            }
            if (!timeRefused.contains(node) && !connection.askTime(shard.clock())) {
                timeRefused.add(node);
            }
            if (!offsetRefused.contains(node)) {
                ServerInfo replication = connection.replication();
                if (SourceConnection.offsetIn(replication).isEmpty()) {
                    offsetRefused.add(node);
                } else {
                    shard.masterSays(replication);
                }
            }
        } catch (IOException e) {
            LOG.debug("source {} does not tell its offset: {}", node, e.getMessage());
            SourceConnection broken = connections.remove(node);
            if (broken != null) {
                broken.close();
            }
            shard.masterIsSilent();
        }
    }

    /** One that does not answer must not keep us from seeing that the replica of another stands still. */
    private Transport transport() {
        return settings.readFrom() == SourceSettings.ReadFrom.MASTER ? settings.transport() : settings.shortTransport();
    }

    @Override
    public void close() {
        connections.values().forEach(SourceConnection::close);
        connections.clear();
    }
}
