package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A master is replaced by a replica, at the source and at the destination. */
class FailoverIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void what_a_replica_of_the_destination_had_not_received_is_repaired() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas()) {
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(51).perSecond(3000).start();
                    RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                RedisServer master = pair.destinationCluster().masters().get(0);
                RedisServer replica =
                        pair.destinationCluster().replicasOf(master).get(0);
                replica.pause();
                long lost = load.acknowledged() + 1500;
                Await.until("writes that the replica does not receive", PATIENCE, load::acknowledged, n -> n > lost);
                task.awaitApplied(pair.sourceMasters);
                master.kill();
                replica.resume();
                Await.until(
                        "the replica is master",
                        PATIENCE,
                        () -> pair.destinationCluster().masters().contains(replica));
                long more = load.acknowledged() + 3000;
                Await.until("more writes", PATIENCE, load::acknowledged, n -> n > more);
                written = load.stop();
                task.awaitApplied(pair.sourceMasters);
                Await.until("what was lost is repaired", PATIENCE, () -> task.meter("caravan.refresh.waiting") == 0);
                pair.awaitSwept();
                assertThat(task.meter("caravan.refresh.readings")).isPositive();
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void where_replicas_count_nothing_is_applied_that_a_failover_could_lose() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas()) {
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(53).perSecond(1000).start();
                    RunningTask task = pair.task()
                            .with("camel.component.redis-cluster.acknowledge", "REPLICAS")
                            .start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                RedisServer master = pair.destinationCluster().masters().get(0);
                RedisServer replica =
                        pair.destinationCluster().replicasOf(master).get(0);
                replica.pause();
                Map<String, Long> paused = offsets(pair);
                double sent = task.meter("caravan.destination.commands");
                Await.until(
                        "the masters run more",
                        PATIENCE,
                        () -> task.meter("caravan.destination.commands"),
                        n -> n > sent + 100);
                assertThat(task.shards())
                        .allSatisfy(shard ->
                                assertThat(shard.appliedOffset()).isLessThanOrEqualTo(paused.get(shard.node())));

                master.kill();
                replica.resume();
                Await.until(
                        "the replica is master",
                        PATIENCE,
                        () -> pair.destinationCluster().masters().contains(replica));
                written = load.stop();
                task.awaitApplied(pair.sourceMasters);
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    /** What each master of the source has written by now. */
    private static Map<String, Long> offsets(Pair pair) {
        return pair.sourceMasters.stream()
                .collect(Collectors.toMap(
                        master -> master.host() + ":" + master.port(),
                        master -> Long.valueOf(master.info("replication", "master_repl_offset"))));
    }

    @Test
    void a_replica_of_the_source_that_takes_over_is_continued() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas()) {
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(52).perSecond(3000).start();
                    RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                RedisServer master = pair.sourceCluster().masters().get(0);
                pair.sourceCluster()
                        .failover(pair.sourceCluster().replicasOf(master).get(0));
                long more = load.acknowledged() + 6000;
                Await.until("more writes", PATIENCE, load::acknowledged, n -> n > more);
                written = load.stop();
                task.awaitApplied(pair.sourceCluster().masters());
                assertThat(task.counters())
                        .allSatisfy(shard -> assertThat(shard.fullResynchronizations())
                                .as("the second replication id is continued")
                                .isEqualTo(1));
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }
}
