package io.caravan.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ComparisonIT {
    private static final int KEYS = 200;

    /** A fault at the destination, and how the report begins to tell it. */
    private record Fault(String key, String expected, Consumer<RedisServer> setUp, Consumer<RedisServer> injection) {
        static Fault of(String key, String expected, Request setUp, Request injection) {
            return new Fault(key, expected, server -> server.command(setUp), server -> server.command(injection));
        }
    }

    private static final List<Fault> FAULTS = List.of(
            Fault.of("f:gone", "a string, missing", Request.of("SET", "f:gone", "v"), Request.of("DEL", "f:gone")),
            Fault.of("f:more", "a string, only", Request.of("PING"), Request.of("SET", "f:more", "v")),
            Fault.of("f:value", "string value: 'v' against 'w'", set("f:value", "v"), set("f:value", "w")),
            Fault.of("f:empty", "string value: 'v' against ''", set("f:empty", "v"), set("f:empty", "")),
            Fault.of("f:ttl", "never expires against", set("f:ttl", "v"), Request.of("EXPIRE", "f:ttl", 9_000)),
            Fault.of(
                    "f:later",
                    "expires at",
                    Request.of("SET", "f:later", "v", "EX", 9_000),
                    Request.of("EXPIRE", "f:later", 9_005)),
            Fault.of(
                    "f:type",
                    "type list against hash",
                    Request.of("RPUSH", "f:type", "a"),
                    Request.of(
                            "EVAL", "redis.call('DEL', KEYS[1]) redis.call('HSET', KEYS[1], 'a', 'b')", 1, "f:type")),
            Fault.of(
                    "f:list",
                    "list value: 'b' against 'c' at line 2 of 2 against 2",
                    Request.of("RPUSH", "f:list", "a", "b"),
                    Request.of("LSET", "f:list", 1, "c")),
            Fault.of(
                    "f:set",
                    "set value: 'b' against nothing",
                    Request.of("SADD", "f:set", "a", "b"),
                    Request.of("SREM", "f:set", "b")),
            Fault.of(
                    "f:hash",
                    "hash value: 'a | 1' against 'a | 2'",
                    Request.of("HSET", "f:hash", "a", "1"),
                    Request.of("HSET", "f:hash", "a", "2")),
            Fault.of(
                    "f:zset",
                    "zset value: 'a | 0.1' against 'a | 0.10000000000000002'",
                    Request.of("ZADD", "f:zset", "0.1", "a"),
                    Request.of("ZADD", "f:zset", "0.10000000000000002", "a")));

    private static final List<Fault> STREAM_FAULTS = List.of(
            streamFault(
                    "f:entry",
                    "stream value: 'last id 1-1' against 'entry 1-2 | x | y'",
                    Request.of("XADD", "f:entry", "1-2", "x", "y")),
            streamFault(
                    "f:last",
                    "stream value: 'last id 1-1' against 'last id 9-9'",
                    Request.of("XSETID", "f:last", "9-9")),
            streamFault(
                    "f:group",
                    "stream value: nothing against 'group g | 0-0'",
                    Request.of("XGROUP", "CREATE", "f:group", "g", "0")));

    private static Request set(String key, String value) {
        return Request.of("SET", key, value);
    }

    private static Fault streamFault(String key, String expected, Request injection) {
        return Fault.of(key, expected, Request.of("XADD", key, "1-1", "a", "b"), injection);
    }

    private static List<Fault> faultsFor(ServerProgram program) {
        return Stream.concat(FAULTS.stream(), program.atLeast("5.0") ? STREAM_FAULTS.stream() : Stream.of())
                .toList();
    }

    @EachServer
    void each_kind_of_difference_is_found_and_nothing_else(ServerProgram program) {
        List<Fault> faults = faultsFor(program);
        try (RedisServer source = RedisServer.start(program);
                RedisServer destination = RedisServer.start(program)) {
            for (RedisServer server : List.of(source, destination)) {
                Dataset.everyType(1, KEYS).withFieldExpiry().writeTo(server);
                faults.forEach(fault -> fault.setUp().accept(server));
            }
            destination.command("SET", "caravan:bookkeeping", "ours");
            assertThat(Comparison.of(source, destination).run().differences()).isEmpty();

            faults.forEach(fault -> fault.injection().accept(destination));
            ComparisonReport report = Comparison.of(source, destination).run();

            assertThat(report.differences()).hasSameSizeAs(faults);
            faults.forEach(fault -> assertThat(report.differences()).anySatisfy(difference -> {
                assertThat(difference.key()).isEqualTo(fault.key());
                assertThat(difference.what()).startsWith(fault.expected());
            }));
        }
    }

    @Test
    void pending_entries_and_function_libraries_are_compared() {
        String library = "#!lua name=mylib\nredis.register_function('f', function() return 1 end)";
        try (RedisServer source = RedisServer.start(ServerProgram.newest());
                RedisServer destination = RedisServer.start(ServerProgram.newest())) {
            for (RedisServer server : List.of(source, destination)) {
                server.command("XADD", "s", "1-1", "a", "b");
                server.command("XGROUP", "CREATE", "s", "g", "0");
            }
            source.command("XREADGROUP", "GROUP", "g", "anna", "STREAMS", "s", ">");
            destination.command("XREADGROUP", "GROUP", "g", "ben", "STREAMS", "s", ">");
            source.command("FUNCTION", "LOAD", library);

            ComparisonReport report = Comparison.of(source, destination).run();

            assertThat(report.toString())
                    .startsWith("2 differences among 1 keys")
                    .contains("mylib")
                    .contains("key 's': stream value: 'pending in g | 1-1 | anna | 1' against");
        }
    }

    @Test
    void a_cluster_is_compared_with_a_server_of_another_version() {
        ServerProgram oldest = ServerProgram.oldestWithCluster();
        try (RedisCluster source = RedisCluster.on(oldest).start();
                RedisServer destination = RedisServer.start(ServerProgram.newest())) {
            Dataset data = Dataset.everyType(5, KEYS).fitting(oldest.version().toString());
            data.writeTo(source);
            data.writeTo(destination);

            ComparisonReport report = Comparison.of(source, destination).run();

            assertThat(report.differences()).isEmpty();
            assertThat(report.keys()).isEqualTo(KEYS);
            destination.command("SET", "surplus", "1");
            source.masters().get(2).command("FLUSHALL");
            ComparisonReport reverse =
                    Comparison.of(destination, source).limit(10).run();
            assertThat(reverse.isCutShort()).isTrue();
            assertThat(reverse.differences())
                    .hasSize(10)
                    .allSatisfy(difference -> assertThat(difference.what()).contains("missing at the destination"));
        }
    }

    @Test
    void databases_are_compared_pair_by_pair() {
        try (RedisServer source = RedisServer.start(ServerProgram.newest());
                RedisServer destination = RedisServer.start(ServerProgram.newest())) {
            Dataset.everyType(1, 50).database(3).writeTo(source);
            Dataset.everyType(1, 50).database(3).writeTo(destination);
            Dataset.everyType(1, 50).database(4).writeTo(destination);

            assertThat(Comparison.of(source, destination).databases(0, 3).run().differences())
                    .isEmpty();
            assertThat(Comparison.of(source, destination)
                            .databases(0, 3, 4)
                            .run()
                            .differences())
                    .hasSize(50)
                    .allSatisfy(difference -> assertThat(difference.toString()).contains("in database 4: a "));
        }
    }

    @Test
    void a_key_that_is_about_to_expire_may_be_gone_on_one_side() {
        try (RedisServer source = RedisServer.start(ServerProgram.newest());
                RedisServer destination = RedisServer.start(ServerProgram.newest())) {
            source.command("SET", "dying", "v", "PX", "700");
            destination.command("SET", "dead", "v", "PX", "700");

            assertThat(Comparison.of(source, destination).run().differences()).isEmpty();
        }
    }
}
