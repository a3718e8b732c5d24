package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.node.SlotRanges;
import io.caravan.servers.Await;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReturnedSlotsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Resharding resharding = new Resharding();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void slots_that_the_shard_does_not_have_are_no_concern() throws Exception {
        var returned = new ReturnedSlots(slots("0-99"), resharding.none(), asked::incrementAndGet);

        assertThat(returned.arrive(slots("100"), 5000)).isFalse();

        assertThat(returned.isEmpty()).isTrue();
        assertThat(asked).hasValue(0);
    }

    @Test
    void what_comes_behind_an_arrival_waits_until_the_record_says_so_and_once_only() throws Exception {
        var returned = new ReturnedSlots(slots("0-99"), resharding.none(), asked::incrementAndGet);
        CompletableFuture<Boolean> waiting = arriving(returned, "5", 5000);
        Await.until("it is asked for", PATIENCE, () -> asked.get() == 1);
        returned.written(new BitSet());
        assertThat(waiting).isNotDone();
        assertThat(returned.arrivals()).as("nobody may act on it yet").isEmpty();
        assertThat(returned.contains(5)).as("met by commands from now on").isTrue();

        returned.written(returned.slots());

        assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(returned.arrive(slots("5"), 6000)).as("is known already").isFalse();
        assertThat(asked).hasValue(1);
        assertThat(returned.arrivals()).isEqualTo(Map.of(5, 6000L));
        assertThat(returned.slots()).isEqualTo(slots("5"));
    }

    @Test
    void what_the_shard_has_got_before_the_session_arrives_in_its_stream_and_has_not_come_back() throws Exception {
        Resharding.Passage got = resharding.goesOn(slots("7"), 1000);
        resharding.goesOn(new BitSet(), 1000);
        var returned = new ReturnedSlots(slots("0-99"), got, null);

        assertThat(returned.arrive(slots("7"), 2000)).isFalse();
        assertThat(returned.arrive(slots("8"), 2000))
                .as("another, of which nobody knew")
                .isTrue();
        got.reached(3000);
        got.reached(3500);
        assertThat(returned.arrive(slots("7"), 3000)).isFalse();

        assertThat(returned.arrive(slots("7"), 3001)).as("away and back again").isTrue();
        assertThat(returned.slots()).isEqualTo(slots("7-8"));
        assertThat(returned.arrivals()).isEqualTo(Map.of(7, 3001L, 8, 2000L));
    }

    @Test
    void what_has_arrived_behind_the_beginning_of_the_session_turns_out_when_the_source_says_where_that_was()
            throws Exception {
        Resharding.Passage got = resharding.goesOn(slots("7"), 1000);
        resharding.goesOn(new BitSet(), 1000);
        var returned = new ReturnedSlots(slots("0-99"), got, null);
        assertThat(returned.arrive(slots("7"), 2000)).isFalse();

        got.reached(1500);

        assertThat(returned.slots()).isEqualTo(slots("7"));
    }

    @Test
    void behind_a_snapshot_whatever_arrives_has_come_back() throws Exception {
        Resharding.Passage got = resharding.goesOn(slots("7"), 1000);
        var returned = new ReturnedSlots(slots("0-99"), got, null);

        got.beginsAnew();

        assertThat(returned.arrive(slots("7"), 10)).isTrue();
    }

    @Test
    void who_waits_is_let_go_by_a_stop() {
        var returned = new ReturnedSlots(slots("0-99"), resharding.none(), asked::incrementAndGet);
        CompletableFuture<Boolean> waiting = arriving(returned, "5", 5000);
        Await.until("it is asked for", PATIENCE, () -> asked.get() == 1);

        returned.close();

        assertThatThrownBy(waiting::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseInstanceOf(ShardStoppedException.class);
    }

    private static CompletableFuture<Boolean> arriving(ReturnedSlots returned, String slots, long offset) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return returned.arrive(slots(slots), offset);
            } catch (ShardStoppedException e) {
                throw new CompletionException(e);
            }
        });
    }

    private static BitSet slots(String ranges) {
        return SlotRanges.parse(ranges);
    }
}
