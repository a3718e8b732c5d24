package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Values and commands that are larger than the memory that may be used for them. */
class LargeValuesIT {

    private static final int MEGABYTE = 1024 * 1024;
    private static final long SEED = 77;

    @Test
    void a_list_of_200_megabytes_and_a_string_of_100_pass_through_a_small_heap() throws Exception {
        try (Pair pair = Pair.clusters()) {
            fillList(pair, "large-list", 200);
            byte[] text = noise(100 * MEGABYTE);
            on(pair, "large-string").command(Request.of("SET", "large-string", text));

            try (CaravanProcess caravan = CaravanProcess.between(pair)
                    .java("-Xmx256m")
                    .java("-XX:+ExitOnOutOfMemoryError")
                    .start()) {
                caravan.awaitAcknowledged(pair.sourceMasters);
                on(pair, "live-string").command(Request.of("SET", "live-string", text)); // through the stream
                on(pair, "live-list").command(Request.of("RPUSH", "live-list", "head", noise(20 * MEGABYTE), "tail"));
                caravan.awaitAcknowledged(pair.sourceMasters);
                System.out.println("peak resident set: " + caravan.peakMemoryKilobytes() / 1024 + " MB");
            }

            pair.assertEqual();
        }
    }

    @Test
    void a_large_list_replaces_what_the_destination_had() throws Exception {
        try (Pair pair = Pair.clusters()) {
            fillList(pair, "large-list", 20);
            RedisServer owner = pair.destinationCluster().nodeForKey("large-list".getBytes());
            owner.command("RPUSH", "large-list", "old", "elements");

            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
            }
            try (RunningTask again = pair.task().with("checkpoint", "none").start()) { // a second snapshot
                again.awaitStreaming().awaitApplied(pair.sourceMasters);
            }

            pair.assertEqual();
        }
    }

    @Test
    void without_the_deduplication_step_elements_are_appended_to_the_old_ones() throws Exception {
        try (Pair pair = Pair.clusters()) {
            fillList(pair, "large-list", 20);
            RedisServer owner = pair.destinationCluster().nodeForKey("large-list".getBytes());
            owner.command("RPUSH", "large-list", "old");
            String route = """
                    - route:
                        id: plain
                        from:
                          uri: redis-replication
                          parameters:
                            nodes: "{{source}}"
                          steps:
                            - to:
                                uri: redis-cluster
                                parameters:
                                  nodes: "{{destination}}"
                    """;

            try (CaravanProcess caravan =
                    CaravanProcess.between(pair).route(route).start()) {
                caravan.awaitAcknowledged(pair.sourceMasters);
            }

            long elements = on(pair, "large-list").number("LLEN", "large-list");
            assertThat(owner.number("LLEN", "large-list")).isEqualTo(elements + 1);
            assertThat(owner.command("LINDEX", "large-list", "0")).isEqualTo("old");
        }
    }

    private static RedisServer on(Pair pair, String key) {
        return pair.sourceCluster().nodeForKey(key.getBytes());
    }

    /** Elements of one kilobyte that do not compress. */
    private static void fillList(Pair pair, String key, int megabytes) {
        var random = new Random(SEED);
        try (RespClient client = on(pair, key).client()) {
            for (int megabyte = 0; megabyte < megabytes; megabyte++) {
                List<Object> push = new ArrayList<>(List.of("RPUSH", key));
                for (int i = 0; i < 1024; i++) {
                    byte[] element = new byte[1024];
                    random.nextBytes(element);
                    push.add(element);
                }
                client.call(Request.of(push.toArray()));
            }
        }
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(SEED).nextBytes(bytes);
        return bytes;
    }
}
