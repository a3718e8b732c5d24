package io.caravan.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServerModulesTest {

    @Test
    void modules_are_known_by_their_names() {
        ServerModules modules = ServerModules.of(
                List.of(List.of("name", "ReJSON", "ver", "20000"), List.of("name", "bf", "ver", "20215")));

        assertThat(modules.loaded()).containsExactlyInAnyOrder("ReJSON", "bf");
        assertThat(modules.builtIn()).isEmpty();
        assertThat(modules.isEmpty()).isFalse();
    }

    @Test
    void a_module_without_a_file_is_built_in() {
        ServerModules modules = ServerModules.of(List.of(
                List.of("name", "vectorset", "ver", "1", "path", "", "args", "[]"),
                List.of("name", "search", "ver", "80201", "path", "/lib/redisearch.so", "args", "[]")));

        assertThat(modules.builtIn()).containsExactly("vectorset");
        assertThat(modules.loaded()).containsExactly("search");
    }

    @Test
    void a_module_that_only_runs_scripts_is_none() {
        assertThat(ServerModules.of(List.of(List.of("name", "lua", "ver", "1", "path", "lua", "args", "[]"))))
                .isEqualTo(ServerModules.NONE);
    }

    @Test
    void what_is_no_description_of_a_module_is_passed_over() {
        assertThat(ServerModules.of(List.of(List.of(), List.of("name"), List.of("path", "x"))))
                .isEqualTo(ServerModules.NONE);
    }

    @Test
    void those_that_are_missing_are_told_in_order() {
        var modules = new ServerModules(Set.of("bf"), Set.of("vectorset"));

        assertThat(modules.without(Set.of("vectorset", "search", "bf", "ReJSON")))
                .containsExactly("ReJSON", "search");
    }
}
