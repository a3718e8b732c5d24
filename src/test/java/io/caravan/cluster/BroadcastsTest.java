package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A unit for every master, while a node stops being one before it has answered. */
class BroadcastsTest {

    private final RouterHarness harness = RouterHarness.cluster();
    private Wire formerMaster;

    @BeforeEach
    void two_masters() {
        harness.serve("b", "bar");
        formerMaster = harness.wire("b");
        formerMaster.tellsLater();
    }

    private void onlyTheOtherAnswersBeforeItTakesOver() {
        harness.answer("a", "+OK");
        harness.written("a");
        formerMaster.lose();
        harness.serve("a", "bar");
        formerMaster.tellLoss();
        harness.run();
    }

    @Test
    void a_lost_answer_of_a_broadcast_that_is_over_is_not_counted_for_the_next_one() {
        harness.take("batch", "SCRIPT LOAD x", "SCRIPT LOAD y", "SCRIPT LOAD z");
        onlyTheOtherAnswersBeforeItTakesOver();

        harness.tick();
        assertThat(harness.written("a")).containsExactly("SCRIPT LOAD y");
        harness.answer("a", "+OK");
        assertThat(harness.written("a")).containsExactly("SCRIPT LOAD z");
        assertThat(harness.ended).isEmpty();
        harness.answer("a", "+OK");

        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_batch_does_not_end_before_what_follows_a_broadcast_is_answered() {
        harness.take("batch", "SCRIPT LOAD x", "SET foo 1", "SET foo 2");
        onlyTheOtherAnswersBeforeItTakesOver();

        assertThat(harness.written("a")).containsExactly("SET foo 1", "SET foo 2");
        harness.answer("a", "+OK");
        assertThat(harness.ended).isEmpty();
        harness.answer("a", "+OK");

        assertThat(harness.ended).containsExactly("batch");
    }
}
