package io.caravan.servers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisClusterIT {
    @EachServer(min = "3.2")
    void slots_and_masters_change_under_load_and_no_write_is_lost(ServerProgram program) {
        try (RedisCluster cluster = RedisCluster.on(program).replicas(1).start();
                Load load = Load.on(cluster).seed(7).threads(2).perSecond(8_000).start()) {
            RedisServer first = cluster.masters().get(0);
            RedisServer second = cluster.masters().get(1);
            RedisServer replica = cluster.replicasOf(second).get(0);
            List<Integer> slots = cluster.slotsOf(first).subList(0, 300);
            awaitProgress(load);

            cluster.moveSlots(first, second, slots);
            cluster.failover(replica);
            awaitProgress(load);
            LoadReport report = load.stop();

            assertThat(report.unanswered()).isZero();
            assertThat(report.retries()).isPositive();
            assertThat(report.violationsAt(cluster)).isEmpty();
            assertThat(cluster.slotsOf(replica)).containsAll(slots);
            assertThat(cluster.replicasOf(replica)).containsExactly(second);
        }
    }

    private static void awaitProgress(Load load) {
        long before = load.acknowledged();
        Await.until("the load goes on", Duration.ofSeconds(30), load::acknowledged, now -> now > before + 2_000);
    }

    @Test
    void the_replica_of_a_killed_master_takes_its_place() {
        try (RedisCluster cluster =
                        RedisCluster.on(ServerProgram.newest()).replicas(1).start();
                Load load = Load.on(cluster).perSecond(8_000).start()) {
            awaitProgress(load);
            RedisServer master = cluster.masters().get(0);
            RedisServer replica = cluster.replicasOf(master).get(0);

            RedisServer promoted = cluster.killMaster(master);

            assertThat(promoted).isSameAs(replica);
            assertThat(cluster.masters()).hasSize(3).contains(promoted).doesNotContain(master);
            awaitProgress(load);
            assertThat(load.stop().violationsAt(cluster)).isEmpty();

            master.restart();
            cluster.awaitAgreement();

            assertThat(cluster.replicasOf(promoted)).containsExactly(master);
        }
    }

    @Test
    void a_master_joins_takes_slots_and_leaves() {
        try (RedisCluster cluster =
                RedisCluster.on(ServerProgram.oldestWithCluster()).start()) {
            RedisServer first = cluster.masters().get(0);

            RedisServer added = cluster.addMaster();
            cluster.moveSlots(first, added, 0, 9);

            assertThat(cluster.masters()).hasSize(4);
            assertThat(cluster.nodeForSlot(9)).isSameAs(added);
            assertThat(cluster.nodeForSlot(10)).isSameAs(first);
            assertThatThrownBy(() -> cluster.removeNode(added)).isInstanceOf(IllegalArgumentException.class);

            cluster.moveSlots(added, first, 0, 9);
            cluster.removeNode(added);

            assertThat(cluster.masters()).hasSize(3).doesNotContain(added);
            assertThat(added.isAlive()).isFalse();
        }
    }

    @Test
    void a_client_finds_each_key_at_its_node() {
        ClusterOptions options = RedisCluster.on(ServerProgram.newest()).password("secret");
        try (RedisCluster cluster = (ServerProgram.newest().hasTls() ? options.tls() : options).start();
                DeploymentClient client = cluster.clusterClient()) {
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                requests.add(Request.of("SET", "key" + i, i));
            }

            assertThat(client.run(requests)).containsOnly("OK");

            assertThat(cluster.dbsize()).isEqualTo(1_000);
            RedisServer owner = cluster.nodeForKey("key7".getBytes(UTF_8));
            assertThat(owner.command("GET", "key7")).isEqualTo("7");
            List<Integer> slot = List.of(HashSlots.of("key7".getBytes(UTF_8)));
            cluster.moveSlots(
                    owner,
                    cluster.masters().stream()
                            .filter(master -> master != owner)
                            .findFirst()
                            .orElseThrow(),
                    slot);
            assertThat(client.call("GET", "key7")).isEqualTo("7");
            cluster.flushAll();
            assertThat(client.size()).isZero();
        }
    }
}
