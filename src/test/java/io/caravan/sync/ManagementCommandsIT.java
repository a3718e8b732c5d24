package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.servers.Await;
import io.caravan.servers.Dataset;
import io.caravan.servers.RedisServer;
import io.caravan.sync.ManagementCommands.Ended;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The command line that talks to a running process, and what outlives that process. */
class ManagementCommandsIT {

    private final ManagementClient management = new ManagementClient();

    @Test
    void a_task_is_watched_and_driven_from_the_command_line() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            Dataset.everyType(11, 500).fitting("7.0").writeTo(pair.source);
            try (CaravanProcess caravan =
                            management.managed(CaravanProcess.between(pair)).start();
                    ManagementCommands commands = ManagementCommands.like(caravan)) {
                String id = management.awaitState("Synchronizing").get("id").asText();

                Ended status = commands.run("status");
                assertThat(status.output())
                        .startsWith(id + " sync: Synchronizing, lag 0 bytes, 0.0 s, ")
                        .hasLineCount(1);
                assertThat(status.exitCode()).isZero();
                JsonNode json =
                        ManagementClient.parse(commands.run("status", "--json").output());
                assertThat(json.get("tasks").get(0).get("id").asText()).isEqualTo(id);

                assertThat(commands.run("pause", "sync").output()).startsWith(id + " sync: Paused");
                Ended again = commands.run("pause", id);
                assertThat(again.exitCode()).isEqualTo(7);
                assertThat(again.output()).contains("pause makes no sense while it is 'Paused'; possible now: resume");
                assertThat(commands.run("resume").output()).startsWith(id + " sync: Synchronizing");
                assertThat(commands.run("stop").output()).startsWith(id + " sync: Stopped");
                assertThat(commands.run("start", "--json").exitCode()).isZero();
                management.awaitState("Synchronizing");

                Ended unknown = commands.run("stop", "other");
                assertThat(unknown.exitCode()).isEqualTo(2);
                assertThat(unknown.output())
                        .isEqualTo("No task has the id or name 'other'; there are: sync (" + id + ")");
                List<String> events = management.events("state");

                caravan.kill();
                Ended nobody = commands.run("status");
                assertThat(nobody.exitCode()).isEqualTo(6);
                assertThat(nobody.output()).startsWith("No process answers at http://127.0.0.1:" + management.port());

                caravan.restart();
                assertThat(management.awaitState("Synchronizing").get("id").asText())
                        .as("the id outlives the process")
                        .isEqualTo(id);
                assertThat(management.events("state"))
                        .as("the history outlives the process")
                        .startsWith(events.toArray(String[]::new))
                        .hasSizeGreaterThan(events.size());
                assertThat(management.events("started")).hasSize(2);
            }
        }
    }

    @Test
    void limits_are_told_and_changed_while_the_task_runs() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan = management
                        .managed(CaravanProcess.between(pair))
                        .with("commandsPerSecond", "5000")
                        .start();
                ManagementCommands commands = ManagementCommands.like(caravan)) {
            management.awaitState("Synchronizing");

            assertThat(commands.run("limit").output())
                    .isEqualTo("from the source no limit, of snapshots no limit, to the destination 5,000 commands/s");
            assertThat(commands.run("limit", "--source-bytes=20MB", "--commands=0")
                            .output())
                    .isEqualTo("from the source 21.0 MB/s, of snapshots no limit, to the destination no limit");
            Ended wrong = commands.run("limit", "--source-bytes=fast", "--commands=7");
            assertThat(wrong.exitCode()).isEqualTo(2);
            assertThat(wrong.output()).isEqualTo("sourceBytesPerSecond=fast is no size; write it as 64MB");
            assertThat(management.events("action"))
                    .containsExactly("limits: sourceBytesPerSecond=20MB, commandsPerSecond=0");

            assertThat(commands.run("stop").exitCode()).isZero();
            assertThat(commands.run("limit", "--commands=7").output())
                    .isEqualTo("task sync does not run; its next start takes the limits that are configured");
        }
    }

    @Test
    void what_makes_no_sense_is_told_from_what_is_refused() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start();
                ManagementCommands commands = ManagementCommands.like(caravan)) {
            management.awaitState("Synchronizing");
            Ended tooLong = commands.run("cutover", "--pause-writes=601");
            assertThat(tooLong.exitCode()).isEqualTo(2);
            assertThat(tooLong.output()).isEqualTo("pauseWrites is none of 0 to 600 seconds");

            Ended equal = commands.run("verify", "--repair");
            assertThat(equal.exitCode()).as(equal.output()).isZero();
            assertThat(equal.output()).matches("task sync: equal: 0 keys compared in [0-9.]+ s");

            assertThat(commands.run("stop").exitCode()).isZero();
            Ended repair = commands.run("verify", "--repair");
            assertThat(repair.exitCode()).as(repair.output()).isEqualTo(7);
            assertThat(repair.output())
                    .isEqualTo("task sync: not compared: task sync does not run, so that nothing can be repaired in its"
                            + " place in the stream; start it, or verify without repair");
        }
    }

    @Test
    void a_process_without_a_task_has_nothing_to_repair() throws Exception {
        String route = "- route:\n    from:\n      uri: timer:other\n      steps:\n        - log: nothing\n";
        try (CaravanProcess caravan = management
                        .managed(CaravanProcess.settings())
                        .route(route)
                        .start();
                ManagementCommands commands = ManagementCommands.like(caravan)) {
            Await.until(
                    "it answers",
                    Duration.ofSeconds(60),
                    () -> management.get("/caravan/api/tasks").statusCode() == 200);

            Ended repair = commands.run("verify", "--repair");

            assertThat(repair.exitCode()).isEqualTo(1);
            assertThat(repair.output())
                    .isEqualTo("No task is declared: no route of routes/ begins with redis-replication:");
        }
    }

    @Test
    void one_task_that_cannot_start_does_not_take_the_other_down() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer full = RedisServer.start(Pair.newer());
                RedisServer empty = RedisServer.start(Pair.newer())) {
            source.command("SET", "key", "value");
            full.command("SET", "other", "value");
            try (CaravanProcess caravan = management
                            .managed(CaravanProcess.settings())
                            .with("camel.routeController.enabled", "true")
                            .with("first", full.endpoint().toString())
                            .with("second", empty.endpoint().toString())
                            .with("source", source.endpoint().toString())
                            .route(route("first", 500) + route("second", 600))
                            .start();
                    ManagementCommands commands = ManagementCommands.like(caravan)) {
                management.awaitTasks(
                        "one has failed and one runs",
                        tasks -> states(tasks).equals(List.of("Precheck failed", "Synchronizing")));
                JsonNode failed = management.tasks().get(0);
                assertThat(failed.get("problem").asText())
                        .isEqualTo("destination empty: " + full.endpoint() + ": holds 1 key already");
                assertThat(failed.get("name"))
                        .isEqualTo(management.tasks().get(1).get("name"));
                assertThat(failed.get("id"))
                        .isNotEqualTo(management.tasks().get(1).get("id"));

                Ended which = commands.run("start");
                assertThat(which.exitCode()).isEqualTo(2);
                assertThat(which.output()).startsWith("Which task? there are: copy (copy-");
                assertThat(commands.run("start", "copy").output()).startsWith("Several tasks have the name 'copy'");
                Ended refused = commands.run("start", failed.get("id").asText());
                assertThat(refused.exitCode()).as(refused.output()).isEqualTo(3);

                full.command("FLUSHALL");
                assertThat(commands.run("start", failed.get("id").asText()).exitCode())
                        .isZero();
                management.awaitTasks(
                        "both run", tasks -> states(tasks).equals(List.of("Synchronizing", "Synchronizing")));
            }
        }
    }

    private static List<String> states(List<JsonNode> tasks) {
        return tasks.stream().map(task -> task.get("state").asText()).toList();
    }

    /** One of several tasks of the same name, which Camel wants to have different endpoints. */
    private static String route(String id, int batch) {
        return """
                - route:
                    id: %1$s
                    from:
                      uri: redis-replication
                      parameters:
                        nodes: "{{source}}"
                        task: copy
                        precheck: true
                        maxBatchCommands: %2$d
                      steps:
                        - to:
                            uri: redis-cluster
                            parameters:
                              nodes: "{{%1$s}}"
                """.formatted(id, batch);
    }
}
