package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.Comparison;
import io.caravan.servers.Deployment;
import io.caravan.servers.Endpoint;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import io.caravan.servers.TcpProxy;
import java.time.Duration;
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
            return of(RedisCluster.on(program).start());
        }

        private static Side clusterWithReplicas(ServerProgram program) {
            return of(RedisCluster.on(program).replicas(1).start());
        }

        private static Side standard(ServerProgram program) {
            return of(RedisServer.start(program));
        }

        private static Side of(RedisCluster cluster) {
            return new Side(cluster, cluster, cluster.masters());
        }

        private static Side of(RedisServer server) {
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

    /** Of servers that were started before; they are closed with the pair. */
    static Pair of(RedisCluster source, RedisCluster destination) {
        return new Pair(Side.of(source), Side.of(destination));
    }

    /** Of servers that were started before; they are closed with the pair. */
    static Pair of(RedisServer source, RedisServer destination) {
        return new Pair(Side.of(source), Side.of(destination));
    }

    /** Of servers that were started before; they are closed with the pair. */
    static Pair of(RedisServer source, RedisCluster destination) {
        return new Pair(Side.of(source), Side.of(destination));
    }

    /**
     * A source that clients know by an address only.
     *
     * @param master who serves there in the end
     */
    static Pair at(TcpProxy address, RedisServer master, RedisServer destination) {
        Deployment source = Deployment.server(Endpoint.of(master.host(), address.port()));
        return new Pair(new Side(master, source, List.of(master)), Side.of(destination));
    }

    RedisCluster sourceCluster() {
        return (RedisCluster) sourceServers;
    }

    RedisCluster destinationCluster() {
        return (RedisCluster) destinationServers;
    }

    /** Those that serve the source at this moment. */
    List<RedisServer> sourceMastersNow() {
        return sourceServers instanceof RedisCluster cluster ? cluster.masters() : sourceMasters;
    }

    /** Those that serve the destination at this moment. */
    List<RedisServer> destinationMastersNow() {
        return destinationServers instanceof RedisCluster cluster ? cluster.masters() : destinationMasters;
    }

    /** Empties both, so that another task may begin. */
    void clear() {
        sourceMastersNow().forEach(master -> master.command("FLUSHALL"));
        destinationMastersNow().forEach(master -> master.command("FLUSHALL"));
    }

    /** The shipped task between the two. */
    RunningTask.Settings task() {
        return RunningTask.between(nodes(sourceMasters), nodes(destinationMasters));
    }

    /** Waits until the task's checkpoints say that the destination has nothing that the source has not: a snapshot may have been repeated. */
    void awaitSwept() {
        try (var client = destination.connect()) {
            Await.until(
                    "what the source has lost is swept",
                    Duration.ofSeconds(60),
                    () -> String.valueOf(client.call("HVALS", "caravan:checkpoint:{sync}")),
                    records -> !records.contains("sweep=DUE"));
        }
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
