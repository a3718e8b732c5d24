package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.Edition;
import io.caravan.command.FakeShard;
import io.caravan.command.Scope;
import io.caravan.sync.RecordedStreams.Recording;
import io.caravan.sync.RecordedStreams.Scenario;
import io.caravan.transform.Judgement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What servers of 20 versions were seen to send for the operations of a table passes the edition of that table. */
class RecordedEditionsTest {

    /** Recordings of what no client did, which are deletions. */
    private static final Set<String> DELETIONS = Set.of("key", "list", "expired", "eviction");

    /** Listed for Redis 4.0 only. */
    private static final Set<String> ONLY_OF_REDIS_4_0 = Set.of("SWAPDB", "UNLINK");

    @ParameterizedTest
    @EnumSource(
            value = Edition.class,
            names = {"COMMUNITY", "ENHANCED"})
    void whatever_a_version_sends_for_a_listed_operation_passes(Edition edition) throws IOException {
        List<String> lost = new ArrayList<>();
        int judged = 0;
        for (Scenario scenario : RecordedStreams.load().scenarios()) {
            if (!isListed(edition, scenario)) {
                continue;
            }
            for (Recording recording : scenario.recordings()) {
                for (String version : recording.versions()) {
                    judged++;
                    recording.stream().stream()
                            .filter(command -> isLeftOut(edition, version, command))
                            .forEach(command -> lost.add(scenario.name() + " of " + version + ": " + command));
                }
            }
        }

        assertThat(lost).isEmpty();
        assertThat(judged).isGreaterThan(2000);
    }

    /** A scenario is named by the operation that it begins with. */
    private static boolean isListed(Edition edition, Scenario scenario) {
        String first = scenario.name().split("[ ;]")[0];
        return DELETIONS.contains(first)
                || CommandTable.standard().of(first).supportedBy(edition) && !ONLY_OF_REDIS_4_0.contains(first);
    }

    private static boolean isLeftOut(Edition edition, String version, String command) {
        List<byte[]> arguments = RecordedStreams.arguments(command, System.currentTimeMillis());
        CommandSpec spec = CommandTable.standard().of(new String(arguments.get(0), StandardCharsets.US_ASCII));
        return spec.scope() != Scope.CONNECTION && Judgement.leavesOut(edition, source(version), arguments);
    }

    /** {@code 7.0.15}, {@code valkey-9.1.2}. */
    private static FakeShard source(String version) {
        int dash = version.indexOf('-');
        return new FakeShard().ofVersion(dash < 0 ? "redis" : version.substring(0, dash), version.substring(dash + 1));
    }
}
