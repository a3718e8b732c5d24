package io.caravan.refresh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.FakeShard;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import org.junit.jupiter.api.Test;

class RefreshLedgerTest {

    private final RefreshLedger ledger = new RefreshLedger();
    private final SourceShard shard = new FakeShard("a");

    @Test
    void commands_up_to_the_offset_of_the_reading_are_contained_in_it() {
        ledger.refreshed(SourceKey.of(shard, 0, bytes("key")), at(100));

        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("key")), at(99)))
                .isTrue();
        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("key")), at(100)))
                .isTrue();
        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("key")), at(101)))
                .isFalse();
    }

    @Test
    void other_keys_databases_and_shards_are_not_concerned() {
        ledger.refreshed(SourceKey.of(shard, 0, bytes("key")), at(100));

        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("other")), at(50)))
                .isFalse();
        assertThat(ledger.contains(SourceKey.of(shard, 1, bytes("key")), at(50)))
                .isFalse();
        assertThat(ledger.contains(SourceKey.of(new FakeShard("b"), 0, bytes("key")), at(50)))
                .isFalse();
    }

    @Test
    void of_two_readings_the_later_counts_whatever_their_order() {
        ledger.refreshed(SourceKey.of(shard, 0, bytes("key")), at(200));
        ledger.refreshed(SourceKey.of(shard, 0, bytes("key")), at(100));

        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("key")), at(150)))
                .isTrue();
    }

    @Test
    void a_reading_is_forgotten_once_the_stream_of_its_shard_has_passed_it() {
        SourceShard other = new FakeShard("b");
        ledger.refreshed(SourceKey.of(shard, 0, bytes("early")), at(100));
        ledger.refreshed(SourceKey.of(shard, 0, bytes("late")), at(200));
        ledger.refreshed(SourceKey.of(other, 0, bytes("early")), at(100));

        ledger.passed(shard, at(150));

        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("early")), at(50)))
                .isFalse();
        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("late")), at(50)))
                .isTrue();
        assertThat(ledger.contains(SourceKey.of(other, 0, bytes("early")), at(50)))
                .isTrue();
        ledger.passed(shard, at(200));
        ledger.passed(other, at(200));
        assertThat(ledger.isEmpty()).isTrue();
    }

    @Test
    void a_reading_of_a_later_history_contains_everything_of_an_earlier_one_and_not_the_other_way_round() {
        ledger.refreshed(SourceKey.of(shard, 0, bytes("early")), new StreamPoint(0, 9000));
        ledger.refreshed(SourceKey.of(shard, 0, bytes("late")), new StreamPoint(1, 100));

        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("early")), new StreamPoint(1, 50)))
                .isFalse();
        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("late")), new StreamPoint(0, 5000)))
                .isTrue();
        ledger.passed(shard, new StreamPoint(1, 50));
        assertThat(ledger.readBehind(shard, StreamPoint.START)).containsExactly(SourceKey.of(shard, 0, bytes("late")));
    }

    private static StreamPoint at(long offset) {
        return new StreamPoint(0, offset);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
