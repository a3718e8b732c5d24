package io.caravan.cluster;

import io.caravan.node.ClusterNode;
import io.caravan.node.NodeAddress;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.util.BitSet;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Those of a cluster, one master after the other. Thread-safe. */
final class ClusterKeys implements DestinationKeys {

    private final StatefulRedisClusterConnection<byte[], byte[]> connection;
    private final Supplier<CompletionStage<@Nullable NodeAddress[]>> topology;

    /** @param topology asks for the masters by slot */
    ClusterKeys(
            StatefulRedisClusterConnection<byte[], byte[]> connection,
            Supplier<CompletionStage<@Nullable NodeAddress[]>> topology) {
        this.connection = connection;
        this.topology = topology;
    }

    /**
     * Before a snapshot all keys are looked through, since Caravan's own stay; nothing else is written meanwhile. Else a slot that another
     * node serves afterwards may have taken keys along: then all is looked through once more.
     */
    @Override
    public CompletionStage<Void> empty(Emptying keys) {
        if (keys.beforeSnapshot()) {
            return walk(keys.places(), (database, some) -> keys.unlink(connection.async(), some));
        }
        return topology.get()
                .thenCompose(before -> KeyEmptier.empty(connection, before, keys)
                        .thenCompose(done -> topology.get())
                        .thenCompose(after ->
                                keys.places().stream().allMatch(slot -> Objects.equals(before[slot], after[slot]))
                                        ? CompletableFuture.completedStage(null)
                                        : empty(keys)));
    }

    @Override
    public CompletionStage<Void> walk(BitSet slots, KeyVisitor visitor) {
        return new MasterRound(topology, this::moving, master -> walk(master, slots, visitor)).of(slots);
    }

    private CompletionStage<BitSet> moving(NodeAddress master) {
        return connection
                .getConnectionAsync(master.host(), master.port())
                .thenCompose(node -> node.async().clusterNodes())
                .thenApply(nodes -> {
                    var moving = new BitSet();
                    ClusterNode.parse(nodes, master).forEach(node -> moving.or(node.moving()));
                    return moving;
                });
    }

    private CompletionStage<Void> walk(NodeAddress master, BitSet slots, KeyVisitor visitor) {
        return connection
                .getConnectionAsync(master.host(), master.port())
                .thenCompose(node -> new KeyWalk(node.async(), slots, keys -> visitor.visit(0, keys)).run());
    }
}
