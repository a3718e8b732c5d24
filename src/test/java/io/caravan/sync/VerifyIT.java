package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.camel.RouteVerification;
import io.caravan.servers.Await;
import io.caravan.servers.Dataset;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.EachServer;
import io.caravan.servers.Load;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import io.caravan.verify.Difference;
import io.caravan.verify.Difference.Kind;
import io.caravan.verify.VerifyReport;
import io.caravan.verify.VerifySettings;
import io.caravan.verify.VerifySettings.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Source and destination are compared while both are written to. */
class VerifyIT {

    private static final int COMPARISONS = 5;
    private static final int EACH = 10;

    @Test
    void nothing_is_said_to_differ_that_is_only_on_its_way() throws Exception {
        try (Pair pair = Pair.clusters()) {
            Dataset.everyType(31, 2000).fitting("7.0").writeTo(pair.source);
            try (Load load = Load.on(pair.source).seed(31).perSecond(3000).start();
                    RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                for (int i = 0; i < COMPARISONS; i++) {
                    VerifyReport report = verify(task, VerifySettings.FULL, false);
                    assertThat(report.isEqual()).as("%s", report.text()).isTrue();
                    assertThat(report.compared()).isGreaterThan(2000);
                }
                load.stop();
            }
        }
    }

    @Test
    void the_shipped_route_compares_by_the_clock() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            pair.sourceMasters.get(0).command("SET", "key", "value");
            try (CaravanProcess caravan = CaravanProcess.between(pair)
                    .with("verifyScheduled", "true")
                    .with("verifyPeriod", "1000")
                    .start()) {
                caravan.awaitOutput("equal: 1 keys compared");
            }
        }
    }

    @Test
    void every_difference_is_found_and_repaired() throws Exception {
        try (Pair pair = Pair.clusters();
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();
            try (DeploymentClient source = pair.source.connect();
                    Load load = Load.on(pair.source).seed(32).perSecond(1000).start()) {
                for (int i = 0; i < EACH; i++) {
                    source.call("SET", "changed:" + i, "right");
                    source.call("SET", "missing:" + i, "here");
                    source.call("RPUSH", "list:" + i, "1", "2", "3");
                    source.call("HSET", "hash:" + i, "a", "1", "b", "2");
                    source.call("ZADD", "zset:" + i, "1.5", "a", "2.5", "b");
                    source.call("SADD", "set:" + i, "a", "b");
                    source.call("XADD", "stream:" + i, "1-1", "f", "v");
                    source.call("SET", "life:" + i, "long");
                    source.call("SET", "type:" + i, "string");
                }
                task.awaitApplied(pair.sourceMasters);
                spoil(pair);

                VerifyReport found = verify(task, VerifySettings.FULL, false);

                assertThat(byKind(found))
                        .isEqualTo(Map.of(
                                Kind.MISSING, EACH,
                                Kind.EXTRA, EACH,
                                Kind.TYPE, EACH,
                                Kind.EXPIRY, EACH,
                                Kind.VALUE, 6 * EACH));
                assertThat(found.text()).contains("DIFFERENT: 100 of ", "MISSING missing:", "… and 80 more");

                VerifyReport repaired = verify(task, VerifySettings.FULL, true);
                assertThat(repaired.repaired()).isEqualTo(10L * EACH);
                assertThat(repaired.isEqual()).as("%s", repaired.text()).isTrue();
                load.stop();
                task.awaitApplied(pair.sourceMasters);
            }
            pair.assertEqual();
        }
    }

    private static void spoil(Pair pair) {
        try (DeploymentClient destination = pair.destination.connect()) {
            for (int i = 0; i < EACH; i++) {
                destination.call("SET", "changed:" + i, "wrong");
                destination.call("DEL", "missing:" + i);
                destination.call("SET", "extra:" + i, "too much");
                destination.call("RPUSH", "list:" + i, "3");
                destination.call("HSET", "hash:" + i, "b", "3");
                destination.call("ZADD", "zset:" + i, "1.6", "a");
                destination.call("SREM", "set:" + i, "b");
                destination.call("XADD", "stream:" + i, "1-2", "f", "v");
                destination.call("PEXPIREAT", "life:" + i, "4102444800000");
                destination.call("DEL", "type:" + i);
                destination.call("RPUSH", "type:" + i, "list");
            }
        }
    }

    private static Map<Kind, Integer> byKind(VerifyReport report) {
        Map<Kind, Integer> counts = new TreeMap<>();
        for (Difference difference : report.differences()) {
            counts.merge(difference.kind(), 1, Integer::sum);
        }
        return counts;
    }

    @EachServer(min = "6.0")
    void neither_version_nor_encoding_is_a_difference(ServerProgram program) throws Exception {
        try (Pair pair = Pair.standards(program, Pair.newer())) {
            RedisServer destination = pair.destinationMasters.get(0);
            destination.command("CONFIG", "SET", "hash-max-listpack-entries", "2");
            destination.command("CONFIG", "SET", "zset-max-listpack-entries", "2");
            destination.command("CONFIG", "SET", "set-max-intset-entries", "1");
            destination.command("CONFIG", "SET", "list-max-listpack-size", "2");
            Dataset.everyType(33, 1000).fitting(program.version().toString()).writeTo(pair.source);
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);

                VerifyReport report = verify(task, VerifySettings.FULL, false);

                assertThat(report.isEqual()).as("%s", report.text()).isTrue();
                assertThat(report.undecided()).as("%s", report.text()).isZero();
                assertThat(report.compared()).isGreaterThanOrEqualTo(1000);
            }
        }
    }

    @Test
    void what_an_older_destination_cannot_be_given_is_no_difference() throws Exception {
        try (Pair pair = Pair.standards(Pair.newer(), Pair.older())) {
            Dataset.everyType(34, 1000).fitting("7.0").writeTo(pair.source);
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);

                VerifyReport report = verify(task, VerifySettings.FULL, false);

                assertThat(report.isEqual()).as("%s", report.text()).isTrue();
            }
        }
    }

    @Test
    void a_part_may_be_compared() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().start()) {
            RedisServer source = pair.sourceMasters.get(0);
            task.awaitStreaming();
            source.command("DEBUG", "POPULATE", "5000");
            source.command("SET", "one", "1");
            source.command("SET", "two", "2");
            task.awaitApplied(pair.sourceMasters);
            pair.destinationMasters.get(0).command("SET", "two", "3");

            VerifyReport named = verify(task, settings(Mode.KEYS, List.of("one", "two")), false);
            assertThat(named.compared()).isEqualTo(2);
            assertThat(named.differences()).extracting(Difference::key).containsExactly("two");
            assertThat(verify(task, settings(Mode.SAMPLE, List.of()), false).compared())
                    .isBetween(100L, 2500L);
        }
    }

    @Test
    void a_key_that_is_named_and_not_synchronized_is_told() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().with("databases", "1").start()) {
            pair.sourceMasters.get(0).command("SET", "one", "1");
            task.awaitStreaming();

            VerifyReport report = verify(task, settings(Mode.KEYS, List.of("one")), false);

            assertThat(report.compared()).isZero();
            assertThat(report.undecided()).isEqualTo(1);
            assertThat(report.reasons())
                    .containsExactly(
                            "one: is not synchronized (databases, or a Selection of the route; or it is Caravan's own)");
        }
    }

    @Test
    void keys_that_may_be_another_tasks_are_neither_a_difference_nor_removed() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();
            RedisServer destination = pair.destinationMasters.get(0);
            destination.command("SADD", "caravan:tasks", "other");
            destination.command("SET", "of:other", "1");
            pair.sourceMasters.get(0).command("SET", "one", "1");
            task.awaitApplied(pair.sourceMasters);

            VerifyReport report = verify(task, VerifySettings.FULL, true);
            assertThat(report.text())
                    .startsWith("equal: 1 keys compared")
                    .endsWith("1 more are only at the destination, where other tasks write, too");
            verify(task, settings(Mode.KEYS, List.of("of:other")), true);
            assertThat(destination.command("GET", "of:other")).isEqualTo("1");
            assertThatThrownBy(() -> verify(task, settings(Mode.COUNT, List.of()), false))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tasks [other] write to the destination, too");
        }
    }

    @Test
    void caravans_own_keys_of_the_source_are_not_expected_behind_a_prefix() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task()
                        .with("databases", "0=zero:")
                        .with("heartbeatInterval", "100")
                        .start()) {
            task.awaitStreaming();
            RedisServer source = pair.sourceMasters.get(0);
            source.command("SET", "one", "1");
            Await.until("a heartbeat", Duration.ofSeconds(30), () -> VerifyCountIT.keeps(source, "heartbeat"));
            task.awaitApplied(pair.sourceMasters);

            assertThat(verify(task, VerifySettings.FULL, true).text()).startsWith("equal: 1 keys compared");
            assertThat(pair.destinationMasters.get(0).command("KEYS", "zero:*")).hasToString("[zero:one]");
        }
    }

    @Test
    void an_account_that_may_not_read_lives_is_told_what_to_grant() throws Exception {
        try (Pair pair = Pair.standards(Pair.newer(), Pair.newer());
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();
            pair.sourceMasters.get(0).command("SET", "one", "1");
            task.awaitApplied(pair.sourceMasters);
            pair.sourceMasters.get(0).command("ACL", "SETUSER", "default", "-pexpiretime");

            assertThatThrownBy(() -> verify(task, VerifySettings.FULL, false))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("source refused PEXPIRETIME: 'NOPERM")
                    .hasMessageContaining("+pexpiretime");
        }
    }

    @Test
    void a_destination_that_does_not_get_on_is_told() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();
            pair.sourceMasters.get(0).command("SET", "one", "1");
            task.awaitApplied(pair.sourceMasters);
            RedisServer destination = pair.destinationMasters.get(0);
            destination.command("CONFIG", "SET", "maxmemory", "1");
            pair.sourceMasters.get(0).command("SET", "two", "2");
            var impatient =
                    new VerifySettings(Mode.FULL, 1, List.of(), 0, Duration.ofSeconds(1), Duration.ofSeconds(1));

            assertThatThrownBy(() -> verify(task, impatient, false))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("see whether the task runs, and how far it lags");
            destination.command("CONFIG", "SET", "maxmemory", "0");
        }
    }

    @Test
    void the_command_line_says_what_differs_while_another_process_runs_the_task() throws Exception {
        try (Pair pair = Pair.clusters();
                RunningTask task = pair.task().start()) {
            task.awaitStreaming();
            try (DeploymentClient source = pair.source.connect();
                    DeploymentClient destination = pair.destination.connect()) {
                for (int i = 0; i < 100; i++) {
                    source.call("SET", "key:" + i, "value");
                }
                task.awaitApplied(pair.sourceMasters);
                try (CaravanProcess equal =
                        CaravanProcess.between(pair).argument("verify").start()) {
                    assertThat(equal.awaitEnd()).as("%s", equal.output()).isZero();
                    assertThat(equal.output()).contains("task sync: equal: 100 keys compared in ");
                }

                destination.call("DEL", "key:7");
                try (CaravanProcess different = CaravanProcess.between(pair)
                        .argument("verify")
                        .argument("--json")
                        .start()) {
                    assertThat(different.awaitEnd())
                            .as("%s", different.output())
                            .isEqualTo(4);
                    assertThat(different.output())
                            .contains("\"equal\": false")
                            .contains("\"kind\": \"MISSING\"")
                            .contains("\"key\": \"key:7\"");
                }
            }
        }
    }

    @Test
    void every_task_is_reported_whatever_is_found_of_another() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RedisServer other = RedisServer.start(Pair.newer())) {
            pair.sourceMasters.get(0).command("SET", "key", "value");
            other.command("SET", "key", "value");
            String routes = route("first", 500, pair.destinationMasters.get(0)) + route("second", 600, other);
            try (CaravanProcess caravan = CaravanProcess.between(pair)
                    .route(routes)
                    .argument("verify")
                    .argument("--mode=COUNT")
                    .start()) {
                assertThat(caravan.awaitEnd()).as("%s", caravan.output()).isEqualTo(4);
                assertThat(caravan.output())
                        .contains("task copy (route first): DIFFERENT: 1 keys at the source, 0 at the destination")
                        .contains("task copy (route second): equal: 1 keys at the source, 1 at the destination");
            }
            other.kill();
            try (CaravanProcess caravan = CaravanProcess.between(pair)
                    .route(routes)
                    .argument("verify")
                    .argument("--mode=COUNT")
                    .start()) {
                assertThat(caravan.awaitEnd()).as("%s", caravan.output()).isEqualTo(1);
                assertThat(caravan.output())
                        .contains("task copy (route first): DIFFERENT: 1 keys at the source, 0 at the destination")
                        .contains("task copy (route second): not compared: ");
            }
        }
    }

    /** One of several tasks of the same name, which Camel wants to have different endpoints. */
    private static String route(String id, int batch, RedisServer destination) {
        return """
                - route:
                    id: %1$s
                    from:
                      uri: redis-replication
                      parameters:
                        nodes: "{{source}}"
                        task: copy
                        maxBatchCommands: %2$d
                      steps:
                        - to:
                            uri: redis-cluster
                            parameters:
                              nodes: "%3$s"
                """.formatted(id, batch, destination.endpoint());
    }

    static VerifySettings settings(Mode mode, List<String> keys) {
        return new VerifySettings(
                mode,
                500,
                keys.stream().map(key -> key.getBytes(StandardCharsets.UTF_8)).toList(),
                0,
                Duration.ofSeconds(1),
                Duration.ofSeconds(60));
    }

    static VerifyReport verify(RunningTask task, VerifySettings settings, boolean repair) throws IOException {
        return RouteVerification.ofAll(task.context()).get(0).run(settings, repair, begun -> {});
    }
}
