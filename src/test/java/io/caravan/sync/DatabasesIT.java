package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.servers.Await;
import io.caravan.servers.Comparison;
import io.caravan.servers.Dataset;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A standard server with several databases: one goes to a cluster behind a prefix, others are left out. */
class DatabasesIT {

    private static final int COMMANDS = Integer.getInteger("caravan.database.commands", 10_000);
    private static final long SEED = Long.getLong("caravan.seed", 1);
    private static final int CLIENTS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<Integer, String> ZERO_AND_ONE = Map.of(0, "", 1, "one:");

    @Test
    void databases_go_to_a_cluster_behind_their_prefix_while_they_are_written_to() throws Exception {
        try (Pair pair = Pair.standardToCluster();
                var mapped = new MappedSource(pair.sourceMasters.get(0))) {
            for (int database = 0; database < 3; database++) {
                Dataset.everyType(50 + database, 500)
                        .fitting("7.0")
                        .database(database)
                        .writeTo(pair.source);
            }
            var streaming = new AtomicBoolean();
            ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
            try {
                List<Future<Void>> writers = new ArrayList<>();
                for (int client = 0; client < CLIENTS; client++) {
                    writers.add(clients.submit(writer(pair, SEED * 100 + client, streaming)));
                }
                try (RunningTask task = pair.task()
                        .with("databases", "0,1=one:")
                        .with("maxBatchCommands", "50")
                        .start()) {
                    task.awaitStreaming();
                    streaming.set(true);
                    for (Future<Void> writer : writers) {
                        writer.get();
                    }
                    task.awaitApplied(pair.sourceMasters);

                    mapped.assertEqualTo(pair.destination, ZERO_AND_ONE);
                    assertThat(task.refused()).isEmpty();
                    assertThat(task.meter("caravan.replication.other.databases"))
                            .isPositive();
                    assertThat(task.meter("caravan.replication.prefix.collisions"))
                            .isZero();
                    System.out.printf(
                            "%,d commands, %,.0f of other databases, %,.0f readings of keys, seed %d%n",
                            COMMANDS * CLIENTS,
                            task.meter("caravan.replication.other.databases"),
                            task.meter("caravan.refresh.readings"),
                            SEED);
                }
            } finally {
                clients.shutdownNow();
            }
        }
    }

    /** Writes until the task streams, and {@link #COMMANDS} commands more. */
    private static Callable<Void> writer(Pair pair, long seed, AtomicBoolean streaming) {
        return () -> {
            try (DeploymentClient client = pair.source.connect()) {
                var load = new DatabaseLoad(seed, 3);
                while (!streaming.get()) {
                    load.run(client, 100);
                }
                load.run(client, COMMANDS);
            }
            return null;
        };
    }

    @Test
    void a_cluster_goes_behind_a_prefix_through_a_reshard_and_a_repeated_snapshot() throws Exception {
        try (Pair pair = Pair.clusters();
                DeploymentClient source = pair.source.connect();
                var log = CapturedLog.of("io.caravan.camel.Sweeper")) {
            RunningTask.Settings settings = pair.task().with("databases", "0=a:");
            writeAndRemove(source, "snapshot");
            try (RunningTask task = settings.start()) {
                task.awaitStreaming();
                writeAndRemove(source, "stream");
                pair.destinationMasters.forEach(master -> master.command("CLIENT", "KILL", "TYPE", "normal"));
                writeAndRemove(source, "again");
                List<RedisServer> masters = pair.sourceCluster().masters();
                pair.sourceCluster().moveSlots(masters.get(0), masters.get(1), 0, 99);
                Await.until(
                        "the slots are followed",
                        PATIENCE,
                        () -> log.lines().stream().anyMatch(line -> line.contains("has got slots 0-99;")));
                writeAndRemove(source, "moved");
                task.awaitApplied(pair.sourceMasters);
                assertBehindPrefix(pair);
            }
            for (int i = 0; i < 1000; i += 4) {
                source.call("DEL", "moved:" + i);
            }
            pair.sourceMasters.forEach(master -> master.command("DEBUG", "CHANGE-REPL-ID"));

            try (RunningTask task = settings.start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                Await.until(
                        "it is swept",
                        PATIENCE,
                        () -> values(pair.destinationMasters, 2).equals(values(pair.sourceMasters, 0)));
            }
        }
    }

    private static void writeAndRemove(DeploymentClient source, String name) {
        for (int i = 0; i < 1000; i++) {
            source.call("INCR", name + ":" + i);
        }
        for (int i = 0; i < 1000; i += 2) {
            source.call("UNLINK", name + ":" + i);
            source.call("INCR", name + ":" + (i + 1));
        }
    }

    private static void assertBehindPrefix(Pair pair) {
        assertThat(values(pair.destinationMasters, 2)).isEqualTo(values(pair.sourceMasters, 0));
    }

    /** The values of all keys but Caravan's own, by the keys without so many characters at their beginning. */
    private static Map<String, String> values(List<RedisServer> masters, int prefix) {
        Map<String, String> values = new TreeMap<>();
        for (RedisServer master : masters) {
            for (Object key : (List<?>) Objects.requireNonNull(master.command("KEYS", "*"))) {
                String name = String.valueOf(key);
                if (!name.startsWith("caravan:")) {
                    values.put(name.substring(prefix), String.valueOf(master.command("GET", name)));
                }
            }
        }
        return values;
    }

