package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.camel.PrecheckFailedException;
import io.caravan.camel.RedisReplicationConsumer;
import io.caravan.camel.RoutePrecheck;
import io.caravan.precheck.PrecheckReport;
import io.caravan.servers.RedisServer;
import java.util.List;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What follows from a precheck: a task that does not start, exit codes, and the report alone. */
class PrecheckStartIT {

    private static final int USAGE = 2;
    private static final int PRECHECK_FAILED = 3;

    private RedisServer source;
    private RedisServer destination;

    @BeforeEach
    void startServers() {
        source = RedisServer.start(Pair.older());
        destination = RedisServer.start(Pair.newer());
        source.command("SET", "key", "value");
    }

    @AfterEach
    void stopServers() {
        source.close();
        destination.close();
    }

    @Test
    void a_task_whose_precheck_fails_does_not_start() throws Exception {
        destination.command("SET", "other", "value");
        try (CaravanProcess caravan = checked().start()) {
            assertThat(caravan.awaitEnd()).as(caravan.output()).isEqualTo(PRECHECK_FAILED);

            assertThat(caravan.output())
                    .contains("failed   destination empty")
                    .contains("holds 1 key already")
                    .endsWith("The precheck has failed: 1 item. The task does not start." + System.lineSeparator());
        }
        assertThat(destination.command("KEYS", "*")).isEqualTo(List.of("other"));
        assertThat(source.info("stats", "sync_full")).isEqualTo("0");
    }

    @Test
    void a_destination_that_cannot_be_reached_is_left_to_the_precheck() throws Exception {
        try (CaravanProcess caravan =
                checked().with("destination", "127.0.0.1:1").start()) {
            assertThat(caravan.awaitEnd()).as(caravan.output()).isEqualTo(PRECHECK_FAILED);

            assertThat(caravan.output()).contains("failed   destination nodes").contains("passed   right to replicate");
        }
    }

    @Test
    void a_task_that_passes_starts_and_keeps_its_report() throws Exception {
        try (RunningTask task = checkedTask().start()) {
            task.awaitStreaming().awaitLagZero();

            assertThat(destination.command("GET", "key")).isEqualTo("value");
            assertThat(consumer(task).precheckReport())
                    .hasValueSatisfying(report -> assertThat(report.passed()).isTrue());
            assertThat(consumer(task).precheck().passed())
                    .as("again, while it runs")
                    .isTrue();
        }
    }

    @Test
    void a_task_goes_on_although_the_destination_is_not_empty_any_more() throws Exception {
        try (RunningTask task = checkedTask().start()) {
            task.awaitStreaming().awaitLagZero();
        }
        source.command("SET", "later", "value");

        try (RunningTask task = checkedTask().start()) {
            task.awaitStreaming().awaitApplied(List.of(source));

            assertThat(destination.command("GET", "later")).isEqualTo("value");
            assertThat(consumer(task).precheckReport().map(PrecheckReport::text))
                    .hasValueSatisfying(text -> assertThat(text).contains("continues from its checkpoint"));
        }
    }

    @Test
    void keys_are_overwritten_if_a_person_says_so() throws Exception {
        destination.command("LPUSH", "key", "of another type");
        try (RunningTask task = checkedTask().with("conflictMode", "IGNORE").start()) {
            task.awaitStreaming().awaitLagZero();

            assertThat(destination.command("GET", "key")).isEqualTo("value");
        }
    }

