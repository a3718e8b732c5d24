package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.servers.Dataset;
import io.caravan.servers.RedisServer;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The states of a task, as the management API tells them. */
class TaskLifeIT {

    private final ManagementClient management = new ManagementClient();

    @Test
    void a_task_is_seen_in_every_state_of_its_life() throws Exception {
        try (Pair pair = Pair.clusters()) {
            Dataset.everyType(11, 1000).fitting("7.0").writeTo(pair.source);
            try (RunningTask running =
                    management.managed(pair.task()).with("precheck", "true").start()) {
                management.awaitState("Synchronizing");
                management.act("pause");
                management.awaitState("Paused");
                management.act("resume");
                management.awaitState("Synchronizing");
                running.awaitApplied(pair.sourceMasters);
                management.act("stop");
                JsonNode stopped = management.awaitState("Stopped");

                assertThat(stopped.get("problem").asText()).isEmpty();
                assertThat(management.events("state"))
                        .containsExactly(
                                "Prechecking",
                                "Connecting",
                                "Initial synchronization",
                                "Synchronizing",
                                "Paused",
                                "Synchronizing",
                                "Stopped");
                assertThat(management.events("action")).containsExactly("pause", "resume", "stop");
                assertThat(management.events("precheck"))
                        .singleElement()
                        .satisfies(text -> assertThat(text).startsWith("passed"));

                management.act("start");
                management.awaitState("Synchronizing");
            }
            pair.assertEqual();
        }
    }

    @Test
    void what_a_task_shows_is_what_the_contract_says() throws Exception {
        try (Pair pair = Pair.clusters();
                RunningTask running = management.managed(pair.task()).start()) {
            running.awaitStreaming().awaitApplied(pair.sourceMasters);
            management.awaitState("Synchronizing");

            JsonNode task = management.task();

            assertThat(task.fieldNames())
                    .toIterable()
                    .containsExactly(
                            "id",
                            "name",
                            "route",
                            "state",
                            "since",
                            "started",
                            "problem",
                            "remedy",
                            "percent",
                            "estimatedEnd",
                            "source",
                            "destination",
                            "lag",
                            "staleSlots",
                            "rates",
                            "totals",
                            "spooledBytes",
                            "spoolLimit",
                            "shards",
                            "nodes",
                            "limits",
                            "doing",
                            "actions",
                            "events",
                            "precheckReport",
                            "verification",
                            "cutover");
            assertThat(task.get("source"))
                    .hasToString("{\"nodes\":\"" + Pair.nodes(pair.sourceMasters)
                            + "\",\"kind\":\"cluster\",\"version\":\"7.0.15\"}");
            assertThat(task.get("destination"))
                    .hasToString("{\"nodes\":\"" + Pair.nodes(pair.destinationMasters)
                            + "\",\"kind\":\"cluster\",\"version\":\"7.4.1\"}");
            assertThat(task.get("shards"))
                    .hasSize(3)
                    .allSatisfy(shard -> assertThat(shard.get("state").asText()).isEqualTo("STREAMING"));
            assertThat(task.get("nodes"))
                    .hasSize(3)
                    .allSatisfy(node -> assertThat(node.get("slots").asInt()).isBetween(5461, 5462));
            assertThat(task.get("actions"))
                    .extracting(JsonNode::asText)
                    .containsExactly("pause", "stop", "precheck", "verify", "cutover");
            assertThat(management.stream("/caravan/api/stream", 2))
                    .allSatisfy(event ->
                            assertThat(event.get("tasks").get(0).get("id")).isEqualTo(task.get("id")));
            List<JsonNode> one = management.stream(
                    "/caravan/api/stream?task=" + task.get("id").asText(), 1);
            assertThat(one.get(0).get("events")).isNotEmpty();
        }
    }

