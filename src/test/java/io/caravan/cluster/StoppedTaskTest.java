package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.HashSlot;
import java.util.List;
import java.util.stream.IntStream;
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
    void a_flush_that_waits_for_a_master_is_not_run_any_more() {
        harness.lose("a");
        harness.take("old", "FLUSHALL", "INCR n");
        takeNext("new", "SET m 1");

        stop();
        harness.connectNow("a");

        assertThat(harness.written("a")).containsExactly("SET m 1");
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly(STOPPED, "new");
    }

    @Test
    void readings_that_never_end_leave_room_for_others() {
        harness.take(
                "old",
                IntStream.range(0, 64).mapToObj(i -> "CARAVAN.REFRESH n" + i).toArray(String[]::new));

        stop();
        takeNext("new", "CARAVAN.REFRESH m");

        assertThat(next.reading).containsOnlyKeys("m");
    }

    @Test
    void what_was_lost_of_an_earlier_run_has_the_next_one_begin_anew() {
        CommandBatch batch = Batches.stream(harness.shard, 0, 1000, "INCR n");
        harness.take("old", batch);
        harness.answer("a", ":1");
        stop();
        takeNext("new", "SET m 1");

        harness.router.lost().repair("destination a has lost something", List.of(batch), HashSlot.all());

        assertThat(next.anew).hasSize(1);
        assertThat(harness.shard.anew).isEmpty();
    }

    @Test
    void groups_with_checkpoints_that_wait_are_not_sent_any_more() {
        var inSlot = RouterHarness.inSlot(DestinationSettings.OnError.FAIL);
        inSlot.lose("a");
        inSlot.take("old", "INCR n", "INCR n");

        inSlot.router.abandon(inSlot.shard);
        inSlot.connectNow("a");

        assertThat(inSlot.written("a")).isEmpty();
        assertThat(inSlot.ended).containsExactly(STOPPED);
        assertThat(inSlot.router.hasFences()).isFalse();
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
