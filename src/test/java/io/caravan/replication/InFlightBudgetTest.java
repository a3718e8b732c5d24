package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InFlightBudgetTest {

    private static final long MEGABYTE = 1024 * 1024;
    private static final long MOST = 32 * MEGABYTE;

    private final InFlightBudget budget = new InFlightBudget(MOST, 0);
    private long nowNanos;

    @Test
    void a_near_destination_is_given_a_megabyte() {
        run(5_000, 0.5, 30);

        assertThat(budget.bytes()).isEqualTo(MEGABYTE);
    }

    @Test
    void a_far_destination_is_given_what_fills_the_link_twice() {
        run(20_000, 100, 60); // 6 MB are on the wire

        assertThat(budget.bytes()).isBetween(11 * MEGABYTE, 13 * MEGABYTE);
    }

    @Test
    void never_more_than_there_is() {
        run(20_000, 100, 1000);

        assertThat(budget.bytes()).isEqualTo(MOST);
    }

    @Test
    void a_slow_answer_now_and_then_does_not_count() {
        run(2_000, 1, 100);
        budget.ended(1000, TimeUnit.SECONDS.toNanos(3), nowNanos);
        run(2_000, 1, 100);

        assertThat(budget.bytes()).isEqualTo(MEGABYTE);
    }

    @Test
    void a_pause_of_the_source_does_not_shrink_it() {
        run(10_000, 100, 60);
        long full = budget.bytes();
        nowNanos += TimeUnit.SECONDS.toNanos(5);
        run(500, 100, 1);

        assertThat(budget.bytes()).isEqualTo(full);
    }

    @Test
    void a_link_that_has_become_short_gets_less() {
        run(10_000, 100, 60);
        run(25_000, 1, 60);

        assertThat(budget.bytes()).isEqualTo(MEGABYTE);
    }

    @Test
    void less_memory_than_the_least_is_all_there_is() {
        assertThat(new InFlightBudget(1000, 0).bytes()).isEqualTo(1000);
    }

    /** A destination that takes what is on its way, at most so many megabytes a second. */
    private void run(long millis, double roundTripMillis, double megabytesPerSecond) {
        long end = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
        long roundTrip = (long) (roundTripMillis * 1_000_000);
        while (nowNanos < end) {
            double possible = budget.bytes() / roundTripMillis * 1000;
            double perMilli = Math.min(possible, megabytesPerSecond * MEGABYTE) / 1000;
            nowNanos += 1_000_000;
            budget.ended((long) perMilli, roundTrip, nowNanos);
        }
    }
}