    @Test
    void a_shard_that_has_failed_says_why_and_may_be_started_again() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask running =
                        management.managed(pair.task()).with("flush", "FAIL").start()) {
            running.awaitStreaming().awaitApplied(pair.sourceMasters);
            management.awaitState("Synchronizing");
            pair.sourceMasters.get(0).command("SET", "key", "value");
            pair.sourceMasters.get(0).command("FLUSHALL");

            JsonNode failed = management.awaitState("Failed");

            assertThat(failed.get("problem").asText()).contains("FLUSHALL");
            assertThat(failed.get("remedy").asText()).contains("start the task again");
            assertThat(failed.get("actions")).extracting(JsonNode::asText).contains("start");
            management.act("start");
            management.awaitTask(
                    "it has failed there again",
                    task -> StreamSupport.stream(task.get("events").spliterator(), false)
                                    .filter(event -> event.get("text").asText().startsWith("Failed: "))
                                    .count()
                            == 2);
        }
    }

    @Test
    void a_supervised_task_that_waits_for_its_start_is_not_called_stopped() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask running = management
                        .managed(pair.task())
                        .with("precheck", "true")
                        .with("camel.routeController.enabled", "true")
                        .with("camel.routeController.initialDelay", "2500") // the state is looked at every second
                        .start()) {
            management.awaitState("Synchronizing");

            assertThat(management.events("state"))
                    .containsExactly("Prechecking", "Connecting", "Initial synchronization", "Synchronizing");
            running.awaitApplied(pair.sourceMasters);
        }
    }

    @Test
    void what_is_written_during_a_snapshot_is_lag() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RedisServer source = pair.sourceMasters.get(0);
            for (int i = 0; i < 1000; i++) {
                source.command("SET", "key:" + i, "value");
            }
            try (RunningTask running = management
                    .managed(pair.task())
                    .with("snapshotKeysPerSecond", "20")
                    .with("maxBatchCommands", "10")
                    .start()) {
                management.awaitState("Initial synchronization");

                source.command("SET", "large", "x".repeat(100_000));

                management.awaitTask(
                        "what was written meanwhile is told",
                        task -> task.get("state").asText().equals("Initial synchronization")
                                && task.get("lag").get("bytes").asLong() > 100_000
                                && task.get("lag").get("bytes").asLong() < 200_000);
                running.consumer().setSnapshotKeysPerSecond(0);
                running.awaitApplied(pair.sourceMasters).awaitLagZero();
            }
        }
    }

    @Test
    void a_source_that_does_not_answer_is_tried_again_where_routes_are_supervised() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            pair.sourceMasters.get(0).kill();
            try (RunningTask running = management
                    .managed(pair.task())
                    .with("precheck", "true")
                    .with("camel.routeController.enabled", "true")
                    .with("camel.routeController.backOffDelay", "500")
                    .start()) {
                JsonNode failed = management.awaitTask(
                        "it has failed and will be tried again",
                        task -> task.get("remedy").asText().contains("by itself"));
                assertThat(failed.get("state").asText()).isEqualTo("Precheck failed");
                assertThat(failed.get("problem").asText())
                        .startsWith("source nodes: ")
                        .contains("cannot be reached");
                assertThat(failed.get("precheckReport").get("passed").asBoolean())
                        .isFalse();

                pair.sourceMasters.get(0).restart();

                management.awaitState("Synchronizing");
                assertThat(management.events("state"))
                        .startsWith("Prechecking")
                        .endsWith("Prechecking", "Connecting", "Initial synchronization", "Synchronizing");
                running.awaitApplied(pair.sourceMasters);
            }
        }
    }

    @Test
    void a_task_is_paused_although_its_destination_is_down() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RunningTask running = management.managed(pair.task()).start()) {
            running.awaitStreaming().awaitApplied(pair.sourceMasters);
            pair.destinationMasters.get(0).kill();
            pair.sourceMasters.get(0).command("SET", "key", "value");
            management.awaitTask(
                    "the problem is told", task -> task.get("problem").asText().contains("not connected"));

            management.act("pause");

            management.awaitState("Paused");
            pair.destinationMasters.get(0).restart();
            management.act("resume");
            running.awaitApplied(pair.sourceMasters);
            pair.assertEqual();
        }
    }
}
