package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.servers.Await;
import io.caravan.servers.Dataset;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.RedisServer;
import io.caravan.sync.ManagementCommands.Ended;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The end of a migration, by the command line. */
class CutoverIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ManagementClient management = new ManagementClient();

    @Test
    void a_source_that_is_still_written_to_is_not_left() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start();
                ManagementCommands commands = ManagementCommands.like(caravan);
                Load load = Load.on(pair.source).seed(1).perSecond(200).start()) {
            management.awaitState("Synchronizing");

            Ended ended = commands.run("cutover", "--patience=4");

            assertThat(ended.output())
                    .containsPattern(
                            "refused: the source is not quiet: [1-9][0-9]* commands have come within 4 s, and the")
                    .contains("stop its clients, have writes held back (--pause-writes), or wait longer (--patience)")
                    .endsWith("The task goes on");
            assertThat(ended.exitCode()).isEqualTo(7);
            assertThat(management.task().get("state").asText()).isEqualTo("Synchronizing");
            load.stop();
        }
    }

    @Test
    void nothing_is_lost_when_writes_are_held_back_while_clients_go_on() throws Exception {
        try (Pair pair = Pair.clusters()) {
            Dataset.everyType(3, 500).fitting("7.0").writeTo(pair.source);
            try (CaravanProcess caravan =
                            management.managed(CaravanProcess.between(pair)).start();
                    ManagementCommands commands = ManagementCommands.like(caravan)) {
                management.awaitState("Synchronizing");
                Load load = Load.on(pair.source).seed(1).perSecond(1000).start();
                Await.until("clients write", PATIENCE, () -> load.acknowledged() > 1000);

                Ended ended = commands.run("cutover", "--pause-writes=20");
                assertThat(ended.output())
                        .contains("the source holds writes back for up to 20 s at a time")
                        .contains("the source is quiet, and everything of it is applied")
                        .contains("equal: ")
                        .contains(
                                "The task is stopped; its checkpoint is stored, and no process starts it again by itself. Point clients at "
                                        + Pair.nodes(pair.destinationMasters));
                assertThat(ended.exitCode()).isZero();
                pair.assertEqual();
                assertNotStartedByItself(pair);
                pair.sourceMasters.forEach(master -> master.command("CLIENT", "UNPAUSE"));
                LoadReport written = load.stop();
                assertThat(written.acknowledged()).isGreaterThan(1000);
            }
        }
    }

    /** Whatever watches over processes starts another one. */
    private static void assertNotStartedByItself(Pair pair) throws Exception {
        assertThatThrownBy(() -> pair.task().with("precheck", "true").start())
                .hasStackTraceContaining("task sync was cut over at ")
                .hasStackTraceContaining("remove the destination's key caravan:cutover:{sync}");
    }

    @Test
    void a_person_may_have_the_task_continued_that_was_cut_over() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start();
                ManagementCommands commands = ManagementCommands.like(caravan)) {
            management.awaitState("Synchronizing");
            assertThat(commands.run("cutover").exitCode()).isZero();
            pair.sourceMasters.get(0).command("SET", "key", "written later");

            Ended started = commands.run("start");

            assertThat(started.exitCode()).as(started.output()).isZero();
            management.awaitState("Synchronizing");
            Await.until(
                    "it goes on",
                    PATIENCE,
                    () -> "written later".equals(pair.destinationMasters.get(0).command("GET", "key")));
            assertThat(pair.destinationMasters.get(0).command("EXISTS", "caravan:cutover:{sync}"))
                    .isEqualTo(0L);
        }
    }

    @Test
    void heartbeats_do_not_keep_a_source_from_being_quiet() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan = management
                        .managed(CaravanProcess.between(pair))
                        .with("heartbeatInterval", "100")
                        .start();
                ManagementCommands commands = ManagementCommands.like(caravan)) {
            RedisServer source = pair.sourceMasters.get(0);
            source.command("SET", "key", "value");
            management.awaitState("Synchronizing");
            Await.until(
                    "a heartbeat is applied",
                    PATIENCE,
                    () -> management.task().get("lag").get("heartbeatSeconds").isNumber());
            assertThat(commands.run("status").output()).containsPattern("lag 0 bytes|lag .* s, heartbeat [0-9.]+ s,");

            Ended ended = commands.run("cutover");

            assertThat(ended.output()).contains("the source is quiet", "equal: 1 keys compared", "The task is stopped");
            assertThat(ended.exitCode()).isZero();
            assertThat(String.valueOf(source.command("KEYS", "*"))).isEqualTo("[key]");
        }
    }

    @Test
    void the_source_holds_writes_back_for_the_whole_time_once_more_at_the_end() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start();
                ManagementCommands commands = ManagementCommands.like(caravan)) {
            management.awaitState("Synchronizing");

            Ended ended = commands.run("cutover", "--no-verify", "--pause-writes=60");

            assertThat(ended.output()) // three of them were over when it was quiet
                    .containsPattern("The source holds writes back for another 5[789] s");
            assertThat(ended.exitCode()).isZero();
        }
    }

    @Test
    void sides_that_differ_keep_the_task_running_and_let_writes_go() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start();
                ManagementCommands commands = ManagementCommands.like(caravan)) {
            RedisServer source = pair.sourceMasters.get(0);
            source.command("SET", "key", "value");
            management.awaitState("Synchronizing");
            caravan.awaitAcknowledged(pair.sourceMasters);
            pair.destinationMasters.get(0).command("SET", "key", "of somebody else");

            Ended ended = commands.run("cutover", "--pause-writes=600");

            assertThat(ended.output()).contains("refused: both sides are not equal: ");
            assertThat(ended.exitCode()).isEqualTo(7);
            CompletableFuture.runAsync(() -> source.command("SET", "further", "write"))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(management.task().get("state").asText()).isEqualTo("Synchronizing");
        }
    }

    @Test
    void a_source_that_cannot_hold_writes_back() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start();
                ManagementCommands commands = ManagementCommands.like(caravan)) {
            management.awaitState("Synchronizing");
            pair.sourceMasters.get(0).command("ACL", "SETUSER", "default", "-client");

            Ended ended = commands.run("cutover", "--pause-writes=5");

            assertThat(ended.output()).contains("refuses CLIENT PAUSE: 'NOPERM");
            assertThat(ended.exitCode()).isEqualTo(7);
        }
    }

    @Test
    void each_step_is_told_however_much_has_happened_before() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start();
                ManagementCommands commands = ManagementCommands.like(caravan)) {
            management.awaitState("Synchronizing");
            assertThat(commands.run("cutover", "--patience=0").exitCode()).isEqualTo(7);
            for (int i = 0; i < 200; i++) { // as many events as the API shows
                management.act("limits?commandsPerSecond=" + (1_000_000 + i));
            }

            Ended ended = commands.run("cutover", "--no-verify");

            assertThat(ended.output().lines())
                    .containsSubsequence(
                            "waiting until nothing comes from the source for 3 s, up to 60 s",
                            "the source is quiet, and everything of it is applied")
                    .noneMatch(line -> line.contains("up to 0 s"));
            assertThat(ended.output()).contains("The task is stopped; its checkpoint is stored");
            assertThat(ended.exitCode()).isZero();
        }
    }
}
