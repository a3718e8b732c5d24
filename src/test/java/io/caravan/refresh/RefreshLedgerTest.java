package io.caravan.refresh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.FakeShard;
import io.caravan.command.SourceShard;
import org.junit.jupiter.api.Test;

class RefreshLedgerTest {

    private final RefreshLedger ledger = new RefreshLedger();
    private final SourceShard shard = new FakeShard("a");

    @Test
    void commands_up_to_the_offset_of_the_reading_are_contained_in_it() {
        ledger.refreshed(SourceKey.of(shard, 0, bytes("key")), 100);

        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("key")), 99)).isTrue();
        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("key")), 100)).isTrue();
        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("key")), 101)).isFalse();
    }

    @Test
    void other_keys_databases_and_shards_are_not_concerned() {
        ledger.refreshed(SourceKey.of(shard, 0, bytes("key")), 100);

        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("other")), 50)).isFalse();
        assertThat(ledger.contains(SourceKey.of(shard, 1, bytes("key")), 50)).isFalse();
        assertThat(ledger.contains(SourceKey.of(new FakeShard("b"), 0, bytes("key")), 50))
                .isFalse();
    }

    @Test
    void of_two_readings_the_later_counts_whatever_their_order() {
        ledger.refreshed(SourceKey.of(shard, 0, bytes("key")), 200);
        ledger.refreshed(SourceKey.of(shard, 0, bytes("key")), 100);

        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("key")), 150)).isTrue();
    }

    @Test
    void a_reading_is_forgotten_once_the_stream_of_its_shard_has_passed_it() {
        SourceShard other = new FakeShard("b");
        ledger.refreshed(SourceKey.of(shard, 0, bytes("early")), 100);
        ledger.refreshed(SourceKey.of(shard, 0, bytes("late")), 200);
        ledger.refreshed(SourceKey.of(other, 0, bytes("early")), 100);

        ledger.passed(shard, 150);

        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("early")), 50)).isFalse();
        assertThat(ledger.contains(SourceKey.of(shard, 0, bytes("late")), 50)).isTrue();
        assertThat(ledger.contains(SourceKey.of(other, 0, bytes("early")), 50)).isTrue();
        ledger.passed(shard, 200);
        ledger.passed(other, 200);
        assertThat(ledger.isEmpty()).isTrue();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
