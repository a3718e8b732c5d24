package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Phase;
import io.caravan.replication.ShardCounters;
import io.caravan.servers.Await;
import io.caravan.servers.Deployment;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A destination that stands still, a source that is written to meanwhile and keeps next to nothing of its stream: neither its
 * backlog nor its replica output buffer decides what follows.
 */
class SpoolIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int COMMANDS = 40_000;
    private static final int VALUE_BYTES = 500;
    private static final long WRITTEN = (long) COMMANDS * VALUE_BYTES;

    @Test
    void a_destination_that_stands_still_holds_up_no_source() throws Exception {
        try (Pair pair = Pair.clusters();
                RunningTask task = pair.task().with("memoryLimit", "8MB").start()) {
            awaitStream(task, pair);
            pair.sourceMasters.forEach(SpoolIT::keepNextToNothing);
            pair.destinationMasters.forEach(RedisServer::pause);

            write(pair.source, 1);
            task.awaitSpooled(WRITTEN);
            pair.destinationMasters.forEach(RedisServer::resume);

            task.awaitApplied(pair.sourceMasters).awaitSpoolEmpty();
            pair.assertEqual();
            assertThat(task.counters())
                    .extracting(ShardCounters::fullResynchronizations)
                    .containsOnly(1L);
            assertThat(task.counters()).extracting(ShardCounters::reconnections).containsOnly(0L);
        }
    }

    @Test
    void a_link_that_is_lost_meanwhile_is_made_again_behind_what_is_spooled() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().with("memoryLimit", "8MB").start()) {
            RedisServer source = pair.sourceMasters.get(0);
            awaitStream(task, pair);
            keepNextToNothing(source);
            pair.destinationMasters.forEach(RedisServer::pause);
            write(pair.source, 1);
            task.awaitSpooled(WRITTEN);

            source.command("CLIENT", "KILL", "TYPE", "replica");
            Await.until(
                    "the link is made again",
                    PATIENCE,
                    () -> source.info("replication", "slave0"),
                    replica -> replica.contains("state=online"));
            write(pair.source, 2);
            task.awaitSpooled(2 * WRITTEN);
            pair.destinationMasters.forEach(RedisServer::resume);

            task.awaitApplied(pair.sourceMasters).awaitSpoolEmpty();
            pair.assertEqual();
            assertThat(task.counters())
                    .allMatch(shard -> shard.fullResynchronizations() == 1 && shard.reconnections() == 1);
        }
    }

    @Test
    void a_process_that_is_killed_goes_on_from_what_its_predecessor_has_spooled() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        CaravanProcess.between(pair).with("memoryLimit", "8MB").start()) {
            RedisServer source = pair.sourceMasters.get(0);
            RedisServer destination = pair.destinationMasters.get(0);
            caravan.awaitAcknowledged(pair.sourceMasters);
            keepNextToNothing(source);
            source.command(
                    "CONFIG", "SET", "repl-backlog-size", "262144"); // what is in the sockets dies with the process
            awaitCheckpoint(source, destination);
            destination.pause();
            write(pair.source, 1);
            long written = Long.parseLong(source.info("replication", "master_repl_offset"));
            Await.until("everything is on the disk", PATIENCE, () -> spooled(caravan), bytes -> bytes >= written);

            caravan.kill();
            destination.resume();
            caravan.restart();

            caravan.awaitOutput("partial resynchronization").awaitAcknowledged(pair.sourceMasters);
            pair.assertEqual();
            assertThat(source.info("stats", "sync_full")).isEqualTo("1");
            Await.until("the spool is empty", PATIENCE, () -> spooled(caravan), bytes -> bytes == 0);
        }
    }

    @Test
    void a_spool_that_is_full_holds_the_source_up_and_says_so() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task()
                        .with("memoryLimit", "8MB")
                        .with("spoolBytes", "4MB")
                        .start()) {
            task.awaitStreaming();
            pair.destinationMasters.forEach(RedisServer::pause);

            write(pair.source, 1);
            task.awaitProblem("can take no more");
            pair.destinationMasters.forEach(RedisServer::resume);

            task.awaitApplied(pair.sourceMasters).awaitSpoolEmpty();
            pair.assertEqual();
            assertThat(task.shards()).allMatch(shard -> shard.problem().isEmpty());
            assertThat(task.counters())
                    .allMatch(shard -> shard.fullResynchronizations() == 1 && shard.reconnections() == 0);
        }
    }

    @Test
    void a_snapshot_that_is_faster_than_the_destination_waits_on_the_disk() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RedisServer source = pair.sourceMasters.get(0);
            write(pair.source, 1);
            source.command("CONFIG", "SET", "rdbcompression", "no");
            source.command("CONFIG", "SET", "repl-diskless-sync-delay", "3");
            try (RunningTask task = pair.task().with("memoryLimit", "8MB").start()) {
                pair.destinationMasters.forEach(RedisServer::pause); // before the snapshot comes
                task.awaitSpooled(WRITTEN / 2);
                Await.until(
                        "the source has sent it all",
                        PATIENCE,
                        () -> source.info("replication", "slave0"),
                        replica -> replica.contains("state=online"));
                write(pair.source, 2);
                task.awaitSpooled(WRITTEN * 3 / 2);
                pair.destinationMasters.forEach(RedisServer::resume);

                task.awaitApplied(pair.sourceMasters).awaitSpoolEmpty();
                pair.assertEqual();
                assertThat(task.counters())
                        .allMatch(shard -> shard.fullResynchronizations() == 1 && shard.reconnections() == 0);
            }
        }
    }

    /**
     * Waits until the source sends what is written to it: it collects that until the first acknowledgement after the snapshot,
     * for which its replica output buffer has to suffice.
     */
    private static void awaitStream(RunningTask task, Pair pair) {
        task.awaitStreaming();
        write(pair.source, 0, COMMANDS / 20);
        task.awaitApplied(pair.sourceMasters);
    }

    private static void keepNextToNothing(RedisServer source) {
        source.command("CONFIG", "SET", "repl-backlog-size", "16384");
        source.command("CONFIG", "SET", "client-output-buffer-limit", "replica 6mb 0 0");
    }

    private static void write(Deployment source, int round) {
        write(source, round, COMMANDS);
    }

    /** Writes commands that may be repeated, a few hundred at once, and returns when the source has taken them. */
    private static void write(Deployment source, int round, int commands) {
        try (DeploymentClient client = source.connect()) {
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < commands; i++) {
                String value =
                        Integer.toString(i * 7 + round).repeat(VALUE_BYTES).substring(0, VALUE_BYTES);
                requests.add(
                        switch (i % 4) {
                            case 0 -> Request.of("SADD", "set:" + i % 1000, value);
                            case 1 -> Request.of("HSET", "hash:" + i % 1000, "field" + i, value);
                            default -> Request.of("SET", "key:" + round + ":" + i, value);
                        });
                if (requests.size() == 500) {
                    client.run(requests);
                    requests.clear();
                }
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The checkpoint is behind by a second at most; what is killed goes on from there. */
    private static void awaitCheckpoint(RedisServer source, RedisServer destination) {
        long written = Long.parseLong(source.info("replication", "master_repl_offset"));
        Await.until(
                "the checkpoint has reached " + written,
                PATIENCE,
                () -> String.valueOf(destination.command("HGETALL", "caravan:checkpoint:{sync}")),
                checkpoint -> checkpoint.contains("phase=" + Phase.STREAM)
                        && Stream.of(checkpoint.split("\\D+"))
                                .filter(number -> number.matches("\\d{1,12}"))
                                .anyMatch(number -> Long.parseLong(number) >= written && number.length() < 12));
    }

    private static long spooled(CaravanProcess caravan) {
        try (Stream<Path> files = Files.walk(caravan.folder().resolve("spool"))) {
            return files.filter(file -> file.toString().endsWith(".spool"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
