package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Masters of the destination lose what they had acknowledged while no process runs the task: with it, as in a power failure, or after it. */
class LostMeanwhileIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SHARDS = 3;
    private static final String CHECKPOINTS = "caravan:checkpoint:{sync}";
    private static final String STREAMS = "streaming from offset";
    private static final String SNAPSHOT = "full resynchronization, snapshot at";

    /** Something that is done to the destination. */
    private interface Step {
        void on(RedisCluster destination) throws Exception;
    }

    @Test
    void the_end_of_the_append_only_file_of_a_master() throws Exception {
        losesTheEnd(1);
    }

    @Test
    void the_end_of_the_append_only_file_where_the_task_is_written_down() throws Exception {
        losesTheEnd(0);
    }

    /** Of the masters the one that has the task's checkpoints, or the next one, … */
    private static RedisServer master(RedisCluster destination, int next) {
        RedisServer keeper = destination.nodeForKey(CHECKPOINTS.getBytes(StandardCharsets.US_ASCII));
        List<RedisServer> masters = destination.masters();
        return masters.get((masters.indexOf(keeper) + next) % masters.size());
    }

    private static void losesTheEnd(int next) throws Exception {
        RedisCluster destination =
                RedisCluster.on(Pair.newer()).option("appendonly", "yes").start();
        RedisServer master = master(destination, next);
        var before = new AtomicLong();
        String output = endsEqual(destination, cluster -> before.set(Files.size(appendOnlyFile(master))), cluster -> {
            master.kill();
            try (FileChannel file = FileChannel.open(appendOnlyFile(master), StandardOpenOption.WRITE)) {
                file.truncate(before.get());
            }
            master.restart();
            cluster.awaitAgreement();
        });

        assertThat(count(output, SNAPSHOT)).as("%s", output).isEqualTo(SHARDS);
    }

    private static Path appendOnlyFile(RedisServer server) throws IOException {
        try (Stream<Path> files = Files.walk(server.folder())) {
            return files.filter(file -> file.toString().endsWith(".incr.aof"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void all_that_a_master_has() throws Exception {
        String output = endsEqual(RedisCluster.on(Pair.newer()).start(), cluster -> {}, cluster -> {
            cluster.masters().get(1).restartEmpty();
            cluster.awaitAgreement();
        });

        assertThat(output).contains("of the destination has lost the checkpoint of shard");
        assertThat(count(output, SNAPSHOT)).isEqualTo(2 * SHARDS);
    }

    /** Nobody has ever left anything there that could be missed. */
    @Test
    void all_that_a_master_has_got_since() throws Exception {
        String output = endsEqual(RedisCluster.on(Pair.newer()).start(), cluster -> {}, cluster -> {
            RedisServer added = cluster.addMaster();
            cluster.moveSlots(cluster.masters().get(0), added, 1, 500);
            added.restartEmpty();
            cluster.awaitAgreement();
        });

        assertThat(output).contains("master of slots 1-500 has no copy of the checkpoint of shard");
        assertThat(count(output, SNAPSHOT)).isEqualTo(SHARDS);
    }

    @Test
    void what_replicas_had_not_received_that_take_over() throws Exception {
        RedisCluster destination = RedisCluster.on(Pair.newer()).replicas(1).start();
        RedisServer master = master(destination, 1);
        RedisServer replica = destination.replicasOf(master).get(0);
        String output = endsEqual(destination, cluster -> losesItsReplica(master), cluster -> {
            master.kill();
            Await.until(
                    "the replica is master", PATIENCE, () -> cluster.masters().contains(replica));
            cluster.awaitAgreement();
        });

        assertThat(count(output, SNAPSHOT)).as("%s", output).isEqualTo(SHARDS);
    }

    private static void losesItsReplica(RedisServer master) {
        master.command("ACL", "SETUSER", "default", "-psync", "-sync");
        master.command("CLIENT", "KILL", "TYPE", "replica");
    }

    /**
     * Kills the process when its checkpoints say that all is applied that was written since {@code from}, and lets that be lost.
     *
     * @return what Caravan has written
     */
    private static String endsEqual(RedisCluster destination, Step from, Step loss) throws Exception {
        try (Pair pair = Pair.of(RedisCluster.on(Pair.older()).start(), destination)) {
            pair.sourceMasters.forEach(master -> master.command("CONFIG", "SET", "repl-backlog-size", "256mb"));
            LoadReport written;
            String output;
            try (Load load = Load.on(pair.source).seed(3).perSecond(2000).start();
                    CaravanProcess task = CaravanProcess.between(pair).start()) {
                Await.until("it streams", PATIENCE, () -> count(task.output(), STREAMS) >= SHARDS);
                awaitWrittenDown(pair);
                from.on(destination);
                writeOnce(pair);
                awaitWrittenDown(pair);
                task.kill();
                loss.on(destination);
                task.restart();
                Await.until("it streams again", PATIENCE, () -> count(task.output(), STREAMS) >= 2 * SHARDS);
                written = load.stop();
                task.awaitAcknowledged(pair.sourceMasters);
                pair.awaitSwept();
                output = task.output();
            }
            assertThat(written.violationsAt(pair.destination)).isEmpty();
            pair.assertEqual();
            return output;
        }
    }

    /** Lists that nobody writes to again: neither a missing nor a doubled element is put right by what follows. */
    private static void writeOnce(Pair pair) {
        try (var client = pair.source.connect()) {
            for (int i = 0; i < 300; i++) {
                client.call("RPUSH", "once:" + i, "1");
            }
        }
    }

    /** Waits until the task's checkpoints say that all is applied that the source has written by now. */
    private static void awaitWrittenDown(Pair pair) {
        for (RedisServer master : pair.sourceMasters) {
            String history = "replicationId=" + master.info("replication", "master_replid");
            long written = Long.parseLong(master.info("replication", "master_repl_offset"));
            Await.until(
                    "the checkpoint of " + master + " has reached " + written,
                    PATIENCE,
                    () -> records(pair),
                    records -> records.stream()
                            .anyMatch(record -> record.contains(history)
                                    && record.contains(" phase=STREAM ")
                                    && Long.parseLong(record.replaceFirst(".* applied=(\\d+) .*", "$1")) >= written));
        }
    }

    private static List<String> records(Pair pair) {
        try (var client = pair.destination.connect()) {
            return ((List<?>) client.call("HVALS", CHECKPOINTS))
                    .stream().map(String::valueOf).toList();
        }
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }
}
