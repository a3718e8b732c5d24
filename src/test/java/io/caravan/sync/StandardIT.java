package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.Comparison;
import io.caravan.servers.Dataset;
import io.caravan.servers.EachServer;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.ServerProgram;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A standard server as source: to a cluster, and to another standard server with all its databases. */
class StandardIT {

    @Test
    void a_standard_server_is_spread_over_a_cluster() throws Exception {
        try (Pair pair = Pair.standardToCluster()) {
            Dataset.everyType(21, 1500).fitting("7.0").writeTo(pair.source);

            LoadReport written;
            try (Load load = Load.on(pair.source).seed(22).perSecond(4000).start();
                    RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                Await.until("writes", Duration.ofSeconds(60), load::acknowledged, n -> n > 12_000);
                written = load.stop();
                task.awaitApplied(pair.sourceMasters);
            }

            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
        }
    }

    @EachServer(min = "4.0")
    void every_database_of_a_standard_server_goes_to_the_same_of_another(ServerProgram program) throws Exception {
        try (Pair pair = Pair.standards(program, program)) {
            String version = program.version().toString();
            Dataset.everyType(31, 300).fitting(version).writeTo(pair.source);
            Dataset.everyType(32, 300).fitting(version).database(3).writeTo(pair.source);

            LoadReport inZero;
            LoadReport inThree;
            try (Load zero = Load.on(pair.source)
                            .seed(33)
                            .threads(1)
                            .perSecond(1500)
                            .start();
                    Load three = Load.on(pair.source)
                            .seed(34)
                            .threads(1)
                            .database(3)
                            .perSecond(1500)
                            .start();
                    RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                Await.until("writes", Duration.ofSeconds(60), three::acknowledged, n -> n > 3000);
                inZero = zero.stop();
                inThree = three.stop();
                task.awaitApplied(pair.sourceMasters);
            }

            assertThat(inZero.violationsAt(pair.destination, 0)).isEmpty();
            assertThat(inThree.violationsAt(pair.destination, 3)).isEmpty();
            assertThat(Comparison.of(pair.source, pair.destination)
                            .databases(0, 3)
                            .run())
                    .satisfies(report ->
                            assertThat(report.isEqual()).as("%s", report).isTrue());
        }
    }
}
