package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PermitsTest {

    private final Permits permits = new Permits();
    private final long now = System.nanoTime();

    @Test
    void without_a_task_that_has_a_lease_nothing_is_forbidden() {
        assertThat(permits.areGranted()).isTrue();
    }

    @Test
    void one_task_whose_lease_is_over_is_enough_to_forbid() {
        permits.grant("orders", now + TimeUnit.HOURS.toNanos(1));
        permits.grant("users", now - 1);
        assertThat(permits.areGranted()).isFalse();

        permits.grant("users", now + TimeUnit.HOURS.toNanos(1));
        assertThat(permits.areGranted()).isTrue();
    }

    @Test
    void a_lease_is_over_by_the_time_of_day_as_well() {
        var millis = new AtomicLong(1_000_000);
        var suspended = new Permits(millis::get);
        suspended.grant("orders", System.nanoTime() + TimeUnit.SECONDS.toNanos(60));
        assertThat(suspended.areGranted()).isTrue();

        millis.addAndGet(60_001);

        assertThat(suspended.areGranted()).isFalse();
    }

    @Test
    void a_task_that_writes_no_more_forbids_nothing() {
        permits.grant("users", now - 1);
        permits.withdraw("users");

        assertThat(permits.areGranted()).isTrue();
    }
}
