package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.servers.Await;
import io.caravan.servers.BusyScript;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.RespError;
import io.caravan.servers.ServerProgram;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the nodes of a cluster say of it, and what it is taken for where they do not. */
class SourceTopologyIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ServerProgram PROGRAM = ServerProgram.of("7.0.15");

    private static EventLoopGroup group;
    private static RedisCluster cluster;

    @BeforeAll
    static void start() {
        group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        cluster = RedisCluster.on(PROGRAM).start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void of_a_node_that_runs_a_long_script_the_next_is_asked() throws IOException {
        List<RedisServer> nodes = cluster.masters();
        try (BusyScript script = BusyScript.on(nodes.get(0))) {
            List<SourceMaster> masters = topology(nodes.get(0), nodes.get(1)).masters();

            assertThat(masters).hasSize(3).noneMatch(master -> master.nodeId().isEmpty());
        }
    }

    @Test
    void where_the_only_one_runs_a_long_script_nobody_knows() throws IOException {
        RedisServer node = cluster.masters().get(0);
        SourceTopology topology = topology(node);
        List<SourceMaster> masters = topology.masters();
        var told = new AtomicInteger();
        var watch = new TopologyWatch(topology(node)::masters, masters, Map::of, told::incrementAndGet);
        try (BusyScript script = BusyScript.on(node)) {
            assertThatThrownBy(() -> topology(node).masters())
                    .isInstanceOfSatisfying(
                            SourceException.class, e -> assertThat(e.remedy()).isEqualTo(SourceException.Remedy.RETRY))
                    .hasMessageContaining("refuses INFO at the moment: 'BUSY");
            watch.look();
            watch.look();

            assertThat(told).hasValue(0);
            assertThat(topology.masters()).as("the others are remembered").hasSameSizeAs(masters);
        }
    }

    /** Redis 7.0 answers {@code INFO} meanwhile, but not {@code CLUSTER NODES}. */
    @Test
    void a_node_that_loads_its_data_is_no_standard_server() throws Exception {
        try (RedisServer node = RedisServer.on(PROGRAM)
                .option("cluster-enabled", "yes")
                .option("loading-process-events-interval-bytes", "1024")
                .start()) {
            node.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
            Await.until(
                    "the cluster serves",
                    PATIENCE,
                    () -> String.valueOf(node.command("CLUSTER", "INFO")).contains("cluster_state:ok"));
            node.command("DEBUG", "POPULATE", "2000");
            node.command("CONFIG", "SET", "key-load-delay", "5000");
            CompletableFuture<Void> loading = CompletableFuture.runAsync(() -> reload(node));
            Await.until("it loads", PATIENCE, () -> isLoading(node));

            assertThatThrownBy(() -> topology(node).masters())
                    .isInstanceOfSatisfying(
                            SourceException.class, e -> assertThat(e.remedy()).isEqualTo(SourceException.Remedy.RETRY))
                    .hasMessageContaining("refuses CLUSTER at the moment: 'LOADING");

            loading.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(topology(node).masters())
                    .singleElement()
                    .satisfies(master -> assertThat(master.nodeId()).isNotEmpty());
        }
    }

    @Test
    void where_the_account_may_not_ask_the_given_nodes_are_taken_for_the_masters() throws IOException {
        RedisServer node = cluster.servers().get(0);
        node.command("ACL", "SETUSER", "default", "-cluster|nodes");
        try {
            assertThat(topology(node, cluster.servers().get(1)).masters())
                    .hasSize(2)
                    .allMatch(master -> master.nodeId().isEmpty());
        } finally {
            node.command("ACL", "SETUSER", "default", "+cluster|nodes");
        }
    }

    private static void reload(RedisServer node) {
        try (var client = node.connect()) {
            client.call("DEBUG", "RELOAD");
        }
    }

    private static boolean isLoading(RedisServer node) {
        try {
            node.command("DBSIZE");
            return false;
        } catch (RespError e) {
            return e.code().equals("LOADING");
        }
    }

    private static SourceTopology topology(RedisServer... nodes) {
        var transport = new Transport(group, NioSocketChannel.class, null, false, PATIENCE, PATIENCE);
        return new SourceTopology(
                transport,
                Credentials.NONE,
                Stream.of(nodes)
                        .map(node -> new NodeAddress(node.host(), node.port()))
                        .toList());
    }
}
