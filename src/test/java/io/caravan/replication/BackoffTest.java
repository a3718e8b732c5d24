package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(500));

    @Test
    void each_failure_doubles_the_pause_up_to_a_bound() {
        assertThat(Stream.generate(() -> backoff.next().toMillis()).limit(6))
                .containsExactly(100L, 200L, 400L, 500L, 500L, 500L);
    }

    @Test
    void after_a_success_the_pause_is_short_again() {
        backoff.next();
        backoff.next();

        backoff.reset();

        assertThat(backoff.next()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void a_bound_below_the_first_pause_is_the_pause() {
        var bounded = new Backoff(Duration.ofMillis(1000), Duration.ofMillis(500));

        assertThat(bounded.next()).isEqualTo(Duration.ofMillis(500));
        assertThat(bounded.next()).isEqualTo(Duration.ofMillis(500));
    }
}
