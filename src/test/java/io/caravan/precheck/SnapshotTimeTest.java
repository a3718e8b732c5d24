package io.caravan.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SnapshotTimeTest {

    @Test
    void a_time_is_rounded_up_to_what_a_person_plans_with() {
        assertThat(SnapshotTime.text(Duration.ZERO)).isEqualTo("1 s");
        assertThat(SnapshotTime.text(Duration.ofSeconds(119))).isEqualTo("119 s");
        assertThat(SnapshotTime.text(Duration.ofSeconds(121))).isEqualTo("3 min");
        assertThat(SnapshotTime.text(Duration.ofMinutes(119))).isEqualTo("119 min");
        assertThat(SnapshotTime.text(Duration.ofMinutes(121))).isEqualTo("3 h");
    }
}
