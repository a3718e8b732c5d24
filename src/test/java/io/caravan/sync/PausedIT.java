package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a task does while it is paused, and afterwards. */
class PausedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int KEYS = 500;

    @Test
    void a_paused_task_that_keeps_its_link_takes_what_comes() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().start()) {
            RedisServer source = pair.sourceMasters.get(0);
            task.awaitStreaming().awaitApplied(pair.sourceMasters);
            ServiceHelper.suspendService(task.consumer());

            write(source);
            long written = Long.parseLong(source.info("replication", "master_repl_offset"));
            Await.until(
                    "the source has sent it",
                    PATIENCE,
                    () -> source.info("replication", "slave0").contains("state=online"));
            assertThat(pair.destinationMasters.get(0).number("EXISTS", "key:" + (KEYS - 1)))
                    .isZero();
            ServiceHelper.resumeService(task.consumer());

            task.awaitApplied(pair.sourceMasters);
            assertThat(task.consumer().status().get(0).appliedOffset()).isGreaterThanOrEqualTo(written);
            assertThat(task.consumer().counters().values())
                    .allMatch(counters -> counters.reconnections() == 0 && counters.fullResynchronizations() == 1);
            pair.assertEqual();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "spool"})
    void a_paused_task_that_gives_its_link_up_costs_the_source_nothing_and_continues(String spool) throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task()
                        .with("pauseKeeps", "SPOOL")
                        .with("spoolDirectory", spool)
                        .start()) {
            RedisServer source = pair.sourceMasters.get(0);
            task.awaitStreaming().awaitApplied(pair.sourceMasters);
            ServiceHelper.suspendService(task.consumer());

            Await.until(
                    "the link is given up",
                    PATIENCE,
                    () -> source.info("replication", "connected_slaves").equals("0"));
            write(source);
            ServiceHelper.resumeService(task.consumer());

            task.awaitApplied(pair.sourceMasters);
            assertThat(task.consumer().counters().values())
                    .as("its backlog had it all")
                    .allMatch(counters -> counters.fullResynchronizations() == 1);
            pair.assertEqual();
        }
    }

    @Test
    void a_paused_task_without_a_link_can_be_stopped() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RunningTask task = pair.task().with("pauseKeeps", "SPOOL").start();
            task.awaitStreaming();
            ServiceHelper.suspendService(task.consumer());
            Await.until(
                    "the link is given up",
                    PATIENCE,
                    () -> pair.sourceMasters
                            .get(0)
                            .info("replication", "connected_slaves")
                            .equals("0"));

            task.close();
        }
    }

    private static void write(RedisServer source) {
        for (int i = 0; i < KEYS; i++) {
            source.command("SET", "key:" + i, "value");
        }
    }
}
