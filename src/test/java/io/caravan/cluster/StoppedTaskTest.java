package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import org.junit.jupiter.api.Test;

/** A task has stopped with something on its way, and others go on; or the same task does so, which is a new shard for the router. */
class StoppedTaskTest {

    private static final String STOPPED =
            "old failed: the destination was closed, or the task stopped, before the batch was acknowledged";

    private final RouterHarness harness = RouterHarness.cluster();
    private final RouterHarness.Shard next = new RouterHarness.Shard("source:1");

    @Test
    void what_waits_is_not_sent_any_more() {
        harness.lose("a");
        harness.take("old", "INCR n", "INCR m");

        stop();
        harness.connectNow("a");

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.ended).containsExactly(STOPPED);
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void what_waits_does_not_follow_what_the_next_start_has_read() {
        harness.lose("a");
        harness.take("old", "INCR n");
        stop();
        takeNext("new", "CARAVAN.REFRESH n");
        next.read("n", "counted");
        harness.run();

        harness.connectNow("a");

        assertThat(harness.written("a")).containsExactly("RESTORE n 0 counted REPLACE");
    }

    @Test
    void a_key_that_was_to_be_read_again_holds_up_nobody() {
        harness.take("old", "INCR n");
        harness.lose("a");
        harness.connectNow("a");
        assertThat(harness.shard.reading).containsOnlyKeys("n");
        takeNext("new", "SET n 1");
        assertThat(harness.written("a")).isEmpty();

        stop();
        assertThat(harness.written("a")).containsExactly("SET n 1");
        harness.shard.read("n", "late");
        harness.run();

        assertThat(harness.written("a")).isEmpty();
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly(STOPPED, "new");
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void a_value_that_was_read_and_waits_is_not_written() {
        harness.take("old", "INCR n");
        harness.lose("a");
        harness.shard.read("n", "counted");
        harness.run();

        stop();
        harness.connectNow("a");

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void what_is_on_its_way_may_be_answered() {
        harness.take("old", "INCR n");

        stop();
        takeNext("new", "SET n 1");
        harness.answer("a", ":1", "+OK");

        assertThat(harness.ended).containsExactly(STOPPED, "new");
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void what_was_on_its_way_is_not_sent_again() {
        harness.take("old", "INCR n", "SET m 1");

        stop();
        harness.lose("a");
        harness.connectNow("a");

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.shard.reading).isEmpty();
        assertThat(harness.ended).containsExactly(STOPPED);
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void what_waits_for_a_command_for_every_master_is_not_sent_any_more() {
        takeNext("new", "SCRIPT FLUSH");
        harness.take("old", "INCR n");

        stop();
        takeNext("newer", "SET m 1");
        harness.answer("a", "+OK");

        assertThat(harness.written("a")).containsExactly("SCRIPT FLUSH", "SET m 1");
    }

    @Test
    void what_comes_later_is_not_taken() {
        stop();
        harness.take("old", "INCR n");

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.ended).containsExactly(STOPPED);
    }

    private void stop() {
        harness.router.abandon(harness.shard);
        harness.run();
    }

    private void takeNext(String name, String... lines) {
        harness.take(name, Batches.stream(next, 0, harness.offset(), lines));
        next.offset = harness.offset();
    }
}
