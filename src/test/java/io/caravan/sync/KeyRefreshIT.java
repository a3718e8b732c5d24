package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.DeploymentClient;
import io.caravan.servers.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is read again at the source in place of being applied, while several clients write to the same few keys, both sides
 * end equal: values that grow by every command show each that is lost, doubled or out of order.
 */
class KeyRefreshIT {

    private static final int ROUNDS = Integer.getInteger("caravan.refresh.rounds", 200);
    private static final int COMMANDS = 60;
    private static final int CLIENTS = 3;
    private static final long SEED = Long.getLong("caravan.seed", 1);

    private static final String ROUTE = """
            - beans:
                - name: randomRefresh
                  type: io.caravan.sync.RandomRefresh
            - route:
                id: refreshing
                from:
                  uri: redis-replication
                  parameters:
                    nodes: "{{source}}"
                    checkpoint: none
                    maxBatchCommands: 5
                  steps:
                    - process:
                        ref: randomRefresh
                    - to:
                        uri: redis-cluster
                        parameters:
                          nodes: "{{destination}}"
                          refreshInterval: "1"
            """;

    @TempDir
    private Path folder;

    @Test
    void keys_that_are_read_again_while_they_are_written_to_end_as_at_the_source() throws Exception {
        try (Pair pair = Pair.standardToCluster()) {
            roundsEndEqual(pair);
        }
    }

    @Test
    void so_they_do_between_clusters() throws Exception {
        try (Pair pair = Pair.clusters()) {
            roundsEndEqual(pair);
        }
    }

    private void roundsEndEqual(Pair pair) throws Exception {
        Path route = folder.resolve("route.yaml");
        Files.writeString(route, ROUTE);
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try (RunningTask task = pair.task()
                .with("camel.main.routes-include-pattern", "file:" + route)
                .start()) {
            task.awaitStreaming();
            for (int round = 0; round < ROUNDS; round++) {
                List<Callable<Void>> writers = new ArrayList<>();
                for (int client = 0; client < CLIENTS; client++) {
                    var random = new Random(SEED * 1_000_000 + round * 1000L + client);
                    writers.add(() -> write(pair, random));
                }
                for (Future<Void> writer : clients.invokeAll(writers)) {
                    writer.get();
                }
                if (round % 10 == 9) {
                    task.awaitApplied(pair.sourceMasters);
                    pair.assertEqual();
                }
            }
            assertThat(task.meter("caravan.refresh.readings")).isGreaterThan(ROUNDS);
            System.out.printf("%,.0f readings of keys%n", task.meter("caravan.refresh.readings"));
        } finally {
            clients.shutdownNow();
        }
    }

    private static Void write(Pair pair, Random random) {
        try (DeploymentClient client = pair.source.connect()) {
            for (int i = 0; i < COMMANDS; i++) {
                client.run(List.of(command(random)));
            }
        }
        return null;
    }

    /** Keys of one hash tag, so that a cluster takes them too. */
    private static Request command(Random random) {
        String tag = "{" + random.nextInt(4) + "}";
        String value = Integer.toString(random.nextInt(10_000));
        return switch (random.nextInt(10)) {
            case 0, 1 -> Request.of("APPEND", tag + "s", "." + value);
            case 2 -> Request.of("INCR", tag + "n");
            case 3 -> Request.of("RPUSH", tag + "l1", value);
            case 4 -> Request.of("RPUSH", tag + "l2", value);
            case 5 -> Request.of("RPOPLPUSH", tag + "l1", tag + "l2");
            case 6 -> random.nextInt(4) == 0 ? Request.of("DEL", tag + "s") : Request.of("LTRIM", tag + "l2", -20, -1);
            case 7 -> Request.of("RENAME", tag + "l1", tag + "l2");
            case 8 -> Request.of("HINCRBY", tag + "h", "f" + random.nextInt(3), 1);
            default ->
                Request.transaction(
                        List.of(Request.of("INCR", tag + "n"), Request.of("APPEND", tag + "s", "," + value)));
        };
    }
}
