package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FenceTest {

    private final Fence fence = new Fence(42);

    @Test
    void what_was_refused_goes_out_before_what_waits() {
        Unit late = unit();
        Unit refused = unit();
        fence.waiting.add(late);
        fence.refused.add(refused);

        assertThat(fence.next()).isSameAs(refused);
        assertThat(fence.next()).isSameAs(late);
        assertThat(fence.next()).isNull();
        assertThat(fence.isEmpty()).isTrue();
    }

    @Test
    void a_new_fence_is_due_at_once() {
        assertThat(fence.isDue()).isTrue();
    }

    @Test
    void a_fence_that_backs_off_is_not_due() {
        fence.backOff(TimeUnit.HOURS.toNanos(1));

        assertThat(fence.isDue()).isFalse();
    }

    @Test
    void many_attempts_do_not_make_the_pause_overflow() {
        for (int i = 0; i < 1000; i++) {
            fence.backOff(TimeUnit.HOURS.toNanos(1));
        }

        assertThat(fence.isDue()).isFalse();
    }

    @Test
    void a_pause_of_nothing_is_over_at_once() {
        fence.backOff(0);

        assertThat(fence.isDue()).isTrue();
    }

    private static Unit unit() {
        return new Unit(new BatchTicket(Batches.stream("SET a 1"), failure -> {}), 0, false);
    }
}
