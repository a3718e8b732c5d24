package io.caravan.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunArgumentsTest {

    private final RunArguments arguments =
            new RunArguments(Caravan.commandLine().getSubcommands().keySet());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-h",
                "-help",
                "-duration 60",
                "-duration 60 -E 7",
                "-dur 60s",
                "-D 60",
                "-t -ts -pl file:other.properties -pro dev",
                "-p file:other.properties",
                "-d 1 -di 2 -dm 3 -cwd work"
            })
    void what_camel_main_understands_is_left_to_it(String line) {
        assertThat(fault(line)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "prechek, precheck",
        "verfiy, verify",
        "verify2, verify",
        "stat, status",
        "Status, status",
        "pauze, pause",
        "RUN, run"
    })
    void a_command_that_is_misspelt(String command, String meant) {
        assertThat(fault(command + " --json"))
                .contains(
                        "'" + command + "' is no command (bin/caravan --help lists them); did you mean " + meant + "?");
    }

    @Test
    void a_command_that_there_is_not() {
        assertThat(fault("deploy")).contains("'deploy' is no command (bin/caravan --help lists them)");
    }

    @ParameterizedTest
    @CsvSource({"--duration, -duration", "--hepl, --help", "-durations, -duration", "--profile, -profile"})
    void an_option_that_is_misspelt(String option, String meant) {
        assertThat(fault(option))
                .contains("'" + option + "' is no option (bin/caravan -h lists them); did you mean " + meant + "?");
    }

    @Test
    void what_stands_behind_an_option_is_looked_at_as_well() {
        assertThat(fault("-t verfiy"))
                .hasValueSatisfying(text -> assertThat(text).startsWith("'verfiy' is no option"));
        assertThat(fault("-duration 60 verify"))
                .hasValueSatisfying(text -> assertThat(text).startsWith("'verify' has to be the first argument"));
        assertThat(arguments.fault(List.of("verfiy"), false))
                .hasValueSatisfying(text -> assertThat(text).startsWith("'verfiy' is no option"));
    }

    @Test
    void a_value_that_is_missing() {
        assertThat(fault("-duration"))
                .hasValueSatisfying(text -> assertThat(text).startsWith("'-duration' wants a value behind it"));
    }

    @Test
    void a_flag_of_java_is_told_where_it_belongs_and_its_value_is_not_shown() {
        assertThat(fault("-Dsource.password=secret"))
                .hasValueSatisfying(text -> assertThat(text)
                        .startsWith("'-Dsource.password=…' is for Java")
                        .contains("JAVA_TOOL_OPTIONS=-Dsource.password=… bin/caravan")
                        .doesNotContain("secret"));
        assertThat(fault("-Xmx1g"))
                .hasValueSatisfying(text ->
                        assertThat(text).startsWith("'-Xmx1g' is for Java").contains("CARAVAN_JAVA_OPTS"));
    }

    @Test
    void foreign_text_is_cut_and_nothing_is_no_argument() {
        assertThat(fault("x".repeat(1000)))
                .hasValueSatisfying(text -> assertThat(text.length()).isLessThan(300));
        assertThat(arguments.fault(List.of(""), true)).isPresent();
    }

    private Optional<String> fault(String line) {
        return arguments.fault(line.isEmpty() ? List.of() : List.of(line.split(" ")), true);
    }
}
