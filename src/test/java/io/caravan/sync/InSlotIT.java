package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.Dataset;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A source that may not be read: the account has {@code +psync +replconf +ping} and no other right. Checkpoints in the slots of the
 * destination say what has been applied; counters and lists say whether that is so.
 */
class InSlotIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STREAMS = "streaming from offset";
    private static final String[] RIGHTS = {"+psync", "+replconf", "+ping"};
    private static final String ACCOUNT = "caravan:replica";
    private static final int KILLS = Integer.getInteger("caravan.kills", 3);
    private static final long SEED = Long.getLong("caravan.seed", 1);
    private static final int SHARDS = 3;

    @Test
    void a_process_that_is_killed_is_continued_without_reading_the_source() throws Exception {
        try (Pair pair = clusters()) {
            Dataset.everyType(SEED, 1000).fitting("7.0").writeTo(pair.source);
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(SEED).perSecond(6000).start();
                    CaravanProcess task = inSlot(pair).start()) {
                awaitStreams(task, SHARDS);
                for (int kill = 0; kill < KILLS; kill++) {
                    killAndContinue(task, load, new Random(SEED + kill), SHARDS * (kill + 2));
                }
                written = load.stop();
                task.awaitAcknowledged(pair.sourceMasters);
                assertThat(count(task.output(), "full resynchronization, snapshot"))
                        .isEqualTo(SHARDS);
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void a_standard_server_is_one_slot() throws Exception {
        try (Pair pair = Pair.of(
                RedisServer.on(Pair.older()).user("caravan", "replica", RIGHTS).start(),
                RedisServer.start(Pair.newer()))) {
            pair.sourceMasters.get(0).command("CONFIG", "SET", "repl-backlog-size", "256mb");
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(SEED).perSecond(6000).start();
                    CaravanProcess task = inSlot(pair).start()) {
                awaitStreams(task, 1);
                for (int kill = 0; kill < KILLS; kill++) {
                    killAndContinue(task, load, new Random(SEED + kill), kill + 2);
                }
                written = load.stop();
                task.awaitAcknowledged(pair.sourceMasters);
                assertThat(count(task.output(), "full resynchronization, snapshot"))
                        .isOne();
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void connections_of_the_destination_are_killed_with_commands_unanswered() throws Exception {
        try (Pair pair = clusters()) {
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(SEED).perSecond(6000).start();
                    CaravanProcess task = inSlot(pair).start()) {
                awaitStreams(task, SHARDS);
                for (int kill = 0; kill < 60; kill++) {
                    long until = load.acknowledged() + 500;
                    Await.until("writes", PATIENCE, load::acknowledged, n -> n > until);
                    pair.destinationMasters.forEach(
                            master -> master.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"));
                }
                written = load.stop();
                task.awaitAcknowledged(pair.sourceMasters);
                assertThat(count(task.output(), "full resynchronization, snapshot"))
                        .isEqualTo(SHARDS);
                assertThat(count(task.output(), "connection lost")).isGreaterThan(20);
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void a_checkpoint_goes_with_its_slot_when_the_destination_is_resharded() throws Exception {
        try (Pair pair = clusters()) {
            Dataset.everyType(SEED, 1000).fitting("7.0").writeTo(pair.source);
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(SEED).perSecond(4000).start();
                    CaravanProcess task = inSlot(pair).start()) {
                awaitStreams(task, SHARDS);
                RedisCluster destination = pair.destinationCluster();
                List<RedisServer> masters = destination.masters();
                for (int kill = 0; kill < 3; kill++) {
                    RedisServer from = masters.get(kill);
                    RedisServer to = masters.get((kill + 1) % masters.size());
                    var moved = new Thread(() -> destination.moveSlots(
                            from, to, destination.slotsOf(from).subList(0, 300)));
                    moved.start();
                    killAndContinue(task, load, new Random(SEED + kill), SHARDS * (kill + 2));
                    moved.join();
                }
                written = load.stop();
                task.awaitAcknowledged(pair.sourceMasters);
                assertThat(count(task.output(), "full resynchronization, snapshot"))
                        .isEqualTo(SHARDS);
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void a_repeated_snapshot_finds_nothing_of_the_one_before() throws Exception {
        try (Pair pair = Pair.of(
                RedisServer.on(Pair.older()).user("caravan", "replica", RIGHTS).start(),
                RedisServer.start(Pair.newer()))) {
            RedisServer source = pair.sourceMasters.get(0);
            try (CaravanProcess task = inSlot(pair).start()) {
                awaitStreams(task, 1);
                source.command("SET", "lost", "1");
                source.command("INCR", "counter");
                task.awaitAcknowledged(pair.sourceMasters);
                task.kill();
                source.command("DEL", "lost");
                source.command("DEL", "counter");
                source.command("CONFIG", "SET", "repl-backlog-size", "16384");
                source.command("SET", "large", "x".repeat(200_000));
                source.command("DEL", "large");
                source.command("DEBUG", "CHANGE-REPL-ID");
                task.restart();
                Await.until(
                        "a second snapshot",
                        PATIENCE,
                        () -> count(task.output(), "full resynchronization, snapshot") == 2);
                source.command("INCR", "counter");
                task.awaitAcknowledged(pair.sourceMasters);
                assertThat(task.output()).contains("removing what the destination has of it");
            }
            pair.assertEqual();
            try (DeploymentClient client = pair.destination.connect()) {
                assertThat(client.call("EXISTS", "caravan:checkpoint:{sync}")).isEqualTo(1L);
            }
        }
    }

    /** That needs to know which slots each master has. */
    @Test
    void a_master_of_the_destination_that_is_replaced_has_its_shards_begin_anew() throws Exception {
        try (Pair pair = clusters(1, "+psync", "+replconf", "+ping", "+info", "+cluster|nodes")) {
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(SEED).perSecond(4000).start();
                    CaravanProcess task = inSlot(pair).start()) {
                awaitStreams(task, SHARDS);
                long until = load.acknowledged() + 4000;
                Await.until("writes", PATIENCE, load::acknowledged, n -> n > until);
                pair.destinationCluster().killMaster(pair.destinationMasters.get(0));
                task.awaitOutput("beginning anew with a snapshot")
                        .awaitOutput("removing what the destination has of it");
                awaitStreams(task, SHARDS + 1);
                written = load.stop();
                task.awaitAcknowledged(pair.sourceMasters);
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void a_lineage_lasts_through_a_failover_of_the_source() throws Exception {
        try (Pair pair = Pair.of(
                RedisCluster.on(Pair.older())
                        .replicas(1)
                        .user("caravan", "replica", "+psync", "+replconf", "+ping", "+info", "+cluster|nodes")
                        .start(),
                RedisCluster.on(Pair.newer()).start())) {
            pair.sourceCluster()
                    .servers()
                    .forEach(server -> server.command("CONFIG", "SET", "repl-backlog-size", "256mb"));
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(SEED).perSecond(4000).start();
                    CaravanProcess task = inSlot(pair).start()) {
                awaitStreams(task, SHARDS);
                RedisCluster source = pair.sourceCluster();
                source.failover(source.replicasOf(pair.sourceMasters.get(0)).get(0));
                task.awaitOutput("linked again");
                killAndContinue(task, load, new Random(SEED), 2 * SHARDS);
                written = load.stop();
                task.awaitAcknowledged(pair.sourceMastersNow());
                assertThat(count(task.output(), "full resynchronization, snapshot"))
                        .isEqualTo(SHARDS);
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    private static Pair clusters() {
        return clusters(0, RIGHTS);
    }

    private static Pair clusters(int replicas, String... rights) {
        Pair pair = Pair.of(
                RedisCluster.on(Pair.older()).user("caravan", "replica", rights).start(),
                RedisCluster.on(Pair.newer()).replicas(replicas).start());
        pair.sourceMasters.forEach(master -> master.command("CONFIG", "SET", "repl-backlog-size", "256mb"));
        return pair;
    }

    private static CaravanProcess.Settings inSlot(Pair pair) {
        return CaravanProcess.between(pair).with("source.password", ACCOUNT).with("inDoubt", "IN_SLOT");
    }

    private static void killAndContinue(CaravanProcess task, Load load, Random random, int streams) throws Exception {
        long until = load.acknowledged() + 2000 + random.nextInt(12_000);
        Await.until("writes", PATIENCE, load::acknowledged, n -> n > until);
        task.kill();
        task.restart();
        awaitStreams(task, streams);
    }

    private static void awaitStreams(CaravanProcess task, int times) {
        Await.until("it streams", PATIENCE, task::output, output -> count(output, STREAMS) >= times);
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }
}
