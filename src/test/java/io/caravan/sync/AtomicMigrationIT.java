package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.caravan.CapturedLog;
import io.caravan.replication.ShardCounters;
import io.caravan.servers.Await;
import io.caravan.servers.Comparison;
import io.caravan.servers.ComparisonReport;
import io.caravan.servers.Dataset;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import io.caravan.servers.ServerProgram.Product;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Slots of the source move at once, as Redis does it from 8.4 on ({@code CLUSTER MIGRATION IMPORT}) and Valkey from 9.0 on ({@code CLUSTER
 * MIGRATESLOTS}): what the streams say of them looks like clients' commands. Skipped where there is no such server; name a folder with some
 * in {@code CARAVAN_SERVERS}.
 */
class AtomicMigrationIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void keys_that_change_their_shard_at_once_are_neither_lost_nor_doubled() throws Exception {
        for (ServerProgram program : programs()) {
            try (RedisCluster source = RedisCluster.on(program).start();
                    RedisCluster destination = RedisCluster.on(program).start();
                    CapturedLog log = CapturedLog.of("io.caravan.camel.Sweeper")) {
                Dataset.everyType(71, 1500).fitting("7.0").writeTo(source);
                LoadReport written;
                try (Load load = Load.on(source).seed(71).perSecond(1500).start();
                        RunningTask task = task(source, destination)) {
                    task.awaitStreaming();

                    move(source, 0, 1, 0, 999);

                    awaitReadAgain(log, "0-999");
                    written = load.stop();
                    task.awaitApplied(source.masters());
                    assertNoSnapshot(task);
                }
                assertThat(written.violationsAt(destination)).isEmpty();
                assertEqual(source, destination);
            }
        }
    }

    @Test
    void slots_that_come_back_at_once_are_read_again() throws Exception {
        for (ServerProgram program : programs()) {
            try (RedisCluster source = RedisCluster.on(program).start();
                    RedisCluster destination = RedisCluster.on(program).start();
                    CapturedLog log = CapturedLog.of("io.caravan.camel.Sweeper")) {
                Dataset.everyType(72, 1500).fitting("7.0").writeTo(source);
                LoadReport written;
                try (Load load = Load.on(source).seed(72).perSecond(1500).start()) {
                    try (RunningTask before = task(source, destination)) {
                        before.awaitStreaming();
                        before.awaitApplied(source.masters());
                    }
                    move(source, 0, 1, 0, 999);
                    move(source, 1, 0, 0, 999);
                    try (RunningTask task = task(source, destination)) {
                        awaitReadAgain(log, "0-999");
                        written = load.stop();
                        task.awaitApplied(source.masters());
                        assertNoSnapshot(task);
                    }
                }
                assertThat(written.violationsAt(destination)).isEmpty();
                assertEqual(source, destination);
            }
        }
    }

    private static List<ServerProgram> programs() {
        List<ServerProgram> programs = ServerProgram.all().stream()
                .filter(program -> program.atLeast(program.product() == Product.VALKEY ? "9.0" : "8.4"))
                .toList();
        assumeFalse(programs.isEmpty(), "no Redis from 8.4 and no Valkey from 9.0 on is at hand (CARAVAN_SERVERS)");
        return programs;
    }

    private static RunningTask task(RedisCluster source, RedisCluster destination) throws Exception {
        return RunningTask.between(source.nodes(), destination.nodes()).start();
    }

    /** Waits until the move is over, for whoever gave the slots, whoever got them, and everybody else. */
    private static void move(RedisCluster source, int from, int to, int first, int last) {
        List<RedisServer> masters = source.masters();
        RedisServer giver = masters.get(from);
        RedisServer taker = masters.get(to);
        String range = first + " " + last;
        String how = giver.program().product() == Product.VALKEY
                ? "CLUSTER MIGRATESLOTS SLOTSRANGE " + range + " NODE " + taker.command("CLUSTER", "MYID")
                : "CLUSTER MIGRATION IMPORT " + range;
        (giver.program().product() == Product.VALKEY ? giver : taker).command(how.split(" "));
        Await.until(
                "the slots have moved", PATIENCE, () -> source.slotsOf(taker).contains(last));
        source.awaitAgreement();
    }

    /** Since the route was started last. */
    private static void assertNoSnapshot(RunningTask task) {
        assertThat(task.counters())
                .extracting(ShardCounters::fullResynchronizations)
                .as("snapshots")
                .containsOnly(0L);
    }

    private static void awaitReadAgain(CapturedLog log, String slots) {
        Await.until(
                "slots " + slots + " are read again",
                PATIENCE,
                log::lines,
                lines -> lines.stream().anyMatch(line -> line.contains("has got slots " + slots + ";")));
    }

    private static void assertEqual(RedisCluster source, RedisCluster destination) {
        ComparisonReport report = Comparison.of(source, destination).run();
        assertThat(report.isEqual()).as("%s", report).isTrue();
    }
}
