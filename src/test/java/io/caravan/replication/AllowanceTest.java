package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.servers.Await;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AllowanceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long HOUR = 3600;

    private final Allowance allowance = new Allowance();

    @Test
    void without_a_limit_nobody_waits() {
        allowance.await(Long.MAX_VALUE);

        assertThat(allowance.take(Long.MAX_VALUE)).isZero();
    }

    @Test
    void what_is_taken_beyond_the_limit_is_waited_for() {
        allowance.perSecond(1000);

        long pause = allowance.take(1000 * HOUR);

        assertThat(TimeUnit.NANOSECONDS.toSeconds(pause)).isBetween(HOUR - 60, HOUR);
    }

    @Test
    void what_has_waited_for_long_gets_on_when_the_limit_is_raised() throws Exception {
        allowance.perSecond(1);
        allowance.take(1_000_000 * HOUR);
        Thread waiting = waiting();

        allowance.perSecond(Long.MAX_VALUE / 2);

        waiting.join(PATIENCE.toMillis());
        assertThat(waiting.isAlive()).isFalse();
    }

    @Test
    void what_waits_gets_on_when_there_is_no_limit_any_more() throws Exception {
        allowance.perSecond(1);
        allowance.take(HOUR);
        Thread waiting = waiting();

        allowance.perSecond(0);

        waiting.join(PATIENCE.toMillis());
        assertThat(waiting.isAlive()).isFalse();
    }

    @Test
    void what_waits_is_let_go_of_at_the_end() throws Exception {
        allowance.perSecond(1);
        allowance.take(HOUR);
        Thread waiting = waiting();

        allowance.lift();

        waiting.join(PATIENCE.toMillis());
        assertThat(waiting.isAlive()).isFalse();
        assertThat(allowance.take(HOUR)).isZero();
    }

    @Test
    void a_negative_limit_is_refused() {
        assertThatThrownBy(() -> allowance.perSecond(-1)).hasMessageContaining("0 is none");
    }

    private Thread waiting() {
        var waiting = new Thread(() -> allowance.await(1));
        waiting.start();
        Await.until("it waits", PATIENCE, () -> waiting.getState() == Thread.State.TIMED_WAITING);
        return waiting;
    }
}
