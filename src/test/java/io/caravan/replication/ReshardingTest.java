package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReshardingTest {

    private final Resharding resharding = new Resharding();

    @Test
    void there_is_nothing_to_wait_for_where_no_slot_has_moved() throws ShardStoppedException {
        resharding.none();

        assertThat(resharding.isPassed()).isTrue();
        assertThat(resharding.isOver()).isTrue();
        resharding.awaitPassed();
    }

    @Test
    void it_is_possible_wherever_a_shard_of_several_goes_on() {
        StartingPoint goesOn = StartingPoint.at(new ReplicationPosition("a".repeat(40), 100, 0), 100, false);

        assertThat(Resharding.isPossible(3, true, List.of(goesOn, StartingPoint.ANEW)))
                .isTrue();
        assertThat(Resharding.isPossible(1, true, List.of(goesOn.serving(slots(7)))))
                .as("it has another's slots")
                .isTrue();
        assertThat(Resharding.isPossible(1, true, List.of(goesOn))).isFalse();
        assertThat(Resharding.isPossible(3, true, List.of(StartingPoint.ANEW))).isFalse();
        assertThat(Resharding.isPossible(3, false, List.of(goesOn)))
                .as("nobody would tell where the others are")
                .isFalse();
    }

    @Test
    void it_is_passed_when_each_shard_is_applied_up_to_the_second_offset_that_its_source_says() {
        Resharding.Passage gave = resharding.goesOn(new BitSet(), 100);
        Resharding.Passage got = resharding.goesOn(slots(7), 500);

        got.reached(500);
        got.reached(500); // applied already
        gave.reached(200);
        gave.applied(250);
        assertThat(resharding.isPassed())
                .as("the first may have been asked for before")
                .isFalse();
        gave.reached(300);
        gave.reached(9000); // what came later is of no concern
        gave.applied(299);
        assertThat(resharding.isPassed()).isFalse();
        gave.applied(300);

        assertThat(resharding.isPassed()).isTrue();
        assertThat(resharding.isOver()).as("keys are to be read again").isFalse();
        assertThat(got.gained()).isEqualTo(slots(7));
        got.followed();
        assertThat(resharding.isOver()).isTrue();
        assertThat(got.gained().isEmpty()).isTrue();
    }

    @Test
    void what_a_master_said_that_has_been_replaced_is_not_waited_for() {
        Resharding.Passage gave = resharding.goesOn(new BitSet(), 100);
        resharding.goesOn(slots(7), 500).beginsAnew();
        gave.reached(900);
        gave.reached(900);

        gave.tookOver(300); // it had run no more than that
        gave.applied(300);
        assertThat(resharding.isPassed()).as("the new one may have run more").isFalse();
        assertThat(gave.coversUntil()).isEqualTo(300);
        gave.reached(310);
        gave.reached(320);
        gave.applied(320);

        assertThat(resharding.isPassed()).isTrue();
    }

    @Test
    void who_waits_for_some_time_only_is_told_whether_that_was_enough() throws ShardStoppedException {
        Resharding.Passage gave = resharding.goesOn(new BitSet(), 100);

        assertThat(resharding.awaitPassed(Duration.ofMillis(1))).isFalse();
        gave.reached(100);
        gave.reached(100);
        assertThat(resharding.awaitPassed(Duration.ofMillis(1))).isTrue();
    }

    @Test
    void who_begins_anew_has_what_it_got_in_its_snapshot_if_the_others_are_past() {
        Resharding.Passage gave = resharding.goesOn(new BitSet(), 100);
        Resharding.Passage got = resharding.goesOn(slots(7), 500);

        got.beginsAnew();
        assertThat(got.gained())
                .as("the snapshot may be older than what the other says")
                .isEqualTo(slots(7));
        gave.reached(100);
        gave.reached(100);
        got.beginsAnew();

        assertThat(resharding.isOver()).isTrue();
    }

    @Test
    void who_waits_goes_on_when_it_is_passed() throws Exception {
        Resharding.Passage gave = resharding.goesOn(new BitSet(), 100);
        var waiting = CompletableFuture.runAsync(this::await);

        gave.reached(100);
        assertThat(waiting).isNotDone();
        gave.reached(100);

        waiting.get(10, TimeUnit.SECONDS);
    }

    @Test
    void who_waits_is_let_go_by_a_stop() {
        resharding.goesOn(new BitSet(), 100);
        var waiting = CompletableFuture.runAsync(this::await);

        resharding.close();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .rootCause()
                .isInstanceOf(ShardStoppedException.class);
    }

    private void await() {
        try {
            resharding.awaitPassed();
        } catch (ShardStoppedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static BitSet slots(int slot) {
        var slots = new BitSet();
        slots.set(slot);
        return slots;
    }
}
