package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SourceClockTest {

    private long machineAhead;
    private final SourceClock clock = new SourceClock(() -> machineAhead);

    @Test
    void as_long_as_the_source_has_not_told_its_time_it_is_taken_for_ours() {
        assertThat(clock.differenceMillis()).isZero();
        assertThat(clock.ranBefore(10, 5000)).isEqualTo(5000);
    }

    @Test
    void half_of_the_round_trip_is_what_the_question_took() {
        clock.told(101_500, 1_000, 2_000);

        assertThat(clock.differenceMillis()).isEqualTo(100_000);
        assertThat(clock.ranBefore(10, 5_000)).isEqualTo(5_000);
    }

    @Test
    void a_question_that_took_longer_says_less_than_one_before() {
        clock.told(101_000, 1_000, 1_000);

        clock.told(102_500, 2_000, 4_000);

        assertThat(clock.differenceMillis()).isEqualTo(100_000);
    }

    @Test
    void clocks_drift_so_after_a_minute_every_answer_counts() {
        clock.told(101_000, 1_000, 1_000);

        clock.told(161_009, 61_002, 61_010);

        assertThat(clock.differenceMillis()).isEqualTo(100_003);
    }

    @Test
    void an_answer_that_contradicts_what_was_known_counts_at_once() {
        clock.told(101_000, 1_000, 1_000);

        clock.told(702_100, 2_000, 2_200); // the source's clock was set ten minutes ahead

        assertThat(clock.differenceMillis()).isEqualTo(700_000);
    }

    @Test
    void an_answer_counts_at_once_when_the_sources_clock_was_set_back() {
        clock.told(701_000, 1_000, 1_000);

        clock.told(102_100, 2_000, 2_200);

        assertThat(clock.differenceMillis()).isEqualTo(100_000);
    }

    @Test
    void the_clock_of_a_source_that_does_not_tell_it_is_taken_for_the_machines() {
        machineAhead = -600_000;

        assertThat(clock.differenceMillis()).isEqualTo(-600_000);
        assertThat(clock.isUncertain()).isFalse();
    }

    @Test
    void a_machine_that_has_slept_knows_nothing_until_the_source_tells_its_time_again() {
        clock.told(101_000, 1_000, 1_000);

        machineAhead = 30_000;
        boolean asleep = clock.isUncertain();
        clock.told(132_000, 2_000, 2_010);

        assertThat(asleep).isTrue();
        assertThat(clock.isUncertain()).isFalse();
        assertThat(clock.differenceMillis()).isEqualTo(129_995);
    }

    @Test
    void what_the_machines_clock_is_set_to_changes_nothing() {
        clock.told(101_000, 1_000, 1_000);

        machineAhead = -600_000;
        clock.told(102_003, 2_000, 2_006);

        assertThat(clock.differenceMillis()).isEqualTo(100_000);
        assertThat(clock.isUncertain()).isFalse();
    }

    @Test
    void what_was_run_before_the_source_was_seen_before_it_is_vague() {
        assertThat(SourceClock.isVague(600_000, 1_000)).isTrue();
    }

    @Test
    void a_command_that_waited_at_the_source_was_run_before_the_source_was_seen_behind_it() {
        clock.reached(100, 1_000);
        clock.reached(200, 2_000);
        clock.reached(300, 3_000);

        assertThat(clock.ranBefore(150, 60_000)).isEqualTo(2_000);
        assertThat(clock.ranBefore(300, 60_000)).isEqualTo(3_000);
        assertThat(clock.ranBefore(301, 60_000)).isEqualTo(60_000);
    }

    @Test
    void a_command_that_came_at_once_was_run_when_it_came() {
        clock.reached(100, 1_000);
        clock.reached(200, 2_000);

        assertThat(clock.ranBefore(150, 1_300)).isEqualTo(1_300);
    }

    @Test
    void what_was_run_before_the_link_was_made_is_late() {
        clock.linked(500, 10_000);

        assertThat(clock.isLate(499)).isTrue();
        assertThat(clock.isLate(500)).isFalse();
    }

    @Test
    void nothing_is_late_behind_a_snapshot() {
        clock.linked(500, 10_000);

        clock.linked();

        assertThat(clock.isLate(100)).isFalse();
        assertThat(clock.ranBefore(100, 60_000)).isEqualTo(60_000);
    }

    @Test
    void notes_of_another_history_say_nothing() {
        clock.reached(5_000, 1_000);

        clock.reached(40, 2_000);

        assertThat(clock.ranBefore(41, 9_000)).isEqualTo(9_000);
        assertThat(clock.ranBefore(4_000, 9_000)).isEqualTo(9_000);
    }

    @Test
    void a_source_at_rest_says_when_it_came_there() {
        clock.reached(100, 1_000);
        clock.reached(100, 2_000);

        assertThat(clock.ranBefore(100, 9_000)).isEqualTo(1_000);
    }

    @Test
    void a_command_was_run_after_the_source_was_last_seen_before_it() {
        clock.reached(100, 1_000);
        clock.reached(100, 2_000);
        clock.reached(200, 3_000);

        assertThat(clock.ranAfter(100)).isEqualTo(2_000);
        assertThat(clock.ranBefore(150, 9_000)).isEqualTo(3_000);
        assertThat(clock.ranAfter(250)).isEqualTo(3_000);
    }

    @Test
    void what_was_passed_by_counts_for_what_follows() {
        clock.reached(120, 1_000);
        clock.ranAfter(100);
        clock.ranBefore(150, 1_500);

        assertThat(clock.ranAfter(150)).isEqualTo(1_000);
    }

    @Test
    void who_stood_still_between_two_looks_does_not_know_when_it_was() {
        clock.reached(100, 1_000);
        clock.reached(900, 7_000); // nobody asked meanwhile

        long after = clock.ranAfter(100);

        assertThat(SourceClock.isVague(after, clock.ranBefore(500, 7_000))).isTrue();
    }

    @Test
    void nothing_is_vague_as_long_as_the_source_does_not_tell_how_far_it_is() {
        assertThat(SourceClock.isVague(clock.ranAfter(100), clock.ranBefore(500, 7_000)))
                .isFalse();
    }

    @Test
    void over_hours_notes_become_sparser_but_none_says_too_early() {
        for (int second = 1; second <= 20_000; second++) {
            clock.reached(second * 10L, second * 1_000L);
        }

        for (int second = 1; second <= 19_000; second += 7) {
            assertThat(clock.ranBefore(second * 10L, Long.MAX_VALUE))
                    .isBetween(second * 1_000L, (second + 16) * 1_000L);
        }
    }
}
