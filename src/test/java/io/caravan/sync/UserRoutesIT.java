package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.camel.RouteVerification;
import io.caravan.servers.Await;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.verify.VerifySettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routes that users write: the endpoints beside Camel's own steps and components. */
class UserRoutesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void change_events_of_a_live_source_become_lines_of_json_in_a_file() throws Exception {
        String route = """
                - route:
                    id: changes
                    from:
                      uri: redis-replication
                      parameters:
                        nodes: "{{source}}"
                        checkpoint: none
                      steps:
                        - filter:
                            expression:
                              simple:
                                expression: "${header.CamelRedisReplicationPhase} == 'STREAM'"
                            steps:
                              - split:
                                  expression:
                                    simple:
                                      expression: "${body}"
                                  streaming: true
                                  steps:
                                    - convertBodyTo:
                                        type: java.util.Map
                                    - marshal:
                                        json:
                                          library: Jackson
                                    - to:
                                        uri: file
                                        parameters:
                                          directoryName: "{{folder}}"
                                          fileName: changes.jsonl
                                          fileExist: Append
                                          appendChars: "\\\\n"
                """;
        try (RedisServer source = RedisServer.start(Pair.older());
                RunningTask task = task(route, source, source)) {
            task.awaitStreaming();

            source.command("SET", "user:1", "Ann \"the\" first");
            source.command("RPUSH", "queue", "a", "b");
            source.command("DEL", "user:1");

            Path changes = folder.resolve("changes.jsonl");
            Await.until(
                    "three lines are written",
                    PATIENCE,
                    () -> Files.exists(changes) ? Files.readAllLines(changes) : List.of(),
                    lines -> lines.size() == 3);
            assertThat(Files.readAllLines(changes).get(0))
                    .contains(
                            "\"name\":\"SET\"", "\"keys\":[\"user:1\"]", "\"Ann \\\"the\\\" first\"", "\"database\":0");
            assertThat(Files.readAllLines(changes).get(2)).contains("\"name\":\"DEL\"");
        }
    }

    @Test
    void a_timer_writes_single_commands_through_the_producer() throws Exception {
        String route = """
                - route:
                    id: beat
                    from:
                      uri: timer
                      parameters:
                        timerName: beat
                        period: 20
                        repeatCount: 20
                        includeMetadata: true
                      steps:
                        - setBody:
                            expression:
                              simple:
                                expression: 'SET "beat ${header.CamelTimerCounter}" ${header.CamelTimerCounter} EX 100'
                        - to:
                            uri: redis-cluster
                            parameters:
                              nodes: "{{destination}}"
                """;
        try (Pair pair = Pair.standardToCluster();
                RunningTask task = task(route, pair.sourceMasters.get(0), pair.destinationMasters.get(0))) {

            Await.until(
                    "20 keys are there",
                    PATIENCE,
                    () -> pair.destinationCluster().dbsize(),
                    keys -> keys == 20);

            try (DeploymentClient client = pair.destination.connect()) {
                assertThat(client.call(Request.of("GET", "beat 7"))).isEqualTo(new byte[] {'7'});
            }
        }
    }

    @Test
    void a_start_that_fails_leaves_nothing_behind_that_goes_on_by_itself() throws Exception {
        var refuses = new AtomicBoolean(true);
        var registry = new SimpleMeterRegistry();
        registry.config().onMeterAdded(meter -> {
            if (refuses.get() && meter.getId().getName().equals("caravan.replication.lag.bytes")) {
                throw new IllegalStateException("no meter of this name here");
            }
        });
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.start(Pair.newer());
                var context = new DefaultCamelContext()) {
            context.getRegistry().bind(MicrometerConstants.METRICS_REGISTRY_NAME, registry);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("redis-replication:" + source.endpoint() + "?spoolDirectory=" + folder)
                            .routeId("mine")
                            .autoStartup(false)
                            .to("redis-cluster:" + destination.endpoint());
                }
            });
            context.start();

            assertThatThrownBy(() -> context.getRouteController().startRoute("mine"))
                    .hasStackTraceContaining("no meter of this name here");
            Await.until(
                    "nobody replicates the source",
                    PATIENCE,
                    () -> source.info("replication", "connected_slaves").equals("0"));
            refuses.set(false);
            context.getRouteController().startRoute("mine");

            source.command("SET", "key", "value");
            Await.until("it has arrived", PATIENCE, () -> "value".equals(destination.command("GET", "key")));
        }
    }

    @Test
    void a_request_gets_the_reply_of_a_single_command() throws Exception {
        String route = """
                - route:
                    id: count
                    from:
                      uri: direct:count
                      steps:
                        - to:
                            uri: redis-cluster
                            parameters:
                              nodes: "{{destination}}"
                """;
        try (Pair pair = Pair.standardToCluster();
                RunningTask task = task(route, pair.sourceMasters.get(0), pair.destinationMasters.get(0))) {
            var template = task.context().createProducerTemplate();

            template.requestBody("direct:count", List.of("INCRBY", "hits", 41));
            Object second = template.requestBody("direct:count", new String[] {"INCR", "hits"});
            Object fields = template.requestBody("direct:count", List.of("HSET", "h", "a", "1", "b", "2"));

            assertThat(second).isEqualTo(42L);
            assertThat(fields).isEqualTo(2L);
        }
    }

    @Test
    void an_edited_task_does_what_it_says() throws Exception {
        String route = """
                - beans:
                    - name: selection
                      type: io.caravan.transform.Selection
                      properties:
                        excludeKeys: "prefix:tmp:,prefix:session:"
                - route:
                    id: edited
                    from:
                      uri: redis-replication
                      parameters:
                        nodes: "{{source}}"
                      steps:
                        - process:
                            ref: selection
                        - log:
                            message: "batch of ${header.CamelRedisReplicationBatchSize} from ${header.CamelRedisReplicationShard}"
                        - to:
                            uri: redis-cluster
                            parameters:
                              nodes: "{{destination}}"
                        - setBody:
                            expression:
                              simple:
                                expression: "up to ${header.CamelRedisReplicationOffset}"
                        - to:
                            uri: file
                            parameters:
                              directoryName: "{{folder}}"
                              fileName: offsets.txt
                              fileExist: Append
                              appendChars: "\\\\n"
                """;
        try (Pair pair = Pair.clusters();
                DeploymentClient client = pair.source.connect()) {
            client.call(Request.of("SET", "tmp:1", "x"));
            client.call(Request.of("SET", "kept:1", "x"));
            try (RunningTask task = task(route, pair.sourceMasters.get(0), pair.destinationMasters.get(0))) {
                task.awaitStreaming();

                client.call(Request.of("SET", "session:2", "x"));
                client.call(Request.of("SET", "kept:2", "x"));
                client.call(Request.of("DEL", "tmp:1"));
                task.awaitApplied(pair.sourceMasters);
                assertThatThrownBy(() -> count(task))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("compare with mode FULL or SAMPLE");
            }

            try (DeploymentClient copy = pair.destination.connect()) {
                for (Map.Entry<String, Long> key : Map.of("tmp:1", 0L, "session:2", 0L, "kept:1", 1L, "kept:2", 1L)
                        .entrySet()) {
                    assertThat(copy.call(Request.of("EXISTS", key.getKey()))).isEqualTo(key.getValue());
                }
            }
            assertThat(Files.readAllLines(folder.resolve("offsets.txt"))).isNotEmpty();
        }
    }

    @Test
    void a_route_to_several_destinations_cannot_be_compared() throws Exception {
        String route = """
                - route:
                    id: either
                    from:
                      uri: redis-replication
                      parameters:
                        nodes: "{{source}}"
                      steps:
                        - choice:
                            when:
                              - simple: "${header.CamelRedisReplicationBatchSize} > 0"
                                steps:
                                  - to:
                                      uri: redis-cluster
                                      parameters:
                                        nodes: "{{destination}}"
                            otherwise:
                              steps:
                                - to:
                                    uri: redis-cluster
                                    parameters:
                                      nodes: "{{source}}"
                """;
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask task = task(route, pair.sourceMasters.get(0), pair.destinationMasters.get(0))) {
            assertThatThrownBy(() -> count(task))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Give each destination a route of its own");
        }
    }

    private static void count(RunningTask task) throws IOException {
        var settings = new VerifySettings(
                VerifySettings.Mode.COUNT, 1, List.of(), 0, Duration.ofSeconds(1), Duration.ofSeconds(60));
        RouteVerification.ofAll(task.context()).get(0).run(settings, false, begun -> {});
    }

    private RunningTask task(String route, RedisServer source, RedisServer destination) throws Exception {
        Path file = Files.writeString(folder.resolve("task.camel.yaml"), route);
        return RunningTask.between(Pair.nodes(List.of(source)), Pair.nodes(List.of(destination)))
                .with("folder", folder.toString())
                .with("camel.main.routes-include-pattern", "file:" + file)
                .start();
    }
}
