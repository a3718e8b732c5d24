package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.HashSlot;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a source shard says of slots that it has given to another, and of those that it was given. */
class MovedSlotsTest {

    private final RouterHarness harness = RouterHarness.cluster();

    @Test
    void what_a_shard_removes_of_a_slot_that_it_has_given_away_counts_for_nothing() {
        harness.shard.slots.clear(slot("foo"));

        harness.take("batch", "UNLINK foo", "DEL bar", "DEL {foo}1 {foo}2", "SET foo 1");

        assertThat(harness.written("a")).containsExactly("DEL bar", "SET foo 1");
    }

    @Test
    void a_key_in_doubt_of_a_slot_that_it_has_given_away_is_left_to_the_other_shard() {
        harness.shard.slots.clear(slot("foo"));

        harness.take("batch", "CARAVAN.REFRESH foo", "CARAVAN.REFRESH bar");

        assertThat(harness.shard.reading).containsOnlyKeys("bar");
        harness.shard.read("bar", "value");
        harness.run();
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void only_keys_of_slots_that_it_was_given_may_be_others_than_its_stream_takes_them_for() {
        harness.shard.stale.clear();
        harness.shard.stale.set(slot("foo"));

        harness.take("batch", Batches.onStaleKeys(harness.shard, "APPEND foo x", "APPEND bar x"));

        assertThat(harness.shard.reading).containsOnlyKeys("foo");
        assertThat(harness.written("a")).containsExactly("APPEND bar x");
    }

    private static int slot(String key) {
        return HashSlot.of(key.getBytes(StandardCharsets.UTF_8));
    }
}
