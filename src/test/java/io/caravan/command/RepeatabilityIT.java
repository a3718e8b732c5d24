package io.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code commands.tsv} says of repeatable commands, tried on servers. */
class RepeatabilityIT {

    private static final int PROGRAMS = 200;
    private static final int LENGTH = 8;
    private static final int ATTEMPTS = 80;

    /** Repeatable commands that are not tried below, and why. */
    private static final Set<String> NOT_TRIED = Set.of(
            "CARAVAN.REFUSE", // never sent to a server
            "EXPIRE", // relative: a time that depends on when the test runs
            "PEXPIRE",
            "SETEX",
            "PSETEX",
            "PFDEBUG", // not for clients
            "RESTORE-ASKING", // as RESTORE, in a cluster
            "VADD", // vector sets are equal in what they hold, not in what a comparison of values sees
            "VSETATTR");

    private final CommandTable table = CommandTable.standard();

    @EachServer(min = "4.0")
    void a_sequence_of_repeatable_commands_ends_in_the_same_state_wherever_its_replay_begins(ServerProgram program) {
        int applied = 0;
        try (RedisServer server = RedisServer.start(program);
                var replay = new Replay(server)) {
            List<String> payloads = replay.payloads();
            for (int seed = 0; seed < PROGRAMS; seed++) {
                var source = new ReplayPrograms(new Random(seed), payloads);
                List<String> commands = replay.effective(source.setup(), source::next, LENGTH, ATTEMPTS);
                assertConverges(replay, "seed " + seed, source.setup(), commands);
                applied += commands.size();
            }
        }
        assertThat(applied).as("commands that took effect").isGreaterThan(PROGRAMS * LENGTH / 2);
    }

    private static void assertConverges(Replay replay, String seed, List<String> setup, List<String> commands) {
        Map<String, String> end = replay.endState(setup, commands);
        for (int applied = 1; applied <= commands.size(); applied++) {
            Map<String, String> replayed = replay.replayed(setup, commands, applied);
            assertThat(end)
                    .as("%s: %s; %s; from the start again after %d of them", seed, setup, commands, applied)
                    .containsAllEntriesOf(replayed);
        }
    }

    @Test
    void every_repeatable_command_is_tried_above() {
        List<String> templates = ReplayPrograms.templates();
        Set<String> named = Stream.concat(templates.stream().map(line -> line.split(" ")[0]), NOT_TRIED.stream())
                .collect(Collectors.toSet());

        assertThat(templates).allMatch(line -> table.of(Batches.scanned(line)).repeatable(Batches.scanned(line)));
        assertThat(named)
                .containsAll(table.all().stream()
                        .filter(spec -> spec.write() && spec.repeatability().possible())
                        .map(CommandSpec::name)
                        .toList());
    }

    @EachServer(min = "4.0")
    void the_reasons_why_other_commands_are_not_repeatable_are_real(ServerProgram program) {
        int shown = 0;
        try (RedisServer server = RedisServer.start(program);
                var replay = new Replay(server)) {
            for (CounterExample example : CounterExample.ALL) {
                List<String> commands = example.commands();
                assertThat(commands)
                        .as("%s", example)
                        .anyMatch(line -> !table.of(Batches.scanned(line)).repeatable(Batches.scanned(line)));
                Map<String, String> end = replay.endState(example.setup(), commands);
                if (!end.isEmpty()) {
                    assertThat(replay.replayed(example.setup(), commands, commands.size()))
                            .as("%s", example)
                            .isNotEqualTo(end);
                    shown++;
                }
            }
        }
        assertThat(shown).as("examples that the server knows the commands of").isGreaterThan(10);
    }
}