    @Test
    void a_route_in_somebody_elses_application_is_checked_when_it_says_so() throws Exception {
        destination.command("SET", "other", "value");
        try (var context = new DefaultCamelContext()) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("redis-replication:" + source.endpoint() + "?precheck=true")
                            .routeId("mine")
                            .to("redis-cluster:" + destination.endpoint());
                }
            });

            Throwable failure = catchThrowable(context::start);

            assertThat(failure)
                    .hasRootCauseInstanceOf(PrecheckFailedException.class)
                    .hasStackTraceContaining("task mine: the precheck has failed: destination empty: "
                            + destination.endpoint() + ": holds 1 key already; empty the destination");
        }
    }

    @Test
    void that_keys_of_others_may_be_removed_is_said_loudly() throws Exception {
        destination.command("SET", "other", "value");
        try (var context = new DefaultCamelContext()) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("redis-replication:" + source.endpoint() + "?conflictMode=IGNORE&sweep=ALWAYS")
                            .to("redis-cluster:" + destination.endpoint());
                }
            });
            context.build();

            Prechecked.of(RoutePrecheck.ofAll(context).get(0))
                    .warned("destination empty", destination.endpoint().toString(), "the others ARE REMOVED if");
        }
    }

    @Test
    void a_precheck_alone_copies_nothing() throws Exception {
        try (CaravanProcess caravan = checked().argument("precheck").start()) {
            assertThat(caravan.awaitEnd()).as(caravan.output()).isZero();

            assertThat(caravan.output())
                    .startsWith("Precheck of task sync")
                    .endsWith("The precheck is passed." + System.lineSeparator());
        }
        assertThat(destination.number("DBSIZE")).isZero();
    }

    @Test
    void a_precheck_for_programs() throws Exception {
        destination.command("SET", "other", "value");
        try (CaravanProcess caravan =
                checked().argument("precheck").argument("--json").start()) {
            assertThat(caravan.awaitEnd()).as(caravan.output()).isEqualTo(PRECHECK_FAILED);

            JsonNode json = new ObjectMapper().readTree(caravan.output());
            assertThat(json.get("passed").asBoolean()).isFalse();
            JsonNode task = json.get("tasks").get(0);
            assertThat(task.get("task").asText()).isEqualTo("sync");
            assertThat(task.get("items"))
                    .filteredOn(item -> item.get("outcome").asText().equals("failed"))
                    .singleElement()
                    .satisfies(item -> {
                        assertThat(item.get("name").asText()).isEqualTo("destination empty");
                        JsonNode finding = item.get("findings").get(0);
                        assertThat(finding.get("node").asText())
                                .isEqualTo(destination.endpoint().toString());
                        assertThat(finding.get("cause").asText()).isEqualTo("holds 1 key already");
                        assertThat(finding.get("remedy").asText()).contains("conflictMode=IGNORE");
                    });
        }
    }

    @Test
    void exit_codes_tell_usage_and_settings_apart() throws Exception {
        try (CaravanProcess usage =
                        checked().argument("precheck").argument("--jsn").start();
                CaravanProcess settings =
                        checked().with("databases", "x").argument("precheck").start()) {
            assertThat(usage.awaitEnd()).as(usage.output()).isEqualTo(USAGE);
            assertThat(usage.output()).contains("--jsn").contains("--json");
            assertThat(settings.awaitEnd()).as(settings.output()).isEqualTo(1);
            assertThat(settings.output()).contains("'x' is no number of a database");
        }
    }

    @Test
    void arguments_of_camel_main_are_understood_as_before() throws Exception {
        try (CaravanProcess without =
                        checked().argument("-duration").argument("1s").start();
                CaravanProcess with = checked()
                        .with("task", "other")
                        .with("conflictMode", "IGNORE")
                        .argument("run")
                        .argument("-duration")
                        .argument("1s")
                        .start()) {
            assertThat(without.awaitEnd()).as(without.output()).isZero();
            assertThat(with.awaitEnd()).as(with.output()).isZero();
        }
    }

    @Test
    void a_command_or_an_option_that_there_is_not_is_refused() throws Exception {
        try (CaravanProcess command = checked().argument("verfiy").start();
                CaravanProcess option =
                        checked().argument("-Dsource.password=secret").start();
                CaravanProcess value = checked()
                        .argument("run")
                        .argument("-duration")
                        .argument("long")
                        .start();
                CaravanProcess help = checked().argument("-h").start()) {
            assertThat(command.awaitEnd()).as(command.output()).isEqualTo(USAGE);
            assertThat(command.output())
                    .startsWith("'verfiy' is no command (bin/caravan --help lists them); did you mean verify?");
            assertThat(option.awaitEnd()).as(option.output()).isEqualTo(USAGE);
            assertThat(option.output()).contains("JAVA_TOOL_OPTIONS").doesNotContain("secret");
            assertThat(value.awaitEnd()).as(value.output()).isEqualTo(USAGE);
            assertThat(value.output()).contains("long").contains("bin/caravan -h");
            assertThat(help.awaitEnd()).as(help.output()).isZero();
            assertThat(help.output()).contains("-duration");
        }
    }

    private CaravanProcess.Settings checked() {
        return CaravanProcess.settings()
                .with("precheck", "true")
                .with("source", source.endpoint().toString())
                .with("destination", destination.endpoint().toString());
    }

    private RunningTask.Settings checkedTask() {
        return RunningTask.between(
                        source.endpoint().toString(), destination.endpoint().toString())
                .with("precheck", "true");
    }

    private static RedisReplicationConsumer consumer(RunningTask task) {
        return (RedisReplicationConsumer) task.context().getRoutes().get(0).getConsumer();
    }
}
