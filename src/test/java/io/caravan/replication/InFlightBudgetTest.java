package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InFlightBudgetTest {

    private static final long MEGABYTE = 1024 * 1024;
    private static final long MOST = 32 * MEGABYTE;
    private static final int BATCH = 64 * 1024;

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
    void a_link_that_has_become_long_gets_more() {
        run(20_000, 1, 60);
        run(40_000, 100, 60);

        assertThat(budget.bytes()).isBetween(11 * MEGABYTE, 13 * MEGABYTE);
    }

    @Test
    void what_waits_for_a_slow_destination_does_not_count() {
        run(20_000, 1, 60);

        assertThat(mostOnItsWayTo(new Queue(1, 0.5), 300_000)).isLessThan(3 * MEGABYTE);
    }

    @Test
    void what_waits_for_a_destination_that_is_slow_and_far_does_not_count() {
        run(20_000, 100, 60);

        mostOnItsWayTo(new Queue(100, 10), 60_000); // 1 MB is on the wire

        assertThat(mostOnItsWayTo(new Queue(100, 10), 300_000)).isLessThan(5 * MEGABYTE);
    }

    @Test
    void a_destination_that_is_far_and_busy_is_kept_busy() {
        var queue = new Queue(100, 60);
        mostOnItsWayTo(queue, 20_000);
        long taken = queue.taken;

        mostOnItsWayTo(queue, 100_000);

        assertThat(queue.taken - taken).isGreaterThan(59 * 100 * MEGABYTE);
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

    /** A source that has always more to say; answers the most bytes that were on their way at a time. */
    private long mostOnItsWayTo(Queue queue, long millis) {
        long most = 0;
        for (long i = 0; i < millis; i++) {
            nowNanos += 1_000_000;
            queue.takeSome();
            while (queue.waiting + BATCH <= budget.bytes()) {
                queue.add();
            }
            most = Math.max(most, queue.waiting);
        }
        return most;
    }

    /** A destination with a distance, and as many megabytes a second as it takes: what it cannot take waits. */
    private final class Queue {

        private final ArrayDeque<Long> sent = new ArrayDeque<>();
        private final long distanceNanos;
        private final double perMilli;
        private double possible;
        private long waiting;
        private long taken;

        private Queue(long roundTripMillis, double megabytesPerSecond) {
            distanceNanos = TimeUnit.MILLISECONDS.toNanos(roundTripMillis);
            perMilli = megabytesPerSecond * MEGABYTE / 1000;
        }

        private void add() {
            sent.add(nowNanos);
            waiting += BATCH;
        }

        private void takeSome() {
            possible = Math.min(possible + perMilli, BATCH + perMilli);
            while (!sent.isEmpty() && possible >= BATCH && nowNanos - sent.element() >= distanceNanos) {
                possible -= BATCH;
                waiting -= BATCH;
                taken += BATCH;
                budget.ended(BATCH, nowNanos - sent.remove(), nowNanos);
            }
        }
    }
}
