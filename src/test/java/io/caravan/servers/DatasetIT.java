package io.caravan.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DatasetIT {
    private static final int KEYS = 100;

    @EachServer
    void every_key_is_written_once_with_every_type_the_server_has(ServerProgram program) {
        try (RedisServer server = RedisServer.start(program);
                RespClient client = server.client()) {
            Dataset.everyType(3, KEYS).writeTo(server);

            assertThat(server.number("DBSIZE")).isEqualTo(KEYS);
            Set<Object> types = new HashSet<>();
            Set<Object> encodings = new HashSet<>();
            for (Object key : (List<?>) Objects.requireNonNull(client.call(Request.of("KEYS", "*")))) {
                types.add(String.valueOf(client.call(Request.of("TYPE", key))));
                encodings.add(String.valueOf(RespClient.text(client.call(Request.of("OBJECT", "ENCODING", key)))));
            }
            assertThat(types).contains("string", "list", "set", "hash", "zset");
            assertThat(types.contains("stream")).isEqualTo(program.atLeast("5.0"));
            assertThat(encodings).contains("int", "embstr", "raw", "intset", "hashtable", "skiplist", "quicklist");
            assertThat(encodings).containsAnyOf("ziplist", "listpack");
            assertThat(server.info("keyspace", "db0")).doesNotContain("expires=0,");
        }
    }

    @Test
    void the_same_seed_gives_the_same_data_to_a_cluster_and_to_a_server() {
        try (RedisCluster cluster = RedisCluster.on(ServerProgram.newest()).start();
                RedisServer server = RedisServer.start(ServerProgram.newest())) {
            Dataset.everyType(3, KEYS).writeTo(cluster);
            Dataset.everyType(3, KEYS).writeTo(server);

            ComparisonReport report = Comparison.of(cluster, server).run();

            assertThat(report.differences()).isEmpty();
            assertThat(report.keys()).isEqualTo(KEYS);
        }
    }
}