    @Test
    void a_flush_of_a_database_removes_its_keys_from_the_cluster_and_no_others() throws Exception {
        try (Pair pair = Pair.standardToCluster();
                var mapped = new MappedSource(pair.sourceMasters.get(0));
                RunningTask task =
                        pair.task().with("databases", "0,1=one:,2=two:").start()) {
            task.awaitStreaming();
            RedisServer source = pair.sourceMasters.get(0);
            Map<Integer, String> prefixes = Map.of(0, "", 1, "one:", 2, "two:");

            for (int flushed : List.of(1, 0, 9)) {
                writeKeys(pair, 3);
                source.command(Request.transaction(List.of(Request.of("SELECT", flushed), Request.of("FLUSHDB"))));
                source.command(Request.transaction(
                        List.of(Request.of("SELECT", flushed), Request.of("SET", "behind", "the flush"))));
                task.awaitApplied(pair.sourceMasters);
                mapped.assertEqualTo(pair.destination, prefixes);
            }
            source.command("FLUSHALL");
            writeKeys(pair, 1);
            task.awaitApplied(pair.sourceMasters);
            mapped.assertEqualTo(pair.destination, prefixes);
        }
    }

    @Test
    void keys_that_are_renamed_in_a_mapped_database_are_read_again_there() throws Exception {
        try (Pair pair = Pair.standardToCluster();
                var mapped = new MappedSource(pair.sourceMasters.get(0));
                DeploymentClient client = pair.source.connect();
                RunningTask task = pair.task().with("databases", "1=one:").start()) {
            task.awaitStreaming();
            for (int database = 0; database < 2; database++) {
                client.select(database);
                for (int i = 0; i < 100; i++) {
                    client.call("SET", "old" + i, "of database " + database, "PX", "3600000");
                    client.call("RENAME", "old" + i, "new" + i);
                }
            }

            task.awaitApplied(pair.sourceMasters);

            mapped.assertEqualTo(pair.destination, Map.of(1, "one:"));
            assertThat(task.meter("caravan.refresh.readings")).isGreaterThanOrEqualTo(100);
        }
    }

    @Test
    void values_too_large_for_memory_get_the_prefix_too() throws Exception {
        try (Pair pair = Pair.standardToCluster();
                var mapped = new MappedSource(pair.sourceMasters.get(0));
                DeploymentClient client = pair.source.connect()) {
            client.select(1);
            writeLarge(client, "of the snapshot");
            try (RunningTask task = pair.task()
                    .with("databases", "0,1=one:")
                    .with("memoryLimit", "8MB")
                    .start()) {
                task.awaitStreaming();
                writeLarge(client, "of the stream");
                task.awaitApplied(pair.sourceMasters);

                mapped.assertEqualTo(pair.destination, ZERO_AND_ONE);
                assertThat(task.meter("caravan.replication.large.commands")).isPositive();
            }
        }
    }

    private static void writeLarge(DeploymentClient client, String name) {
        byte[] text = new byte[3_000_000];
        Arrays.fill(text, (byte) 'x');
        client.call(Request.of("SET", "string " + name, text, "PX", 3_600_000));
        client.call(Request.of("RPUSH", "list " + name, "first", text, "last"));
        client.call(Request.of("HSET", "hash " + name, "field", text));
        client.call(Request.of("APPEND", "string " + name, text));
    }

    @Test
    void databases_that_are_swapped_stop_the_shard_if_one_of_them_is_mapped() throws Exception {
        try (Pair pair = Pair.standardToCluster();
                RunningTask task = pair.task().with("databases", "0,1=one:").start()) {
            task.awaitStreaming();

            pair.sourceMasters.get(0).command("SWAPDB", "0", "1");

            task.awaitProblem("it swaps databases 0 and 1, of which not both are synchronized as they are");
        }
    }

    @Test
    void selected_databases_of_a_standard_server_go_to_the_same_of_another_and_nothing_else_is_touched()
            throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().with("databases", "0,2").start()) {
            RedisServer destination = pair.destinationMasters.get(0);
            destination.command(Request.transaction(
                    List.of(Request.of("SELECT", 1), Request.of("SET", "own", "1"), Request.of("SELECT", 0))));
            task.awaitStreaming();

            write(pair, SEED);
            pair.sourceMasters.get(0).command("FLUSHALL");
            pair.sourceMasters.get(0).command("SWAPDB", "2", "0");
            write(pair, SEED + 1);
            task.awaitApplied(pair.sourceMasters);

            assertThat(Comparison.of(pair.source, pair.destination)
                            .databases(0, 2)
                            .run())
                    .satisfies(report ->
                            assertThat(report.isEqual()).as("%s", report).isTrue());
            try (DeploymentClient client = pair.destination.connect()) {
                client.select(1);
                assertThat(client.size()).as("the destination's own key").isEqualTo(1);
            }
            assertThat(task.refused()).isEmpty();
        }
    }

    private static void write(Pair pair, long seed) {
        try (DeploymentClient client = pair.source.connect()) {
            new DatabaseLoad(seed, 3).run(client, COMMANDS);
        }
    }

    /** Some keys in the databases from 0 on, in pipelined transactions. */
    private static void writeKeys(Pair pair, int databases) {
        try (DeploymentClient client = pair.source.connect()) {
            for (int database = 0; database < databases; database++) {
                client.select(database);
                List<Request> sets = new ArrayList<>();
                for (int i = 0; i < 2000; i++) {
                    sets.add(Request.of("SET", "key" + i, "of database " + database));
                }
                client.run(sets);
            }
        }
    }
}
