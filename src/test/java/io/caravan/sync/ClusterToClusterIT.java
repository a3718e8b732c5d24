package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.Dataset;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The main job: a cluster is copied to another, and the copy kept equal. */
class ClusterToClusterIT {

    private static final int WRITES_PER_SECOND = 4000;

    @Test
    void every_type_arrives_and_what_is_written_meanwhile_too() throws Exception {
        try (Pair pair = Pair.clusters()) {
            Dataset.everyType(11, 2000).fitting("7.0").writeTo(pair.source);

            LoadReport written;
            try (Load load = Load.on(pair.source)
                            .seed(5)
                            .perSecond(WRITES_PER_SECOND)
                            .start();
                    RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                awaitWrites(load, 4 * WRITES_PER_SECOND);
                written = load.stop();
                task.awaitApplied(pair.sourceMasters);
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void old_data_of_the_destination_is_overwritten_key_by_key() throws Exception {
        try (Pair pair = Pair.clusters()) {
            Dataset.everyType(11, 500).fitting("7.0").writeTo(pair.source);
            Dataset.everyType(11, 500).fitting("7.0").writeTo(pair.destination);
            OldData.spoil(pair.destinationMasters);

            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
            }

            pair.assertEqual();
        }
    }

    @Test
    void a_restarted_task_continues_without_a_snapshot() throws Exception {
        try (Pair pair = Pair.clusters()) {
            Dataset.everyType(3, 300).fitting("7.0").writeTo(pair.source);
            try (RunningTask first = pair.task().start()) {
                first.awaitStreaming().awaitApplied(pair.sourceMasters);
            }
            LoadReport written;
            try (Load load =
                    Load.on(pair.source).seed(6).perSecond(WRITES_PER_SECOND).start()) {
                awaitWrites(load, WRITES_PER_SECOND);
                written = load.stop();
            }
            long snapshots = snapshotsServed(pair);

            try (RunningTask second = pair.task().start()) {
                second.awaitStreaming().awaitApplied(pair.sourceMasters);
            }

            assertThat(snapshotsServed(pair)).isEqualTo(snapshots);
            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void killed_source_links_are_continued_by_partial_resynchronization() throws Exception {
        try (Pair pair = Pair.clusters()) {
            try (Load load = Load.on(pair.source)
                            .seed(7)
                            .perSecond(WRITES_PER_SECOND)
                            .start();
                    RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                long snapshots = snapshotsServed(pair);
                for (int kill = 1; kill <= 3; kill++) {
                    awaitWrites(load, kill * WRITES_PER_SECOND);
                    pair.sourceMasters.forEach(master -> master.command("CLIENT", "KILL", "TYPE", "replica"));
                }
                LoadReport written = load.stop();
                task.awaitApplied(pair.sourceMasters);

                assertThat(snapshotsServed(pair)).isEqualTo(snapshots);
                assertThat(written.violationsAt(pair.destination)).isEmpty();
                pair.assertEqual();
            }
        }
    }

    @Test
    void killed_destination_connections_neither_lose_nor_double_a_command() throws Exception {
        try (Pair pair = Pair.clusters()) {
            try (Load load = Load.on(pair.source)
                            .seed(8)
                            .perSecond(WRITES_PER_SECOND)
                            .start();
                    RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                for (int kill = 1; kill <= 5; kill++) {
                    awaitWrites(load, kill * WRITES_PER_SECOND / 2);
                    pair.destinationMasters.forEach(master -> master.command("CLIENT", "KILL", "TYPE", "normal"));
                }
                LoadReport written = load.stop();
                task.awaitApplied(pair.sourceMasters);

                assertThat(written.violationsAt(pair.destination)).isEmpty();
                pair.assertEqual();
            }
        }
    }

    @Test
    void two_thousand_slots_of_the_destination_move_under_load() throws Exception {
        try (Pair pair = Pair.clusters()) {
            Dataset.everyType(4, 1000).fitting("7.0").writeTo(pair.source);
            try (Load load = Load.on(pair.source)
                            .seed(9)
                            .perSecond(WRITES_PER_SECOND)
                            .start();
                    RunningTask task = pair.task().start()) {
                task.awaitStreaming();

                pair.destinationCluster()
                        .moveSlots(pair.destinationMasters.get(0), pair.destinationMasters.get(1), 0, 1999);

                LoadReport written = load.stop();
                task.awaitApplied(pair.sourceMasters);
                assertThat(written.violationsAt(pair.destination)).isEmpty();
                pair.assertEqual();
            }
        }
    }

    @Test
    void a_large_transaction_and_its_order_survive() throws Exception {
        try (Pair pair = Pair.clusters()) {
            try (RunningTask task = pair.task().start();
                    DeploymentClient client = pair.source.connect()) {
                task.awaitStreaming();

                for (int i = 0; i < 50; i++) {
                    client.call(Request.transaction(List.of(
                            Request.of("RPUSH", "{tx}:list", Integer.toString(i)),
                            Request.of("INCR", "{tx}:counter"),
                            Request.of("SET", "{tx}:last", Integer.toString(i)))));
                }

                task.awaitApplied(pair.sourceMasters);
                pair.assertEqual();
            }
        }
    }

    private static void awaitWrites(Load load, long commands) {
        Await.until(commands + " commands are written", Duration.ofSeconds(60), load::acknowledged, n -> n >= commands);
    }

    /** Full resynchronizations that the source's masters have served since they started. */
    private static long snapshotsServed(Pair pair) {
        return pair.sourceMasters.stream()
                .mapToLong(ClusterToClusterIT::snapshotsServed)
                .sum();
    }

    private static long snapshotsServed(RedisServer master) {
        return Long.parseLong(master.info("stats", "sync_full"));
    }
}
