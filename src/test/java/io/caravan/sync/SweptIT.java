package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.servers.Await;
import io.caravan.servers.Dataset;
import io.caravan.servers.HashSlots;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A snapshot had to be repeated: keys that the source has lost meanwhile are gone from the destination, too, and no others. */
class SweptIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int VANISHING = 3000;

    @Test
    void keys_that_vanished_while_nobody_listened_are_removed() throws Exception {
        try (Pair pair = Pair.clusters()) {
            fill(pair);
            synchronize(pair);
            vanish(pair);

            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                Await.until(
                        "the destination is swept", PATIENCE, () -> keys(pair.destinationMasters, "vanishing:*") == 0);
            }
            pair.assertEqual();
        }
    }

    @Test
    void of_every_database_of_a_standard_server() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RedisServer source = pair.sourceMasters.get(0);
            RedisServer destination = pair.destinationMasters.get(0);
            source.command("SET", "kept", "1");
            source.command("MSET", "vanishing:0", "0", "vanishing:1", "1");
            source.command("MOVE", "vanishing:1", "5");
            synchronize(pair);
            assertThat(destination.info("keyspace", "db5")).startsWith("keys=1");

            source.command("UNLINK", "vanishing:0");
            source.command("SWAPDB", "5", "6");
            source.command("DEBUG", "CHANGE-REPL-ID");
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                Await.until(
                        "database 5 is empty", PATIENCE, () -> destination.info("keyspace", "db5"), String::isEmpty);
                Await.until("the key is gone", PATIENCE, () -> destination.number("EXISTS", "vanishing:0") == 0);
            }
            assertThat(destination.info("keyspace", "db6")).startsWith("keys=1");
            assertThat(destination.command("GET", "kept")).isEqualTo("1");
        }
    }

    @Test
    void what_was_there_before_the_task_stays() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RedisServer destination = pair.destinationMasters.get(0);
            destination.command("SET", "somebody:else", "1");
            synchronize(pair);
            pair.sourceMasters.get(0).command("DEBUG", "CHANGE-REPL-ID");

            synchronize(pair);

            assertThat(destination.command("HVALS", "caravan:checkpoint:{sync}"))
                    .asString()
                    .contains("phase=STREAM")
                    .contains("sweep=NEVER");
            assertThat(destination.command("GET", "somebody:else")).isEqualTo("1");
        }
    }

    @Test
    void what_the_route_does_not_select_is_neither_removed_nor_brought() throws Exception {
        try (Pair pair = Pair.clusters();
                var destination = pair.destination.connect();
                var source = pair.source.connect()) {
            RunningTask.Settings settings = pair.task().with("excludeKeys", "prefix:session:");
            source.call("SET", "{a}vanishing", "1");
            source.call("SET", "session:{a}", "of the source");
            try (RunningTask task = settings.start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
            }
            destination.call("SET", "session:{b}", "of the destination");
            source.call("DEL", "{a}vanishing");
            pair.sourceMasters.forEach(master -> master.command("DEBUG", "CHANGE-REPL-ID"));

            try (RunningTask task = settings.start();
                    var log = CapturedLog.of("io.caravan.camel.Sweeper")) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                Await.until("it is swept", PATIENCE, () -> destination.call("GET", "{a}vanishing") == null);
                moveSlotOf("{a}", pair.sourceCluster());
                Await.until(
                        "the slot is followed",
                        PATIENCE,
                        () -> log.lines().stream().anyMatch(line -> line.contains("has got slots")));
            }

            assertThat(destination.call("EXISTS", "session:{b}")).isEqualTo(1L);
            assertThat(destination.call("EXISTS", "session:{a}")).isEqualTo(0L);
        }
    }

    private static void moveSlotOf(String tag, RedisCluster cluster) {
        int slot = HashSlots.of(tag.getBytes(StandardCharsets.UTF_8));
        List<RedisServer> masters = cluster.masters();
        int owner = 0;
        while (!cluster.slotsOf(masters.get(owner)).contains(slot)) {
            owner++;
        }
        cluster.moveSlots(masters.get(owner), masters.get((owner + 1) % masters.size()), slot, slot);
    }

    private static void fill(Pair pair) {
        Dataset.everyType(41, 500).fitting("7.0").writeTo(pair.source);
        try (var client = pair.source.connect()) {
            for (int i = 0; i < VANISHING; i++) {
                client.call("SET", "vanishing:" + i, "1");
            }
        }
    }

    private static void vanish(Pair pair) {
        try (var client = pair.source.connect()) {
            for (int i = 0; i < VANISHING; i++) {
                client.call("DEL", "vanishing:" + i);
            }
        }
        pair.sourceMasters.forEach(master -> master.command("DEBUG", "CHANGE-REPL-ID")); // nothing can be continued
    }

    private static void synchronize(Pair pair) throws Exception {
        try (RunningTask task = pair.task().start()) {
            task.awaitStreaming().awaitApplied(pair.sourceMasters);
        }
    }

    private static long keys(List<RedisServer> masters, String pattern) {
        return masters.stream()
                .mapToLong(master -> ((List<?>) master.command("KEYS", pattern)).size())
                .sum();
    }
}
