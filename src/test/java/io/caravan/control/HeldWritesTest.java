package io.caravan.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HeldWritesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void a_renewal_that_is_under_way_when_the_work_ends_is_waited_for_and_not_interrupted() throws Exception {
        Thread worker = Thread.currentThread();
        var begun = new AtomicBoolean();
        var interrupted = new AtomicBoolean();
        var ended = new AtomicBoolean();
        var writes = new HeldWrites(Duration.ofSeconds(60), duration -> {
            begun.set(true);
            Await.until("it is waited for", PATIENCE, () -> worker.getState() == Thread.State.WAITING);
            interrupted.set(Thread.currentThread().isInterrupted());
            ended.set(true);
        });

        writes.during(() -> {
            Await.until("a renewal is under way", PATIENCE, begun::get);
            return "done";
        });

        assertThat(ended).isTrue();
        assertThat(interrupted).isFalse();
    }

    @Test
    void writes_are_held_back_anew_as_long_as_the_work_takes() throws Exception {
        var holds = new AtomicInteger();
        var writes = new HeldWrites(Duration.ofMillis(100), duration -> holds.incrementAndGet());
        writes.hold();

        writes.during(() -> {
            Await.until("they are held back again and again", PATIENCE, () -> holds.get() > 3);
            return "done";
        });
    }

    @Test
    void what_is_held_back_for_long_is_not_asked_for_again() throws Exception {
        var holds = new AtomicInteger();
        var writes = new HeldWrites(Duration.ofSeconds(60), duration -> holds.incrementAndGet());
        writes.hold();

        writes.keep();

        assertThat(holds).hasValue(1);
        assertThat(writes.left()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
    }

    @Test
    void clients_that_have_been_stopped_need_nothing() throws Exception {
        var holds = new AtomicInteger();
        var writes = new HeldWrites(Duration.ZERO, duration -> holds.incrementAndGet());

        writes.hold();
        writes.keep();

        assertThat(holds).hasValue(0);
        assertThat(writes.left()).isZero();
    }
}
