package io.caravan.sync;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The process is killed, again and again, while clients write: counters and lists say whether anything was lost, doubled, or
 * applied out of order.
 */
class KilledIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SHARDS = 3;
    private static final String STREAMS = "streaming from offset";
    private static final int KILLS = Integer.getInteger("caravan.kills", 3);
    private static final long SEED = Long.getLong("caravan.seed", 1);

    /** A route that takes a while for each batch, so that what the source has written is far ahead of what is sent. */
    private static final String DELAYED = """
            - route:
                id: sync
                from:
                  uri: redis-replication
                  parameters:
                    nodes: "{{source}}"
                  steps:
                    - delay:
                        constant: "50"
                    - to:
                        uri: redis-cluster
                        parameters:
                          nodes: "{{destination}}"
            """;

    @Test
    void a_process_that_is_killed_is_continued_without_loss_and_without_doubling() throws Exception {
        var random = new Random(SEED);
        try (Pair pair = Pair.clusters()) {
            pair.sourceMasters.forEach(master -> master.command("CONFIG", "SET", "repl-backlog-size", "256mb"));
            Dataset.everyType(SEED, 1000).fitting("7.0").writeTo(pair.source);
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(SEED).perSecond(6000).start();
                    CaravanProcess task = CaravanProcess.between(pair).start()) {
                Await.until("it streams", PATIENCE, () -> count(task.output(), STREAMS) >= SHARDS);
                for (int kill = 0; kill < KILLS; kill++) {
                    long until = load.acknowledged() + 2000 + random.nextInt(12_000);
                    Await.until("writes", PATIENCE, load::acknowledged, n -> n > until);
                    task.kill();
                    task.restart();
                    int starts = kill + 2;
                    Await.until("it streams again", PATIENCE, () -> count(task.output(), STREAMS) >= SHARDS * starts);
                }
                written = load.stop();
                task.awaitAcknowledged(pair.sourceMasters);
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void a_second_process_with_the_same_task_is_kept_out() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask first = pair.task()
                        .with("camel.component.redis-replication.lease-time", "1000")
                        .start()) {
            first.awaitStreaming();

            assertThatThrownBy(() -> pair.task()
                            .with("camel.component.redis-replication.lease-time", "1000")
                            .start())
                    .hasStackTraceContaining("task sync is run by process "
                            + ProcessHandle.current().pid())
                    .hasStackTraceContaining("Stop that one, or give this task another name");
        }
    }

    @Test
    void a_process_that_has_stopped_leaves_its_task_to_the_next_one_at_once() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            for (int start = 0; start < 2; start++) {
                try (RunningTask task = pair.task()
                        .with("camel.component.redis-replication.lease-time", "600000")
                        .start()) {
                    task.awaitStreaming();
                }
            }
            assertThat(pair.destinationMasters.get(0).number("EXISTS", "caravan:lease:{sync}"))
                    .isZero();
        }
    }

    @Test
    void what_a_killed_process_has_applied_and_the_source_has_lost_since_is_removed() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas();
                CaravanProcess task = CaravanProcess.between(pair)
                        .with("camel.component.redis-replication.lease-time", "2000")
                        .start()) {
            Await.until("it streams", PATIENCE, () -> count(task.output(), STREAMS) >= SHARDS);
            RedisCluster source = pair.sourceCluster();
            RedisServer master = source.nodeForKey("lost".getBytes(UTF_8));
            RedisServer replica = source.replicasOf(master).get(0);
            master.command("SET", "{lost}kept", "1");
            Await.until("the replica has it", PATIENCE, () -> master.number("WAIT", "2", "1000") >= 1);
            Await.until("it is written down that it is applied", PATIENCE, () -> isStreamed(pair, master));

            replica.pause();
            master.command("CLIENT", "KILL", "TYPE", "replica"); // what is in the socket would be read later
            master.command("SET", "lost", "1");
            Await.until("the destination has what the replica lacks", PATIENCE, () -> has(pair, "lost"));
            task.kill(); // most often before that is written down
            master.kill();
            replica.resume();
            Await.until(
                    "the replica is master", PATIENCE, () -> source.masters().contains(replica));
            assertThat(replica.number("EXISTS", "lost")).isZero();
            task.restart();

            Await.until("it is removed", PATIENCE, () -> !has(pair, "lost"));
            pair.assertEqual();
        }
    }

    @Test
    void what_a_key_contained_that_a_killed_process_has_read_far_ahead_is_not_applied_once_more() throws Exception {
        readFarAhead(CaravanProcess::kill);
    }

    @Test
    void what_a_key_contained_that_a_stopped_process_has_read_far_ahead_is_not_applied_once_more() throws Exception {
        readFarAhead(CaravanProcess::terminate);
    }

    private static void readFarAhead(Consumer<CaravanProcess> end) throws Exception {
        try (Pair pair = Pair.standardToCluster();
                CaravanProcess task = CaravanProcess.between(pair)
                        .with("camel.component.redis-replication.lease-time", "2000")
                        .route(DELAYED)
                        .start()) {
            RedisServer source = pair.sourceMasters.get(0);
            source.command("CONFIG", "SET", "repl-backlog-size", "64mb");
            Await.until("it streams", PATIENCE, () -> count(task.output(), STREAMS) == 1);
            source.command("SET", "begun", "5");
            task.awaitAcknowledged(pair.sourceMasters);

            task.pause();
            source.command(
                    "COPY", "begun", "counter"); // in another slot: read again at the source, where it is 6 by then
            String filler = "x".repeat(60_000);
            source.command("SET", "filler", filler);
            long copied = Long.parseLong(source.info("replication", "master_repl_offset"));
            for (int i = 0; i < 300; i++) {
                source.command("SET", "filler:" + i, filler);
            }
            source.command("INCR", "counter");
            task.resume();
            Await.until("the copy is written down as applied", PATIENCE, () -> isStreamed(pair, source, copied));
            assertThat(value(pair, "counter")).isEqualTo("6");
            end.accept(task);
            task.restart();
            task.awaitAcknowledged(pair.sourceMasters);

            assertThat(count(task.output(), "full resynchronization")).isEqualTo(1);
            assertThat(value(pair, "counter")).isEqualTo("6");
            pair.assertEqual();
        }
    }

    private static String value(Pair pair, String key) {
        try (DeploymentClient client = pair.destination.connect()) {
            Object value = client.call("GET", key);
            return value instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(value);
        }
    }

    private static boolean isStreamed(Pair pair, RedisServer master) {
        return isStreamed(pair, master, Long.parseLong(master.info("replication", "master_repl_offset")));
    }

    private static boolean isStreamed(Pair pair, RedisServer master, long written) {
        Pattern record = Pattern.compile("source=" + master.endpoint() + " .*applied=(\\d+) .*phase=STREAM");
        try (DeploymentClient client = pair.destination.connect()) {
            return ((List<?>) client.call("HVALS", "caravan:checkpoint:{sync}"))
                    .stream()
                            .map(line -> record.matcher(line.toString()))
                            .anyMatch(found -> found.find() && Long.parseLong(found.group(1)) >= written);
        }
    }

    private static boolean has(Pair pair, String key) {
        try (DeploymentClient client = pair.destination.connect()) {
            return Long.valueOf(1).equals(client.call("EXISTS", key));
        }
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }
}
