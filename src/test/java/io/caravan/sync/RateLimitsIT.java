package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a task may ask of both sides. A limit says how long something takes at least; nothing here waits for less. */
class RateLimitsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int KEYS = 3000;

    @Test
    void keys_of_a_snapshot() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            fill(pair.sourceMasters.get(0), 10);
            long begun = System.nanoTime();

            try (RunningTask task =
                    pair.task().with("snapshotKeysPerSecond", "1000").start()) {
                task.awaitStreaming();
                task.awaitApplied(pair.sourceMasters);
                pair.assertEqual();
            }

            assertThat(secondsSince(begun))
                    .isGreaterThan(KEYS / 1000.0 - 1.1); // the last batch owes, what was saved is free
        }
    }

    @Test
    void bytes_of_the_source() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            fill(pair.sourceMasters.get(0), 1500);
            long begun = System.nanoTime();

            try (RunningTask task =
                    pair.task().with("sourceBytesPerSecond", "1MB").start()) {
                task.awaitStreaming();
                task.awaitApplied(pair.sourceMasters);
                pair.assertEqual();
            }

            assertThat(secondsSince(begun)).isGreaterThan(3);
        }
    }

    @Test
    void commands_until_the_limit_is_lifted() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().with("maxBatchCommands", "10").start()) {
            RedisServer source = pair.sourceMasters.get(0);
            task.awaitStreaming();
            task.consumer().setCommandsPerSecond(20);

            fill(source, 10);
            Await.until("it has fallen behind", PATIENCE, () -> task.consumer().getLagBytes() > 1000 * 10L);
            assertThat(pair.destinationMasters.get(0).number("DBSIZE")).isLessThan(KEYS);
            task.consumer().setCommandsPerSecond(0);

            task.awaitApplied(pair.sourceMasters); // with 20 a second it would take two minutes and a half
            pair.assertEqual();
        }
    }

    @Test
    void a_task_that_is_held_back_stops_at_once() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            fill(pair.sourceMasters.get(0), 10);
            RunningTask task = pair.task().with("commandsPerSecond", "1").start();
            Await.until(
                    "something is sent",
                    PATIENCE,
                    () -> pair.destinationMasters.get(0).number("DBSIZE") > 0);

            task.close();
        }
    }

    private static void fill(RedisServer source, int bytes) {
        var random = new Random(1); // a snapshot compresses what repeats itself
        for (int i = 0; i < KEYS; i++) {
            String value = random.ints(bytes, '0', 'z')
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            source.command("SET", "key:" + i, value);
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
