package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.replication.ShardState;
import io.caravan.replication.ShardStatus;
import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Steps that delay, divide or fail, and what Camel does about failures: order and checkpoint are right all the same. A batch is
 * tried again or stops its shard, and is never skipped.
 */
class RouteFaultsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String SOURCE = """
            - route:
                id: sync
                from:
                  uri: redis-replication
                  parameters:
                    nodes: "{{source}}"
                  steps:
            """;

    private static final String FAILING = """
            - beans:
                - name: failing
                  type: io.caravan.sync.FailingStep
                  properties:
                    failuresInARow: "{{failuresInARow}}"
                    brokenFrom: "{{brokenFrom}}"
            """;

    private static final String RETRYING = """
            - errorHandler:
                deadLetterChannel:
                  deadLetterUri: mock:dead
                  redeliveryPolicy:
                    maximumRedeliveries: 3
                    redeliveryDelay: "10"
                    logRetryAttempted: "false"
            """;

    private static final String FAILING_STEP = """
                    - process:
                        ref: failing
            """;

    private static final String SINK = """
                    - to:
                        uri: redis-cluster
                        parameters:
                          nodes: "{{destination}}"
            """;

    private static Pair pair;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startServers() {
        pair = Pair.standards(Pair.older(), Pair.newer());
    }

    @AfterAll
    static void stopServers() throws Exception {
        pair.close();
    }

    @BeforeEach
    void empty() {
        pair.clear();
    }

    @Test
    void a_step_that_takes_its_time_changes_nothing_but_the_pace() throws Exception {
        String route = SOURCE + """
                        - delay:
                            expression:
                              constant: "3"
                        - threads:
                            poolSize: 4
                """ + SINK;
        try (LoadedTask loaded = LoadedTask.on(pair, task(route))) {
            loaded.awaitWrites(3000);

            loaded.endsEqual();
        }
    }

    @Test
    void commands_that_are_split_off_keep_their_order() throws Exception {
        String route = SOURCE + """
                        - filter:
                            expression:
                              simple: "${header.CamelRedisReplicationBatchSize} > 0"
                            steps:
                              - split:
                                  expression:
                                    simple:
                                      expression: "${body}"
                                  streaming: true
                                  steps:
                                    - to:
                                        uri: redis-cluster
                                        parameters:
                                          nodes: "{{destination}}"
                """;
        try (LoadedTask loaded = LoadedTask.on(pair, task(route))) {
            loaded.awaitWrites(3000);

            loaded.endsEqual();
        }
    }

    @Test
    void a_batch_that_a_step_fails_for_is_tried_again_by_the_error_handler() throws Exception {
        String route = FAILING + RETRYING + SOURCE + FAILING_STEP + SINK;
        try (LoadedTask loaded = LoadedTask.on(pair, task(route).with("failuresInARow", "2"))) {
            loaded.awaitWrites(3000);

            assertThat(failing(loaded).failures()).isPositive();
            loaded.endsEqual();
        }
    }

    @Test
    void a_batch_that_a_step_fails_for_stops_its_shard() throws Exception {
        stopsAndGoesOn(FAILING + SOURCE + FAILING_STEP + SINK);
    }

    @Test
    void a_batch_that_becomes_a_dead_letter_stops_its_shard() throws Exception {
        stopsAndGoesOn(FAILING + RETRYING + SOURCE + FAILING_STEP + SINK);
    }

    @Test
    void a_batch_whose_failure_the_route_catches_stops_its_shard() throws Exception {
        stopsAndGoesOn(FAILING + SOURCE + """
                        - doTry:
                            steps:
                              - process:
                                  ref: failing
                              - to:
                                  uri: redis-cluster
                                  parameters:
                                    nodes: "{{destination}}"
                            doCatch:
                              - exception:
                                  - java.lang.Exception
                                steps:
                                  - log: "caught"
                """);
    }

    @Test
    void a_batch_that_the_destination_refuses_stops_its_shard_whatever_the_error_handler_does() throws Exception {
        try (Pair refusing = Pair.of(
                RedisServer.start(Pair.older()),
                RedisServer.on(Pair.newer())
                        .option("rename-command", "INCR \"\"")
                        .start())) {
            RunningTask.Settings settings = task(FAILING + RETRYING + SOURCE + SINK)
                    .with("source", Pair.nodes(refusing.sourceMasters))
                    .with("destination", Pair.nodes(refusing.destinationMasters));
            try (RunningTask task = settings.start()) {
                task.awaitStreaming();
                RedisServer source = refusing.sourceMasters.get(0);
                source.command("RPUSH", "list", "1");
                source.command("INCR", "counter");
                source.command("RPUSH", "list", "2");

                ShardStatus shard = awaitFailed(task);

                assertThat(shard.problem()).contains("INCR", "counter", "unknown command");
                task.awaitDown("unknown command");
                assertThat(shard.appliedOffset()).isLessThan(shard.receivedOffset());
            }
        }
    }

    /** The step breaks, the shard stops, the step is mended, the route is started again: nothing is missing. */
    private void stopsAndGoesOn(String route) throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair, task(route).with("brokenFrom", "150"))) {
            ShardStatus shard = awaitFailed(loaded.task());
            assertThat(shard.problem()).contains("the step is broken", "stopped at offset " + shard.appliedOffset());
            loaded.task().awaitDown("the step is broken");
            loaded.awaitWrites(1500);

            Recovery mended = loaded.fault("route: a step is broken and mended");
            failing(loaded).mend();
            loaded.task().context().getRouteController().stopRoute("sync");
            loaded.task().context().getRouteController().startRoute("sync");
            mended.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations())
                    .as("it goes on behind what was applied")
                    .isZero();
        }
    }

    private static ShardStatus awaitFailed(RunningTask task) {
        return Await.until(
                        "the shard has stopped",
                        PATIENCE,
                        task::shards,
                        shards -> shards.stream().allMatch(shard -> shard.state() == ShardState.FAILED))
                .get(0);
    }

    private static FailingStep failing(LoadedTask loaded) {
        return loaded.task().context().getRegistry().lookupByNameAndType("failing", FailingStep.class);
    }

    private RunningTask.Settings task(String route) throws Exception {
        Path file = Files.writeString(folder.resolve("task.camel.yaml"), route);
        return RunningTask.between(Pair.nodes(List.of(pair.sourceMasters.get(0))), Pair.nodes(pair.destinationMasters))
                .with("camel.main.routes-include-pattern", "file:" + file)
                .with("failuresInARow", "0")
                .with("brokenFrom", Long.toString(Long.MAX_VALUE));
    }
}
