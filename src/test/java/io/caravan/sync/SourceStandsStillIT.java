package io.caravan.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.caravan.command.HashSlot;
import io.caravan.servers.Await;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One master of several stands still, for longer than the lease: what waits for its answers must not hold up the others. */
class SourceStandsStillIT {

    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final String LEASE_MILLIS = "2000";
    private static final Duration STILL = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Of the first of three masters. */
    private static final int SLOTS = 5000;

    @Test
    void the_other_shards_go_on() throws Exception {
        try (Pair pair = Pair.of(
                        RedisCluster.on(Pair.older())
                                .option("cluster-require-full-coverage", "no")
                                .start(),
                        RedisCluster.on(Pair.newer()).start());
                RunningTask task = pair.task()
                        .with("camel.component.redis-replication.lease-time", LEASE_MILLIS)
                        .start()) {
            task.awaitStreaming().awaitApplied(pair.sourceMasters);
            RedisServer still = pair.sourceMasters.get(1);

            still.pause();
            try {
                long until = System.nanoTime() + STILL.toNanos();
                for (int value = 0; System.nanoTime() < until; value++) {
                    arrives(pair, keyOfTheFirstMaster(), Integer.toString(value));
                    Await.moment(System.nanoTime() + PAUSE.toNanos());
                }
            } finally {
                still.resume();
            }

            task.awaitApplied(pair.sourceMasters);
            pair.assertEqual();
        }
    }

    private static void arrives(Pair pair, String key, String value) {
        pair.sourceMasters.get(0).command("SET", key, value);
        Await.until(value + " has arrived", PATIENCE, () -> value.equals(valueAt(pair, key)));
    }

    private static String valueAt(Pair pair, String key) {
        try (DeploymentClient client = pair.destination.connect()) {
            return String.valueOf(client.call("GET", key));
        }
    }

    private static String keyOfTheFirstMaster() {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "key:" + i)
                .filter(key -> HashSlot.of(key.getBytes(UTF_8)) < SLOTS)
                .findFirst()
                .orElseThrow();
    }
}
