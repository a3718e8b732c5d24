package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Comparison;
import io.caravan.servers.Deployment;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import java.util.List;

/** A source and a destination of real servers, standard or cluster. Made and closed by the test's thread. */
final class Pair implements AutoCloseable {

    private final AutoCloseable sourceServers;
    private final AutoCloseable destinationServers;
    final Deployment source;
    final Deployment destination;
    final List<RedisServer> sourceMasters;
    final List<RedisServer> destinationMasters;

    private Pair(Side source, Side destination) {
        sourceServers = source.servers;
        destinationServers = destination.servers;
        this.source = source.deployment;
        this.destination = destination.deployment;
        sourceMasters = source.masters;
        destinationMasters = destination.masters;
    }

    private record Side(AutoCloseable servers, Deployment deployment, List<RedisServer> masters) {

        private static Side cluster(ServerProgram program) {
            RedisCluster cluster = RedisCluster.on(program).start();
            return new Side(cluster, cluster, cluster.masters());
        }

        private static Side clusterWithReplicas(ServerProgram program) {
            RedisCluster cluster = RedisCluster.on(program).replicas(1).start();
            return new Side(cluster, cluster, cluster.masters());
        }

        private static Side standard(ServerProgram program) {
            RedisServer server = RedisServer.start(program);
            return new Side(server, server, List.of(server));
        }
    }

    static ServerProgram older() {
        return ServerProgram.of("7.0.15");
    }

    static ServerProgram newer() {
        return ServerProgram.of("7.4.1");
    }

    static Pair clusters() {
        return new Pair(Side.cluster(older()), Side.cluster(newer()));
    }

    /** Every master has a replica. */
    static Pair clustersWithReplicas() {
        return new Pair(Side.clusterWithReplicas(older()), Side.clusterWithReplicas(newer()));
    }

    static Pair standardToCluster() {
        return new Pair(Side.standard(older()), Side.cluster(newer()));
    }

    static Pair standardToCluster(ServerProgram source) {
        return new Pair(Side.standard(source), Side.cluster(newer()));
    }

    static Pair clusterToStandard() {
        return new Pair(Side.cluster(older()), Side.standard(newer()));
    }

    static Pair standards(ServerProgram source, ServerProgram destination) {
        return new Pair(Side.standard(source), Side.standard(destination));
    }

    RedisCluster sourceCluster() {
        return (RedisCluster) sourceServers;
    }

    RedisCluster destinationCluster() {
        return (RedisCluster) destinationServers;
    }

    /** The shipped task between the two. */
    RunningTask.Settings task() {
        return RunningTask.between(nodes(sourceMasters), nodes(destinationMasters));
    }

    /** Fails with the differences if the two are not equal key by key. */
    void assertEqual() {
        assertThat(Comparison.of(source, destination).run())
                .satisfies(
                        report -> assertThat(report.isEqual()).as("%s", report).isTrue());
    }

    static String nodes(List<RedisServer> servers) {
        return String.join(
                ",",
                servers.stream()
                        .map(server -> server.host() + ":" + server.port())
                        .toList());
    }

    @Override
    public void close() throws Exception {
        sourceServers.close();
        destinationServers.close();
    }
}
