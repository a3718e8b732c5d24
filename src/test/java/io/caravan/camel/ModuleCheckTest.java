package io.caravan.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.CapturedLog;
import io.caravan.camel.RedisReplicationConfiguration.MissingModules;
import io.caravan.node.ServerModules;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModuleCheckTest {

    private static final String SOURCE = "10.0.0.1:7000";
    private static final String DESTINATION = "10.0.0.9:7000";

    @Test
    void a_module_that_is_missing_fails_the_start_and_is_named() {
        assertThatThrownBy(() -> compare(MissingModules.FAIL, loaded("search", "bf", "ReJSON"), loaded("bf")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("task sync: source " + SOURCE + " has modules that destination " + DESTINATION
                        + " has not: ReJSON, search.")
                .hasMessageContaining("Load them there")
                .hasMessageContaining("missingModules=IGNORE");
    }

    @Test
    void an_operator_who_knows_better_is_only_warned() {
        assertThat(compare(MissingModules.IGNORE, loaded("bf"), Optional.of(ServerModules.NONE)))
                .singleElement()
                .asString()
                .startsWith("WARN ")
                .contains("has not: bf")
                .contains("missingModules=IGNORE");
    }

    @Test
    void a_destination_that_has_them_all_is_passed_in_silence() {
        assertThat(compare(MissingModules.FAIL, loaded("bf"), loaded("bf", "search")))
                .isEmpty();
        assertThat(compare(MissingModules.FAIL, Optional.of(ServerModules.NONE), Optional.empty()))
                .isEmpty();
    }

    @Test
    void a_module_that_is_built_in_at_one_side_only_is_a_warning() {
        var redis8 = Optional.of(new ServerModules(Set.of(), Set.of("vectorset")));

        assertThat(compare(MissingModules.FAIL, redis8, Optional.of(ServerModules.NONE)))
                .singleElement()
                .asString()
                .contains("has vectorset built in, destination " + DESTINATION + " has not");
        assertThat(compare(MissingModules.FAIL, redis8, redis8)).isEmpty();
    }

    @Test
    void a_side_that_does_not_tell_is_not_taken_for_one_without() {
        assertThat(compare(MissingModules.FAIL, loaded("bf"), Optional.empty()))
                .singleElement()
                .asString()
                .contains("has modules bf, and destination " + DESTINATION + " does not tell")
                .contains("+module|list");
        assertThat(compare(MissingModules.FAIL, Optional.empty(), Optional.of(ServerModules.NONE)))
                .isEmpty();
    }

    /** What is logged. */
    private static List<String> compare(
            MissingModules missing, Optional<ServerModules> offered, Optional<ServerModules> accepted) {
        try (var log = CapturedLog.of(ModuleCheck.class.getName())) {
            new ModuleCheck("sync", SOURCE, missing).compare(offered, DESTINATION, accepted);
            return log.lines();
        }
    }

    private static Optional<ServerModules> loaded(String... names) {
        return Optional.of(new ServerModules(Set.of(names), Set.of()));
    }
}
