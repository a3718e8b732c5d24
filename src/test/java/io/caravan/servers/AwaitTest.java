package io.caravan.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitTest {
    private static final Duration SHORT = Duration.ofMillis(30);
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void the_first_wanted_value_is_returned() {
        AtomicInteger attempts = new AtomicInteger();

        int value = Await.until("three attempts", LONG, attempts::incrementAndGet, n -> n == 3);

        assertThat(value).isEqualTo(3);
    }

    @Test
    void a_time_out_names_the_statement_and_the_last_value() {
        assertThatThrownBy(() -> Await.until("water is wine", SHORT, () -> "water", "wine"::equals))
                .isInstanceOf(AssertionError.class)
                .hasMessage("not within 30 ms: water is wine; last seen: water");
    }

    @Test
    void an_exception_means_not_yet_and_is_the_cause_of_the_time_out() {
        assertThatThrownBy(() -> Await.until("an answer", SHORT, () -> {
                    throw new IOException("refused");
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("refused")
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void an_error_ends_the_wait_at_once() {
        AtomicInteger attempts = new AtomicInteger();

        assertThatThrownBy(() -> Await.until("an answer", LONG, () -> {
                    throw new AssertionError("attempt " + attempts.incrementAndGet());
                }))
                .hasMessage("attempt 1");
    }
}
