package io.caravan.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The mean of the last seconds. */
class RatesTest {

    private final Rates rates = new Rates();

    @Test
    void a_counter_that_grows_evenly_has_that_rate() {
        assertThat(at(0, 0)).isZero();
        assertThat(at(1, 100)).isEqualTo(100);
        assertThat(at(2, 200)).isEqualTo(100);
    }

    @Test
    void what_was_before_the_last_seconds_does_not_count() {
        at(0, 0);
        at(1, 1000);
        for (int second = 2; second < 7; second++) {
            at(second, 1000);
        }

        assertThat(at(7, 1000)).isZero();
    }

    @Test
    void a_counter_that_has_begun_anew_has_no_rate_below_zero() {
        at(0, 0);
        at(1, 1000);

        assertThat(at(2, 10)).isZero();
        assertThat(at(3, 20)).isEqualTo(10);
    }

    private long at(int second, long value) {
        return rates.perSecond("counter", value, TimeUnit.SECONDS.toNanos(second));
    }
}
