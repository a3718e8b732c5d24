package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.servers.Await;
import io.caravan.servers.Dataset;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The process is killed, again and again, while clients write: counters and lists say whether anything was lost, doubled, or
 * applied out of order.
 */
class KilledIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SHARDS = 3;
    private static final String STREAMS = "streaming from offset";
    private static final int KILLS = Integer.getInteger("caravan.kills", 6);
    private static final long SEED = Long.getLong("caravan.seed", 1);

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

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }
}
