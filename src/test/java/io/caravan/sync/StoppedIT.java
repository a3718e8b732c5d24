package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The route is stopped and started, again and again, while clients write. */
class StoppedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void a_route_that_is_stopped_and_started_goes_on_where_it_was() throws Exception {
        try (Pair pair = Pair.clusters()) {
            LoadReport written;
            try (Load load = Load.on(pair.source).seed(71).perSecond(4000).start();
                    RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                for (int stop = 0; stop < 5; stop++) {
                    long until = load.acknowledged() + 4000;
                    Await.until("writes", PATIENCE, load::acknowledged, n -> n > until);
                    task.context().getRouteController().stopRoute("sync");
                    task.context().getRouteController().startRoute("sync");
                    task.awaitStreaming();
                }
                written = load.stop();
                task.awaitApplied(pair.sourceMasters);
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @Test
    void what_was_sent_of_a_large_transaction_before_a_stop_is_not_applied_twice() throws Exception {
        try (Pair pair = Pair.standards(Pair.newer(), Pair.newer());
                RunningTask task = pair.task()
                        .with("memoryLimit", "1MB")
                        .with("commandsPerSecond", "5000")
                        .start()) {
            task.awaitStreaming();
            RedisServer source = pair.sourceMasters.get(0);
            RedisServer destination = pair.destinationMasters.get(0);

            source.command("EVAL", "for i = 1, 30000 do redis.call('RPUSH', KEYS[1], i) end", "1", "list");
            Await.until("a part of it", PATIENCE, () -> destination.number("LLEN", "list") > 2000);
            task.context().getRouteController().stopRoute("sync");
            assertThat(destination.number("LLEN", "list")).isLessThan(30_000);
            task.context().getRouteController().startRoute("sync");
            task.awaitStreaming().awaitApplied(pair.sourceMasters);

            assertThat(destination.number("LLEN", "list")).isEqualTo(30_000);
            pair.assertEqual();
        }
    }
}
