package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.replication.ShardStatus;
import io.caravan.servers.Await;
import io.caravan.servers.Load;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The lag by heartbeats: keys that are written at the source, and never copied. */
class HeartbeatIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String INTERVAL = "heartbeatInterval";
    private static final long SOME_SECONDS = 3000;
    private static final long SOON = 1000;

    @Test
    void every_master_is_timed_while_it_is_written_to_and_nothing_of_it_is_copied() throws Exception {
        try (Pair pair = Pair.clusters();
                Load load = Load.on(pair.source).seed(1).perSecond(500).start();
                RunningTask task = pair.task().with(INTERVAL, "200").start()) {
            task.awaitStreaming();

            Await.until(
                    "a heartbeat of each shard is applied",
                    PATIENCE,
                    task::shards,
                    shards -> shards.stream().allMatch(shard -> isWithin(shard, SOON)));

            for (RedisServer master : pair.sourceMasters) {
                assertThat(master.command("KEYS", "caravan:*").toString()).contains("caravan:heartbeat:{", "}:sync");
            }
            assertThat(task.meter("caravan.replication.lag.heartbeat")).isFinite();
            load.stop();
            task.awaitApplied(pair.sourceMasters);
            for (RedisServer master : pair.destinationMasters) {
                assertThat(master.command("KEYS", "caravan:heartbeat:*").toString())
                        .doesNotContain("heartbeat");
            }
            pair.assertEqual();
        }
    }

    @Test
    void what_the_destination_does_not_get_makes_it_grow() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().with(INTERVAL, "200").start()) {
            awaitLag(task, "a heartbeat is applied", 0, SOON);

            task.consumer().suspend();
            awaitLag(task, "it has grown", SOME_SECONDS, Long.MAX_VALUE);
            task.consumer().resume();

            awaitLag(task, "it has caught up", 0, SOON);
        }
    }

    @Test
    void a_source_that_holds_writes_back_is_behind_too() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().with(INTERVAL, "200").start()) {
            awaitLag(task, "a heartbeat is applied", 0, SOON);
            RedisServer source = pair.sourceMasters.get(0);

            source.command("CLIENT", "PAUSE", "60000", "WRITE");
            awaitLag(task, "it has grown", SOME_SECONDS, Long.MAX_VALUE);
            source.command("CLIENT", "UNPAUSE");

            awaitLag(task, "it has caught up", 0, SOON);
        }
    }

    @Test
    void it_is_written_to_a_database_that_is_synchronized() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task()
                        .with(INTERVAL, "200")
                        .with("databases", "3=three:")
                        .start()) {
            awaitLag(task, "a heartbeat is applied", 0, SOON);

            assertThat(pair.sourceMasters.get(0).info("keyspace", "db3")).startsWith("keys=1,expires=1");
            assertThat(task.meter("caravan.replication.other.databases")).isZero();
        }
    }

    @Test
    void without_the_right_to_write_the_task_goes_on_and_says_what_is_missing() throws Exception {
        try (CapturedLog log = CapturedLog.of("io.caravan.replication.HeartbeatWriter");
                RedisServer source = RedisServer.on(Pair.older())
                        .user("reader", "secret", "~*", "+@all", "-set")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer());
                RunningTask task = RunningTask.between(
                                source.endpoint().toString(),
                                destination.endpoint().toString())
                        .with("source.password", "reader:secret")
                        .with(INTERVAL, "200")
                        .start()) {
            task.awaitStreaming();
            source.command("INCR", "counter");
            task.awaitApplied(List.of(source));

            Await.until(
                    "it is said",
                    PATIENCE,
                    log::lines,
                    lines -> lines.stream().anyMatch(line -> line.contains("refuses SET: 'NOPERM")));

            assertThat(log.lines())
                    .as("once")
                    .hasSize(1)
                    .allMatch(line -> line.contains("grant the user +set +del ~caravan:heartbeat:*"));
            assertThat(task.shards()).allMatch(shard -> shard.heartbeatMillis().isEmpty());
            assertThat(task.health()).isEmpty();
        }
    }

    private static boolean isWithin(ShardStatus shard, long millis) {
        return shard.heartbeatMillis().isPresent() && shard.heartbeatMillis().getAsLong() < millis;
    }

    private static void awaitLag(RunningTask task, String what, long least, long below) {
        Await.until(
                what,
                PATIENCE,
                task::shards,
                shards -> !shards.isEmpty()
                        && shards.stream()
                                .allMatch(shard -> isWithin(shard, below)
                                        && shard.heartbeatMillis().getAsLong() >= least));
    }
}
