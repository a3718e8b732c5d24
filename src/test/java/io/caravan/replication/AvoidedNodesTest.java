package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.node.NodeAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AvoidedNodesTest {

    private static final NodeAddress NODE = new NodeAddress("10.0.0.2", 7000);

    private long now = 1;
    private final AvoidedNodes avoided = new AvoidedNodes(() -> now);

    @Test
    void a_node_is_left_alone_for_ten_seconds() {
        avoided.avoid(NODE);

        pass(9);
        assertThat(avoided.isAvoided(NODE)).isTrue();
        pass(1);
        assertThat(avoided.isAvoided(NODE)).isFalse();
        assertThat(avoided.isAvoided(new NodeAddress("10.0.0.3", 7000))).isFalse();
    }

    @Test
    void one_that_disappoints_again_soon_is_left_alone_for_twice_as_long_up_to_ten_minutes() {
        for (int pause = 10; pause < 600; pause *= 2) {
            avoided.avoid(NODE);
            pass(pause - 1);
            assertThat(avoided.isAvoided(NODE)).isTrue();
            pass(1);
            assertThat(avoided.isAvoided(NODE)).isFalse();
        }
        avoided.avoid(NODE);
        pass(600);
        assertThat(avoided.isAvoided(NODE)).isFalse();
    }

    @Test
    void one_that_has_been_good_for_as_long_as_it_was_avoided_begins_anew() {
        avoided.avoid(NODE);
        pass(20);

        avoided.avoid(NODE);

        pass(10);
        assertThat(avoided.isAvoided(NODE)).isFalse();
    }

    private void pass(int seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }
}
