package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShardHeartbeatsTest {

    private static final String HISTORY = "a";
    private static final String NEXT_HISTORY = "b";

    private final ShardHeartbeats heartbeats = new ShardHeartbeats();

    ShardHeartbeatsTest() {
        heartbeats.every(Duration.ofSeconds(5));
    }

    @Test
    void where_none_was_written_nothing_is_known() {
        heartbeats.applied(at(HISTORY, 1000), seconds(1));

        assertThat(heartbeats.lagMillis(seconds(2))).isEmpty();
    }

    @Test
    void as_long_as_the_first_is_on_its_way_it_tells_its_age() {
        heartbeats.written(HISTORY, 100, seconds(10));

        heartbeats.applied(at(HISTORY, 99), seconds(11));

        assertThat(heartbeats.lagMillis(seconds(13))).hasValue(3000);
    }

    @Test
    void one_that_is_applied_tells_how_long_it_took_until_the_next_is_due() {
        heartbeats.written(HISTORY, 100, seconds(10));

        heartbeats.applied(at(HISTORY, 100), seconds(12));

        assertThat(heartbeats.lagMillis(seconds(12))).hasValue(2000);
        assertThat(heartbeats.lagMillis(seconds(17))).hasValue(2000);
    }

    @Test
    void what_is_overdue_counts_whatever_keeps_it_from_coming() {
        heartbeats.written(HISTORY, 100, seconds(10));
        heartbeats.applied(at(HISTORY, 100), seconds(12));

        assertThat(heartbeats.lagMillis(seconds(35))).hasValue(20_000);
    }

    @Test
    void of_several_that_are_applied_the_youngest_counts() {
        heartbeats.written(HISTORY, 100, seconds(10));
        heartbeats.written(HISTORY, 200, seconds(15));
        heartbeats.written(HISTORY, 300, seconds(20));

        heartbeats.applied(at(HISTORY, 299), seconds(21));

        assertThat(heartbeats.lagMillis(seconds(21))).hasValue(6000);
        heartbeats.applied(at(HISTORY, 300), seconds(22));
        assertThat(heartbeats.lagMillis(seconds(22))).hasValue(2000);
    }

    @Test
    void offsets_of_another_history_say_nothing() {
        heartbeats.written(HISTORY, 5000, seconds(10));
        heartbeats.written(NEXT_HISTORY, 100, seconds(15));

        heartbeats.applied(at(HISTORY, 4000), seconds(16));
        assertThat(heartbeats.lagMillis(seconds(16))).hasValue(6000);

        heartbeats.applied(at(NEXT_HISTORY, 100), seconds(18));
        assertThat(heartbeats.lagMillis(seconds(18))).hasValue(3000);
    }

    @Test
    void too_many_become_fewer_and_the_oldest_stays() {
        for (int i = 0; i < 10 * ShardHeartbeats.MOST; i++) {
            heartbeats.written(HISTORY, i, seconds(i));
        }
        int now = 10 * ShardHeartbeats.MOST;

        assertThat(heartbeats.lagMillis(seconds(now))).hasValue(now * 1000L);
        heartbeats.applied(at(HISTORY, now), seconds(now));
        assertThat(heartbeats.lagMillis(seconds(now))).hasValue(1000);
    }

    @Test
    void what_was_written_before_a_pause_of_writing_is_forgotten() {
        heartbeats.written(HISTORY, 100, seconds(10));
        heartbeats.applied(at(HISTORY, 100), seconds(12));
        heartbeats.written(HISTORY, 200, seconds(15));

        heartbeats.forget();

        heartbeats.applied(at(HISTORY, 200), seconds(16));
        assertThat(heartbeats.lagMillis(seconds(60))).isEmpty();
    }

    private static ReplicationPosition at(String history, long offset) {
        return new ReplicationPosition(history, offset, 0);
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
