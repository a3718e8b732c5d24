package io.caravan.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Alerts and dashboards know the states by their numbers. */
class TaskMetersTest {

    @Test
    void the_numbers_of_the_states_are_those_of_the_documentation() throws IOException {
        String numbers = Arrays.stream(TaskState.values())
                .map(state -> state.ordinal() + " " + state)
                .collect(Collectors.joining(", "));

        assertThat(Files.readString(Path.of("docs/metrics.md")))
                .contains("| `" + TaskMeters.STATE + "` | gauge | task, id | " + numbers + " |");
    }
}
