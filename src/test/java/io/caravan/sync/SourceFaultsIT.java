package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.replication.ShardCounters;
import io.caravan.servers.Await;
import io.caravan.servers.BusyScript;
import io.caravan.servers.Dataset;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.TcpProxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to a cluster that is a source while clients write to it; the copy is equal afterwards, each time. */
class SourceFaultsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Pair pair;

    @BeforeAll
    static void startServers() {
        pair = Pair.of(
                RedisCluster.on(Pair.older())
                        .option("repl-backlog-size", "64mb")
                        .start(),
                RedisCluster.on(Pair.newer()).start());
    }

    @AfterAll
    static void stopServers() throws Exception {
        pair.close();
    }

    @BeforeEach
    void empty() {
        pair.clear();
    }

    @Test
    void a_link_that_is_cut_is_continued() throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair)) {
            Recovery cuts = loaded.fault("source: replication link cut, 5 times");
            for (int cut = 1; cut <= 5; cut++) {
                long before = loaded.reconnections();
                pair.sourceMasters.forEach(master -> {
                    master.command("CLIENT", "KILL", "TYPE", "replica");
                    master.command("CLIENT", "KILL", "TYPE", "normal");
                });
                Await.until("each link is lost", PATIENCE, () -> loaded.reconnections() >= before + 3);
                loaded.task().awaitStreaming();
            }
            cuts.ends();

            loaded.endsEqual();
            assertThat(loaded.task().counters())
                    .extracting(ShardCounters::fullResynchronizations)
                    .containsOnly(1L);
        }
    }

    @Test
    void a_node_that_starts_again_with_its_data_is_continued() throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair)) {
            Recovery restart = loaded.fault("source: node started again with its data");
            pair.sourceMasters.get(0).restart();
            restart.ends();

            loaded.endsEqual();
            assertThat(loaded.reconnections()).isPositive();
            assertThat(loaded.task().counters())
                    .extracting(ShardCounters::fullResynchronizations)
                    .containsOnly(1L);
        }
    }

    @Test
    void a_backlog_that_is_overrun_costs_a_snapshot_of_that_shard_alone() throws Exception {
        RedisServer source = pair.sourceMasters.get(0);
        try (TcpProxy proxy = TcpProxy.to(source.port())) {
            source.announce(proxy.port());
            pair.sourceCluster().awaitAgreement();
            try (LoadedTask loaded = LoadedTask.on(pair)) {
                source.command("CONFIG", "SET", "repl-backlog-size", "16384");
                Recovery overrun = loaded.fault("source: backlog overrun");
                proxy.refuse(true);
                proxy.cut();
                long vanishing = removeWhileNobodyListens(loaded, source);
                proxy.refuse(false);
                overrun.ends();

                loaded.endsEqual();
                assertThat(vanishing).isPositive();
                assertThat(loaded.task().counters())
                        .extracting(ShardCounters::fullResynchronizations)
                        .containsExactlyInAnyOrder(1L, 1L, 2L);
            }
        } finally {
            source.command("CONFIG", "SET", "repl-backlog-size", "67108864");
            source.announce(0);
            pair.sourceCluster().awaitAgreement();
        }
    }

    /** Keys that only a sweep can remove; answers how many. */
    private static long removeWhileNobodyListens(LoadedTask loaded, RedisServer source) {
        List<?> keys = (List<?>) source.command("KEYS", "*shared*");
        keys.forEach(key -> source.command("DEL", String.valueOf(key)));
        loaded.awaitWrites(6000);
        return keys.size();
    }

    @Test
    void a_node_that_comes_back_at_another_address_is_found() throws Exception {
        RedisServer moving = pair.sourceMasters.get(0);
        RunningTask.Settings onlyThisNode =
                RunningTask.between(Pair.nodes(List.of(moving)), Pair.nodes(pair.destinationMasters));
        try (LoadedTask loaded = LoadedTask.on(pair, onlyThisNode)) {
            int before = moving.port();
            Recovery move = loaded.fault("source: node at another address");
            moving.restartElsewhere();
            assertThat(moving.port()).isNotEqualTo(before);
            move.ends();

            loaded.endsEqual();
            assertThat(loaded.task().counters())
                    .extracting(ShardCounters::fullResynchronizations)
                    .containsOnly(1L);
        }
    }

    @Test
    void a_cluster_whose_first_given_node_is_busy_at_the_start_is_taken_for_a_cluster() throws Exception {
        Dataset.everyType(11, 300).fitting("7.0").writeTo(pair.source);
        BusyScript script = BusyScript.on(pair.sourceMasters.get(0));
        try (RunningTask task = pair.task().start()) {
            assertThat(task.shards()).hasSameSizeAs(pair.sourceMasters);
            script.close();
            task.awaitStreaming();
            task.awaitApplied(pair.sourceMasters);

            pair.assertEqual();
        }
    }

    @Test
    void a_shard_that_gives_its_slots_away_and_leaves_takes_nothing_along() throws Exception {
        RedisCluster source = pair.sourceCluster();
        RedisServer first = source.masters().get(0);
        RedisServer leaving = source.addMaster();
        source.moveSlots(first, leaving, 0, 199);
        try (LoadedTask loaded = LoadedTask.on(pair)) {
            assertThat(loaded.task().shards()).hasSize(4);
            Recovery removal = loaded.fault("source: node removed");
            source.moveSlots(leaving, first, 0, 199);
            source.removeNode(leaving);
            Await.until("three shards are left", PATIENCE, () -> loaded.task().shards(), shards -> shards.size() == 3);
            removal.ends();

            loaded.endsEqual();
        }
    }

    @Test
    void slots_that_nobody_served_at_the_start_join_when_their_master_is_back() throws Exception {
        RedisServer away = pair.sourceMasters.get(0);
        Dataset.everyType(9, 300).fitting("7.0").writeTo(pair.source);
        away.command("SAVE");
        away.kill();
        try {
            Await.until("the others know", PATIENCE, () -> isKnownToBeAway(away));
            try (RunningTask task = pair.task().start()) {
                assertThat(task.awaitStreaming().shards()).hasSize(2);

                away.restart();

                Await.until("its shard has joined", PATIENCE, task::shards, shards -> shards.size() == 3);
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                pair.assertEqual();
            }
        } finally {
            if (!away.isAlive()) {
                away.restart();
            }
            pair.sourceCluster().awaitAgreement();
        }
    }

    /** {@code <id> 127.0.0.1:7000@17000 master,fail - …}. */
    private static boolean isKnownToBeAway(RedisServer node) {
        return pair.sourceMasters.stream()
                .filter(RedisServer::isAlive)
                .map(other -> String.valueOf(other.command("CLUSTER", "NODES")))
                .allMatch(nodes -> nodes.lines()
                        .anyMatch(line -> line.contains(":" + node.port() + "@") && line.contains(" master,fail ")));
    }
}
