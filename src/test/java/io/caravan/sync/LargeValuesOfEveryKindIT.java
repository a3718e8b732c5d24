package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Comparison;
import io.caravan.servers.ComparisonReport;
import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import io.caravan.servers.RespError;
import io.caravan.servers.ServerProgram;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Values that may not be held become commands: those of the destination at hand, however old it is. */
class LargeValuesOfEveryKindIT {

    /** Of which an eighth is held of one value. */
    private static final String MEMORY_LIMIT = "1MB";

    private static final int ELEMENTS = 3000;
    private static final long LATER = 4_102_444_800_000L;

    private final Random random = new Random(11);

    @EachServer(min = "4.0")
    void every_destination_gets_what_it_can_hold(ServerProgram program) throws Exception {
        try (Pair pair = Pair.standards(Pair.newer(), program)) {
            fill(pair.sourceMasters.get(0));
            Set<String> lacking = keysThatMeanNothingTo(program);

            try (RunningTask task = pair.task()
                    .with("memoryLimit", MEMORY_LIMIT)
                    .with("onError", "SKIP")
                    .start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);

                assertThat(task.refused().getOrDefault("RESTORE UNREPRESENTABLE", 0L))
                        .isEqualTo(lacking.size());
                assertThat(task.refused()).hasSizeLessThanOrEqualTo(1);
            }

            ComparisonReport report = Comparison.of(pair.source, pair.destination)
                    .ignoring(key -> lacking.contains(text(key)) || text(key).startsWith("caravan:"))
                    .run();
            assertThat(report.isEqual()).as("%s", report).isTrue();
            for (String key : lacking) {
                assertThat(pair.destinationMasters.get(0).number("EXISTS", key)).isZero();
            }
        }
    }

    @Test
    void the_first_value_that_the_destination_cannot_hold_stops_the_shard_where_that_is_wanted() throws Exception {
        try (Pair pair = Pair.standards(Pair.newer(), Pair.older())) {
            fill(pair.sourceMasters.get(0));

            try (RunningTask task = pair.task()
                    .with("memoryLimit", MEMORY_LIMIT)
                    .with("camel.main.shutdown-timeout", "1")
                    .start()) {
                String problem = task.awaitProblem("cannot be applied").problem();

                assertThat(problem)
                        .contains("RESTORE of key 'hash:expiring'")
                        .contains("has fields that expire, which the destination (Redis 7.0) cannot represent");
            }
        }
    }

    private static Set<String> keysThatMeanNothingTo(ServerProgram program) {
        Set<String> keys = new HashSet<>();
        boolean valkey = program.product() == ServerProgram.Product.VALKEY;
        if (!program.atLeast(valkey ? "9.0" : "7.4")) {
            keys.add("hash:expiring");
        }
        if (!program.atLeast("5.0")) {
            keys.addAll(List.of("stream", "stream:groups"));
        }
        return keys;
    }

    private void fill(RedisServer source) {
        List<Request> requests = new ArrayList<>();
        requests.add(Request.of("SET", "string", noise(500_000)));
        requests.add(Request.of("RPUSH", "list:element", "before", noise(300_000), "behind"));
        requests.add(Request.of("HSET", "hash:element", "field", noise(300_000), "other", "1"));
        for (int i = 0; i < ELEMENTS; i++) {
            requests.add(Request.of("RPUSH", "list", noise(100)));
            requests.add(Request.of("SADD", "set", noise(100)));
            requests.add(Request.of("ZADD", "zset", i + 0.25, noise(100)));
            requests.add(Request.of("HSET", "hash", "field" + i, noise(100)));
            requests.add(Request.of("HSET", "hash:expiring", "field" + i, noise(100)));
            requests.add(Request.of("XADD", "stream", i + 1 + "-1", "field", noise(100)));
            requests.add(Request.of("XADD", "stream:groups", i + 1 + "-1", "field" + i % 3, noise(100)));
        }
        requests.add(Request.of("HPEXPIREAT", "hash:expiring", LATER, "FIELDS", 2, "field7", "field8"));
        requests.add(Request.of("XDEL", "stream", "7-1", ELEMENTS + "-1"));
        requests.add(Request.of("XGROUP", "CREATE", "stream:groups", "readers", "0"));
        requests.add(Request.of("XGROUP", "CREATE", "stream:groups", "late", "100-1"));
        requests.add(
                Request.of("XREADGROUP", "GROUP", "readers", "anna", "COUNT", 700, "STREAMS", "stream:groups", ">"));
        requests.add(Request.of("XREADGROUP", "GROUP", "readers", "ben", "COUNT", 5, "STREAMS", "stream:groups", ">"));
        requests.add(Request.of("XGROUP", "CREATECONSUMER", "stream:groups", "late", "idle"));
        for (String key : List.of("string", "list", "hash", "stream:groups")) {
            requests.add(Request.of("PEXPIREAT", key, LATER));
        }
        try (RespClient client = source.client()) {
            client.pipeline(requests).forEach(reply -> assertThat(reply).isNotInstanceOf(RespError.class));
        }
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String text(byte[] key) {
        return new String(key, StandardCharsets.ISO_8859_1);
    }
}
