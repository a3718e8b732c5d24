package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
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
}
