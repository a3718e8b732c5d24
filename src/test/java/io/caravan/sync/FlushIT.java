package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.DeploymentClient;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** {@code FLUSHALL}: what the source has emptied is emptied on the destination, and nothing else. */
class FlushIT {

    private static final int KEYS = 3000;

    @Test
    void a_flush_of_one_shard_empties_its_slots_of_a_cluster() throws Exception {
        try (Pair pair = Pair.clusters()) {
            flushOneShard(pair);
        }
    }

    @Test
    void a_flush_of_one_shard_empties_its_slots_of_a_standard_server() throws Exception {
        try (Pair pair = Pair.clusterToStandard()) {
            flushOneShard(pair);
        }
    }

    @Test
    void a_flush_of_a_standard_server_empties_the_cluster() throws Exception {
        try (Pair pair = Pair.standardToCluster()) {
            write(pair, "old:");
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
                pair.sourceMasters.get(0).command("FLUSHALL");
                pair.sourceMasters.get(0).command("SET", "new", "1");
                task.awaitApplied(pair.sourceMasters);
            }
            pair.assertEqual();
        }
    }

    @Test
    void a_flush_of_a_shard_whose_slots_may_not_be_asked_for_removes_nothing() throws Exception {
        try (Pair pair = Pair.of(
                RedisCluster.on(Pair.older())
                        .user("caravan", "replica", "+psync", "+replconf", "+ping")
                        .start(),
                RedisCluster.on(Pair.newer()).start())) {
            write(pair, "old:");
            try (RunningTask task =
                    pair.task().with("source.password", "caravan:replica").start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);

                pair.sourceMasters.get(1).command("FLUSHALL");

                task.awaitProblem("which slots this master has, and so what to remove, is not known");
                assertThat(pair.destinationMasters.stream()
                                .mapToLong(master -> master.number("DBSIZE"))
                                .sum())
                        .isGreaterThanOrEqualTo(KEYS);
            }
        }
    }

    /** The others' keys stay, and what is written behind the flush too. */
    private static void flushOneShard(Pair pair) throws Exception {
        write(pair, "old:");
        try (RunningTask task = pair.task().start()) {
            task.awaitStreaming().awaitApplied(pair.sourceMasters);
            RedisServer flushed = pair.sourceMasters.get(1);
            Set<Long> left = new TreeSet<>();

            flushed.command("FLUSHALL");
            write(pair, "new:");
            task.awaitApplied(pair.sourceMasters);

            pair.sourceMasters.forEach(master -> left.add(master.number("DBSIZE")));
            assertThat(left).as("one shard has the new keys only").hasSizeGreaterThan(1);
        }
        pair.assertEqual();
    }

    private static void write(Pair pair, String prefix) {
        try (DeploymentClient client = pair.source.connect()) {
            for (int i = 0; i < KEYS; i++) {
                client.call(Request.of("SET", prefix + i, "value"));
            }
        }
    }
}
