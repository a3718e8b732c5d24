package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caravan.servers.DeploymentClient;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A spool that has no room left while clients write: the source waits, somebody is told, and nothing is lost. */
class FullDiskIT {

    private static final int COMMANDS = 40_000;
    private static final int VALUE_BYTES = 500;

    /** A file system with less room than the 512 MB that the spool leaves to others. */
    private static final String MOUNT =
            "mkdir -p spool && mount -t tmpfs -o size=500m caravan-spool spool && exec \"$@\"";

    @Test
    void a_spool_that_has_reached_its_limit() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                LoadedTask loaded = LoadedTask.on(
                        pair, pair.task().with("memoryLimit", "8MB").with("spoolBytes", "4MB"))) {
            Recovery full = loaded.fault("spool full while the destination stands still");
            pair.destinationMasters.get(0).pause();
            writeMoreThanFits(pair);
            loaded.task().awaitProblem("can take no more");
            loaded.task().awaitDown("can take no more");
            pair.destinationMasters.get(0).resume();
            full.ends();

            loaded.endsEqual();
            loaded.task().awaitSpoolEmpty().awaitHealthy();
            assertThat(loaded.fullResynchronizations()).isOne();
            assertThat(loaded.reconnections()).isZero();
        }
    }

    @Test
    void a_spool_on_a_file_system_that_is_full() throws Exception {
        assumeTrue(mayMount(), "no file system can be mounted here without being root (unshare --mount)");
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                Load load = Load.on(pair.source).seed(8).perSecond(2000).start();
                CaravanProcess caravan = CaravanProcess.between(pair)
                        .with("memoryLimit", "8MB")
                        .launchedBy("unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh")
                        .start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            pair.destinationMasters.get(0).pause();
            writeMoreThanFits(pair);
            caravan.awaitOutput("can take no more");
            pair.destinationMasters.get(0).resume();

            LoadReport written = load.stop();
            caravan.awaitAcknowledged(pair.sourceMasters);
            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
            assertThat(pair.sourceMasters.get(0).info("stats", "sync_full")).isEqualTo("1");
        }
    }

    private static boolean mayMount() throws InterruptedException {
        try {
            Process attempt = new ProcessBuilder(
                            "unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return attempt.waitFor(10, TimeUnit.SECONDS) && attempt.exitValue() == 0;
        } catch (IOException e) {
            return false; // there is no such program
        }
    }

    private static void writeMoreThanFits(Pair pair) {
        try (DeploymentClient client = pair.source.connect()) {
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < COMMANDS; i++) {
                requests.add(Request.of(
                        "SET",
                        "filling:" + i % 2000,
                        Integer.toString(i).repeat(VALUE_BYTES).substring(0, VALUE_BYTES)));
                if (requests.size() == 500) {
                    client.run(requests);
                    requests.clear();
                }
            }
        }
    }
}
