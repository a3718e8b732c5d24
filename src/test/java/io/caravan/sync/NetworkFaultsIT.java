package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.TcpProxy;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Networks that are slow, that carry nothing for a while, or that lose connections without a word; the copy ends equal. */
class NetworkFaultsIT {

    /** Less than what the load writes. */
    private static final long SLOW_BYTES_PER_SECOND = 50_000;

    private static final String SHORT_MILLIS = "2000";

    private static Pair pair;

    private TcpProxy source;
    private TcpProxy destination;

    @BeforeAll
    static void startServers() {
        pair = Pair.standards(Pair.older(), Pair.newer());
    }

    @AfterAll
    static void stopServers() throws Exception {
        pair.close();
    }

    @BeforeEach
    void emptyServersBehindProxies() {
        pair.clear();
        source = TcpProxy.to(pair.sourceMasters.get(0).port());
        destination = TcpProxy.to(pair.destinationMasters.get(0).port());
    }

    @AfterEach
    void closeProxies() {
        source.close();
        destination.close();
    }

    @Test
    void a_slow_network_to_the_source() throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair, task())) {
            Recovery slow = loaded.fault("network to the source slow (50 kB/s)");
            source.limit(SLOW_BYTES_PER_SECOND);
            loaded.awaitWrites(9000);
            assertThat(loaded.lagBytes()).isPositive();
            source.limit(0);
            slow.ends();

            loaded.endsEqual();
            assertThat(loaded.reconnections()).isZero();
        }
    }

    @Test
    void a_slow_network_to_the_destination() throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair, task())) {
            Recovery slow = loaded.fault("network to the destination slow (50 kB/s)");
            destination.limit(SLOW_BYTES_PER_SECOND);
            loaded.awaitWrites(9000);
            assertThat(loaded.lagBytes()).isPositive();
            destination.limit(0);
            slow.ends();

            loaded.endsEqual();
            assertThat(loaded.task().meter("caravan.destination.connections")).isOne();
        }
    }

    @Test
    void a_long_way_to_both() throws Exception {
        source.delay(Duration.ofMillis(20));
        destination.delay(Duration.ofMillis(20));
        try (LoadedTask loaded = LoadedTask.on(pair, task())) {
            loaded.awaitWrites(6000);

            loaded.endsEqual();
        }
    }

    @Test
    void a_network_to_the_source_that_carries_nothing_for_a_while() throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair, task())) {
            Recovery held = loaded.fault("network to the source carries nothing for 3 s");
            source.hold();
            loaded.awaitWrites(9000);
            source.release();
            held.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isOne();
        }
    }

    @Test
    void a_network_to_the_destination_that_carries_nothing_for_a_while() throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair, task())) {
            Recovery held = loaded.fault("network to the destination carries nothing for some seconds");
            destination.hold();
            loaded.task().awaitDown("has not answered");
            loaded.awaitWrites(3000);
            destination.release();
            held.ends();

            loaded.task().awaitHealthy();
            loaded.endsEqual();
            assertThat(loaded.task().meter("caravan.destination.connections")).isOne();
        }
    }

    @Test
    void connections_to_the_source_that_are_gone_without_a_word() throws Exception {
        RunningTask.Settings settings =
                task().with("camel.component.redis-replication.replication-timeout", SHORT_MILLIS);
        try (LoadedTask loaded = LoadedTask.on(pair, settings)) {
            Recovery gone = loaded.fault("connections to the source gone without a word (replicationTimeout 2 s)");
            source.forgetOpen();
            loaded.task().awaitProblem("silent");
            gone.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isOne();
        }
    }

    @Test
    void connections_to_the_destination_that_are_gone_without_a_word() throws Exception {
        RunningTask.Settings settings = task().with("camel.component.redis-cluster.response-timeout", SHORT_MILLIS);
        try (LoadedTask loaded = LoadedTask.on(pair, settings)) {
            Recovery gone = loaded.fault("connections to the destination gone without a word (responseTimeout 2 s)");
            destination.forgetOpen();
            loaded.awaitWrites(3000);
            gone.ends();

            loaded.task().awaitHealthy();
            loaded.endsEqual();
            assertThat(loaded.task().meter("caravan.destination.connections")).isGreaterThan(1);
        }
    }

    @Test
    void connections_to_both_that_are_cut_again_and_again() throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair, task())) {
            Recovery cuts = loaded.fault("all connections cut, 10 times");
            for (int cut = 1; cut <= 10; cut++) {
                source.cut();
                destination.cut();
                loaded.awaitWrites(600);
            }
            cuts.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isOne();
        }
    }

    @Test
    void one_node_of_a_cluster_that_cannot_be_reached_for_a_while() throws Exception {
        RedisCluster cluster = RedisCluster.on(Pair.newer()).start();
        try (Pair toCluster = Pair.of(RedisServer.start(Pair.older()), cluster);
                TcpProxy proxy = TcpProxy.to(cluster.masters().get(0).port())) {
            cluster.masters().get(0).announce(proxy.port());
            cluster.awaitAgreement();
            try (LoadedTask loaded = LoadedTask.on(toCluster)) {
                Recovery held = loaded.fault("network to one node of the destination carries nothing for some seconds");
                proxy.hold();
                loaded.task().awaitDown("has not answered");
                loaded.awaitWrites(3000);
                proxy.release();
                held.ends();

                loaded.task().awaitHealthy();
                loaded.endsEqual();
            }
        }
    }

    private RunningTask.Settings task() {
        return RunningTask.between(source.address(), destination.address());
    }
}
