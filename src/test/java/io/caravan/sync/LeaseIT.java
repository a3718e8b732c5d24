package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The lease of a task that cannot be taken for a while, or is lost where it is kept. */
class LeaseIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String LEASE_TIME = "camel.component.redis-replication.lease-time";
    private static final int INCREMENTS = 100;

    @Test
    void a_task_that_could_not_be_taken_at_its_start_begins_again_once_it_is() throws Exception {
        try (Pair pair = Pair.of(
                        RedisServer.start(Pair.older()),
                        RedisServer.on(Pair.newer()).option("maxmemory", "1mb").start());
                CapturedLog log = CapturedLog.of("io.caravan.camel")) {
            increment(pair);
            try (RunningTask task = pair.task().with(LEASE_TIME, "3000").start()) {
                assertThat(log.lines())
                        .anyMatch(line -> line.contains("cannot be taken yet, nothing is sent until it is"));
                increment(pair);

                pair.destinationMasters.get(0).command("CONFIG", "SET", "maxmemory", "0");

                awaitLine(log, "its lease was not held for a while");
                Await.until("it streams", PATIENCE, () -> isStreaming(task));
                increment(pair);
                task.awaitApplied(pair.sourceMasters);
            }
            pair.assertEqual();
        }
    }

    @Test
    void a_start_that_does_not_succeed_at_once_is_tried_again() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CapturedLog log = CapturedLog.of("io.caravan.camel")) {
            RedisServer destination = pair.destinationMasters.get(0);
            destination.command("RPUSH", "of another type", "than a mark has");
            destination.command("CONFIG", "SET", "maxmemory", "1mb");
            increment(pair);
            try (RunningTask task =
                    pair.task().with(LEASE_TIME, "3000").with("sweep", "NEVER").start()) {
                destination.command("RENAME", "of another type", "caravan:cutover:{sync}");
                destination.command("CONFIG", "SET", "maxmemory", "0");
                awaitLine(log, "could not be started again");

                destination.command("DEL", "caravan:cutover:{sync}");

                Await.until("it streams", PATIENCE, () -> isStreaming(task));
                increment(pair);
                task.awaitApplied(pair.sourceMasters);
            }
            pair.assertEqual();
        }
    }

    @Test
    void a_lease_that_is_lost_where_it_is_kept_is_taken_up_again() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CapturedLog log = CapturedLog.of("io.caravan.camel");
                RunningTask task = pair.task().with(LEASE_TIME, "3000").start()) {
            task.awaitStreaming();
            increment(pair);
            RedisServer destination = pair.destinationMasters.get(0);

            destination.command("DEL", "caravan:lease:{sync}", "caravan:holder:{sync}");

            Await.until(
                    "both are there again",
                    PATIENCE,
                    () -> destination.number("EXISTS", "caravan:lease:{sync}", "caravan:holder:{sync}") == 2);
            increment(pair);
            task.awaitApplied(pair.sourceMasters);
            assertThat(log.lines()).noneMatch(line -> line.contains("is started again"));
            pair.assertEqual();
        }
    }

    private static boolean isStreaming(RunningTask task) {
        return task.consumer().isStreaming();
    }

    private static void increment(Pair pair) {
        for (int i = 0; i < INCREMENTS; i++) {
            pair.sourceMasters.get(0).command("INCR", "counter");
        }
    }

    private static void awaitLine(CapturedLog log, String text) {
        Await.until(
                "the log says '" + text + "'",
                PATIENCE,
                () -> log.lines().stream().anyMatch(line -> line.contains(text)));
    }
}
