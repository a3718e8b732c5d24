package io.caravan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.verify.VerifyReport;
import io.caravan.verify.VerifySettings.Mode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonsTest {

    private static final List<String> NAMES = List.of("copy", "orders", "copy");

    private final Comparisons comparisons = new Comparisons();

    @Test
    void tasks_of_one_name_are_told_apart_by_their_routes() {
        comparisons.compared(Comparisons.called("copy", "first", NAMES), report(1, 0));
        comparisons.compared(Comparisons.called("orders", "second", NAMES), report(0, 0));
        comparisons.compared(Comparisons.called("copy", "third", NAMES), report(0, 0));

        assertThat(comparisons.text().lines())
                .containsExactly(
                        "task copy (route first): DIFFERENT: 1 of 5 keys compared in 0.0 s",
                        "task copy (route third): equal: 5 keys compared in 0.0 s",
                        "task orders: equal: 5 keys compared in 0.0 s");
        assertThat(comparisons.json())
                .contains("\"task\": \"copy (route first)\"", "\"task\": \"copy (route third)\"", "\"equal\": false");
        assertThat(comparisons.exitCode()).isEqualTo(ExitCode.DIFFERENT);
    }

    @Test
    void a_task_that_cannot_be_compared_takes_nothing_from_the_others() {
        comparisons.compared("copy", report(0, 0));
        comparisons.failed("orders", new CommandFailure(ExitCode.NOT_STARTED, "source 10.0.0.7:6379 is gone"));

        assertThat(comparisons.text()).isEqualTo("task copy: equal: 5 keys compared in 0.0 s");
        assertThat(comparisons.failures()).containsExactly("task orders: not compared: source 10.0.0.7:6379 is gone");
        assertThat(comparisons.json())
                .as("what was not compared is not equal")
                .startsWith("{\n\t\"equal\": false")
                .contains("\"problem\": \"source 10.0.0.7:6379 is gone\"");
        assertThat(comparisons.exitCode()).isEqualTo(ExitCode.NOT_STARTED);
    }

    @Test
    void keys_that_could_not_be_judged_are_told_by_the_exit_code() {
        comparisons.compared("copy", report(0, 1));
        comparisons.compared("orders", report(0, 0));

        assertThat(comparisons.exitCode()).isEqualTo(ExitCode.UNDECIDED);
    }

    private static VerifyReport report(long different, long undecided) {
        return new VerifyReport(
                Mode.FULL, Instant.EPOCH, Duration.ZERO, 5, 5, 5, different, List.of(), 0, undecided, 0, List.of());
    }
}
