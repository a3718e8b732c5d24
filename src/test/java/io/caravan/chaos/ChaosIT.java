package io.caravan.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A short run of the chaos test with a fixed seed; {@code docs/chaos.md} says how to make long ones. */
class ChaosIT {

    private static final long SEED = Long.getLong("caravan.seed", 1);

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void source_and_destination_are_equal_after_faults_of_every_room() throws Exception {
        var options = ChaosOptions.parse("--seed=" + SEED, "--source=7.0.15", "--destination=7.4.1", "--faults=14");

        RunReport report = new ChaosRun(options, options.seed()).run();

        assertThat(report.isGood())
                .as("%s%n%s", report.line(), report.differences())
                .isTrue();
        assertThat(report.faults()).hasSizeGreaterThanOrEqualTo(5);
    }
}
