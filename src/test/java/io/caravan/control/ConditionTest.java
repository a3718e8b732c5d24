package io.caravan.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.control.Observed.RouteStatus;
import io.caravan.precheck.Finding;
import io.caravan.precheck.Outcome;
import io.caravan.precheck.PrecheckItem;
import io.caravan.precheck.PrecheckReport;
import io.caravan.replication.ShardState;
import io.caravan.replication.ShardStatus;
import io.caravan.replication.SnapshotProgress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Which state follows from what. */
class ConditionTest {

    private static final Condition PRESENT = new Condition(TaskState.SYNCHRONIZING, "slow", "wait");

    private TaskState before = TaskState.CONNECTING;
    private boolean prechecking;
    private boolean retried;
    private boolean restarting;
    private Optional<PrecheckReport> failedPrecheck = Optional.empty();
    private Optional<Throwable> failure = Optional.empty();

    @Test
    void a_route_that_starts_is_connecting_until_its_shards_are_linked() {
        assertThat(stateOf(RouteStatus.STARTING)).isEqualTo(TaskState.CONNECTING);
        assertThat(stateOf(RouteStatus.STARTED)).isEqualTo(TaskState.CONNECTING);
        assertThat(stateOf(RouteStatus.STARTED, shard(ShardState.CONNECTING, 0, "")))
                .isEqualTo(TaskState.CONNECTING);
    }

    @Test
    void a_snapshot_is_an_initial_synchronization_until_it_is_applied() {
        assertThat(stateOf(RouteStatus.STARTED, shard(ShardState.WAITING_FOR_SNAPSHOT, -1, "")))
                .isEqualTo(TaskState.INITIAL_SYNCHRONIZATION);
        assertThat(stateOf(RouteStatus.STARTED, shard(ShardState.STREAMING, 7, ""), shard(ShardState.SNAPSHOT, -1, "")))
                .isEqualTo(TaskState.INITIAL_SYNCHRONIZATION);
        assertThat(stateOf(RouteStatus.STARTED, shard(ShardState.STREAMING, -1, "")))
                .isEqualTo(TaskState.INITIAL_SYNCHRONIZATION);
        assertThat(stateOf(RouteStatus.STARTED, shard(ShardState.STREAMING, 0, "")))
                .isEqualTo(TaskState.SYNCHRONIZING);
    }

    @Test
    void a_link_that_is_lost_is_a_problem_and_no_other_state() {
        before = TaskState.SYNCHRONIZING;

        Condition condition = of(
                RouteStatus.STARTED,
                shard(ShardState.STREAMING, 7, ""),
                shard(ShardState.CONNECTING, 7, "cannot be reached"));

        assertThat(condition.state()).isEqualTo(TaskState.SYNCHRONIZING);
        assertThat(condition.problem()).isEqualTo("source 10.0.0.1:7000: cannot be reached");
        assertThat(condition.remedy()).startsWith("nothing has to be done");
    }

    @Test
    void a_problem_names_its_source_once() {
        Condition condition = of(
                RouteStatus.STARTED,
                shard(ShardState.CONNECTING, 7, "source 10.0.0.1:7000 cannot be reached: Connection refused"));

        assertThat(condition.problem()).isEqualTo("source 10.0.0.1:7000 cannot be reached: Connection refused");
    }

    @Test
    void one_shard_that_has_failed_is_a_task_that_has() {
        Condition condition =
                of(RouteStatus.STARTED, shard(ShardState.STREAMING, 7, ""), shard(ShardState.FAILED, 7, "WRONGTYPE"));

        assertThat(condition.state()).isEqualTo(TaskState.FAILED);
        assertThat(condition.problem()).contains("WRONGTYPE");
        assertThat(condition.remedy()).contains("start the task again");
    }

