package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.camel.RouteVerification;
import io.caravan.servers.Await;
import io.caravan.servers.Dataset;
import io.caravan.servers.Load;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.verify.Verification;
import io.caravan.verify.VerifyReport;
import io.caravan.verify.VerifySettings;
import io.caravan.verify.VerifySettings.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Nodes are replaced, or started again, while a verification looks through their keys. */
class VerifyFailoverIT {

    private static final int KEYS = 6000;
    private static final int KEYS_PER_SECOND = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void a_master_of_the_source_that_dies_is_looked_through_at_its_successor() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas();
                CapturedLog log = CapturedLog.of("io.caravan.verify.SideWalk")) {
            Dataset.everyType(41, KEYS).fitting("7.0").writeTo(pair.source);
            haveReplicasCopy(pair.sourceCluster());
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                var walk = new Walk(task);
                walk.awaitCompared(KEYS / 5);

                pair.sourceCluster().killMaster(pair.sourceCluster().masters().get(0));

                assertEqual(walk.report());
                assertThat(log.lines()).anyMatch(line -> line.contains("of the source are looked through again"));
            }
        }
    }

    @Test
    void a_master_of_the_destination_that_dies_is_looked_through_at_its_successor() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas();
                CapturedLog log = CapturedLog.of("io.caravan.verify.SideWalk")) {
            Dataset.everyType(42, KEYS).fitting("7.0").writeTo(pair.source);
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                String before = scans(pair.destinationMasters.get(0));
                var walk = new Walk(task);
                awaitScanned(pair.destinationMasters.get(0), before);

                pair.destinationCluster().killMaster(pair.destinationMasters.get(0));

                assertEqual(walk.report());
                assertThat(log.lines()).anyMatch(line -> line.contains("of the destination are looked through again"));
            }
        }
    }

    @Test
    void a_master_that_hands_over_and_takes_back_is_looked_through_again() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas();
                CapturedLog log = CapturedLog.of("io.caravan.verify.SideWalk")) {
            Dataset.everyType(43, KEYS).fitting("7.0").writeTo(pair.source);
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                var walk = new Walk(task);
                walk.awaitCompared(KEYS / 5);

                RedisServer master = pair.sourceCluster().masters().get(0);
                RedisServer replica = pair.sourceCluster().replicasOf(master).get(0);
                pair.sourceCluster().failover(replica);
                pair.sourceCluster().failover(master);

                assertEqual(walk.report());
                assertThat(log.lines()).anyMatch(line -> line.contains("has been started again, or was replaced"));
            }
        }
    }

    @Test
    void both_sides_may_lose_a_master_under_load() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas()) {
            Dataset.everyType(44, KEYS).fitting("7.0").writeTo(pair.source);
            haveReplicasCopy(pair.sourceCluster());
            try (Load load = Load.on(pair.source).seed(44).perSecond(500).start();
                    RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                var walk = new Walk(task);
                walk.awaitCompared(KEYS / 5);

                pair.sourceCluster().killMaster(pair.sourceCluster().masters().get(0));
                pair.destinationCluster()
                        .killMaster(pair.destinationCluster().masters().get(0));

                VerifyReport report = walk.report();
                assertThat(report.isEqual()).as("%s", report.text()).isTrue();
                load.stop();
            }
        }
    }

    @Test
    void servers_that_are_started_again_are_looked_through_again() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CapturedLog log = CapturedLog.of("io.caravan.verify.SideWalk")) {
            Dataset.everyType(45, KEYS).fitting("7.0").writeTo(pair.source);
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                var walk = new Walk(task);
                walk.awaitCompared(KEYS / 5);
                String before = scans(pair.destinationMasters.get(0));
                pair.sourceMasters.get(0).restart();
                awaitScanned(pair.destinationMasters.get(0), before);
                pair.destinationMasters.get(0).restart();

                assertEqual(walk.report());
                assertThat(log.lines())
                        .anyMatch(line -> line.contains("of the source are looked through again"))
                        .anyMatch(line -> line.contains("of the destination are looked through again"));
            }
        }
    }

    /**
     * Gives every replica what its master has to the last number: commands alone do not tell it how many entries a group of a stream has
     * read (Redis 7.0), and a master that comes of it says otherwise than the one before.
     */
    private static void haveReplicasCopy(RedisCluster cluster) {
        for (RedisServer master : cluster.masters()) {
            cluster.replicasOf(master).forEach(RedisServer::restartEmpty);
        }
        cluster.awaitAgreement();
    }

    /** Somebody has begun to list its keys. */
    private static void awaitScanned(RedisServer server, String before) {
        Await.until("keys of " + server + " are listed", PATIENCE, () -> scans(server), scans -> !scans.equals(before));
    }

    private static String scans(RedisServer server) {
        return server.info("commandstats", "cmdstat_scan");
    }

    /** Of a source that nobody writes to: each key counts once, however often it was looked at. */
    private static void assertEqual(VerifyReport report) {
        assertThat(report.isEqual()).as("%s", report.text()).isTrue();
        assertThat(report.undecided()).as("%s", report.text()).isZero();
        assertThat(report.compared()).isEqualTo(report.sourceKeys());
    }

    /** A verification that goes on beside the test. */
    private static final class Walk {

        private final CompletableFuture<Verification> begun = new CompletableFuture<>();
        private final CompletableFuture<VerifyReport> report;

        private Walk(RunningTask task) {
            var settings =
                    new VerifySettings(Mode.FULL, 1, List.of(), KEYS_PER_SECOND, Duration.ofSeconds(1), PATIENCE);
            report = CompletableFuture.supplyAsync(() -> {
                try {
                    return RouteVerification.ofAll(task.context()).get(0).run(settings, false, begun::complete);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }

        private void awaitCompared(long keys) {
            Await.until(
                    "keys compared",
                    PATIENCE,
                    () -> begun.isDone() ? begun.join().progress().compared() : 0,
                    compared -> compared >= keys || report.isDone());
        }

        private VerifyReport report() throws ExecutionException, InterruptedException {
            return report.orTimeout(3, TimeUnit.MINUTES).get();
        }
    }
}