    @Test
    void a_precheck_of_a_task_that_runs_is_no_state() {
        prechecking = true;

        assertThat(stateOf(RouteStatus.STARTING)).isEqualTo(TaskState.PRECHECKING);
        assertThat(stateOf(RouteStatus.STOPPED)).isEqualTo(TaskState.PRECHECKING);
        assertThat(stateOf(RouteStatus.STARTED, shard(ShardState.STREAMING, 7, "")))
                .isEqualTo(TaskState.SYNCHRONIZING);
        assertThat(stateOf(RouteStatus.SUSPENDED, shard(ShardState.STREAMING, 7, "")))
                .isEqualTo(TaskState.PAUSED);
    }

    @Test
    void a_route_that_is_stopped_says_why() {
        assertThat(stateOf(RouteStatus.STOPPED)).isEqualTo(TaskState.STOPPED);
        restarting = true;
        assertThat(stateOf(RouteStatus.STOPPED)).isEqualTo(TaskState.CONNECTING);
        failure = Optional.of(new IOException("refused", new IOException("NOPERM")));
        assertThat(of(RouteStatus.STOPPED))
                .isEqualTo(
                        new Condition(TaskState.FAILED, "refused, because NOPERM", "mend that, then start the task"));
        failedPrecheck = Optional.of(precheck("destination empty"));
        assertThat(of(RouteStatus.STOPPED).state()).isEqualTo(TaskState.PRECHECK_FAILED);
        assertThat(of(RouteStatus.STOPPED).problem()).isEqualTo("destination empty: 10.1.0.1:7000: wrong");
        retried = true;
        assertThat(of(RouteStatus.STOPPED).remedy())
                .as("time alone does not mend it")
                .isEqualTo("mend what the precheck report names, then start the task");
        failedPrecheck = Optional.of(precheck("destination nodes"));
        assertThat(of(RouteStatus.STOPPED).remedy()).contains("by itself");
    }

    @Test
    void while_a_route_is_being_stopped_its_state_stays() {
        assertThat(of(RouteStatus.STOPPING)).isEqualTo(PRESENT);
        before = TaskState.SYNCHRONIZING;
        assertThat(of(RouteStatus.STARTED)).as("its consumer is stopped").isEqualTo(PRESENT);
    }

    @Test
    void a_route_that_is_gone_has_failed() {
        assertThat(of(RouteStatus.GONE).state()).isEqualTo(TaskState.FAILED);
    }

    @Test
    void time_mends_servers_that_do_not_answer_and_nothing_else() {
        assertThat(Retries.mayPass(precheck("source nodes"))).isTrue();
        assertThat(Retries.mayPass(precheck("destination nodes"))).isTrue();
        assertThat(Retries.mayPass(precheck("destination empty"))).isFalse();
        assertThat(Retries.mayPass(precheck("source nodes", "destination empty")))
                .isFalse();
    }

    @Test
    void every_state_has_actions_but_a_precheck() {
        for (TaskState state : TaskState.values()) {
            assertThat(TaskAction.in(state).isEmpty()).as("%s", state).isEqualTo(state == TaskState.PRECHECKING);
        }
    }

    private TaskState stateOf(RouteStatus route, ShardStatus... shards) {
        return of(route, shards).state();
    }

    private Condition of(RouteStatus route, ShardStatus... shards) {
        return Condition.of(
                new Observed(
                        route,
                        before,
                        prechecking,
                        retried,
                        restarting,
                        List.of(shards),
                        List.of(),
                        failedPrecheck,
                        failure),
                PRESENT);
    }

    private static ShardStatus shard(ShardState state, long applied, String problem) {
        return new ShardStatus(
                "10.0.0.1:7000",
                "10.0.0.1:7000",
                "10.0.0.1:7000",
                state,
                new SnapshotProgress(0, 0, 0, 0),
                "",
                0,
                applied,
                OptionalLong.empty(),
                0,
                OptionalLong.empty(),
                0,
                problem);
    }

    private static PrecheckReport precheck(String... failed) {
        List<PrecheckItem> items = List.of(failed).stream()
                .map(name -> new PrecheckItem(
                        name,
                        Outcome.FAILED,
                        "",
                        List.of(new Finding(Outcome.FAILED, "10.1.0.1:7000", "wrong", "mend it"))))
                .toList();
        return new PrecheckReport("sync", Instant.EPOCH, Duration.ZERO, items);
    }
}
