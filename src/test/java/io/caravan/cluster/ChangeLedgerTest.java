package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.Replies;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The letters are those of the invariants of {@link ChangeLedger}. */
class ChangeLedgerTest {

    private final ChangeLedger ledger = new ChangeLedger();
    private final RouterHarness.Shard a = shard("a");
    private final RouterHarness.Shard b = shard("b");

    @Test
    void invariant_A_a_change_that_every_shard_brings_is_applied_once() {
        assertThat(brings(a, "FUNCTION LOAD x")).isTrue();
        assertThat(brings(b, "FUNCTION LOAD x")).isFalse();
    }

    @Test
    void invariant_A_what_is_loaded_deleted_and_loaded_again_is_loaded_twice() {
        assertThat(brings(a, "FUNCTION LOAD x")).isTrue();
        assertThat(brings(a, "FUNCTION DELETE x")).isTrue();
        assertThat(brings(b, "FUNCTION LOAD x")).isFalse();
        assertThat(brings(a, "FUNCTION LOAD x")).isTrue();
        assertThat(brings(b, "FUNCTION DELETE x")).isFalse();
        assertThat(brings(b, "FUNCTION LOAD x")).isFalse();
        assertThat(brings(b, "FUNCTION DELETE x")).isTrue();
        assertThat(brings(a, "FUNCTION DELETE x")).isFalse();
    }

    @Test
    void invariant_B_what_a_shard_that_joined_later_brings_is_applied() {
        brings(a, "SCRIPT LOAD x");
        brings(b, "SCRIPT LOAD x");

        RouterHarness.Shard later = shard("later");

        assertThat(brings(later, "SCRIPT LOAD x")).isTrue();
        assertThat(brings(a, "SCRIPT LOAD x")).isFalse();
    }

    @Test
    void invariant_C_what_the_snapshots_bring_is_applied_once() {
        assertThat(brings(snapshot(a, "FUNCTION LOAD x"))).isTrue();
        assertThat(brings(snapshot(b, "FUNCTION LOAD x"))).isFalse();
        assertThat(brings(snapshot(b, "FUNCTION LOAD y"))).isTrue();
    }

    @Test
    void invariant_C_a_snapshot_after_a_change_is_applied() {
        brings(snapshot(a, "FUNCTION LOAD x"));
        brings(a, "FUNCTION DELETE x");

        assertThat(brings(snapshot(b, "FUNCTION LOAD x"))).isTrue();
    }

    @Test
    void invariant_A_an_index_that_a_module_makes_on_every_master_is_made_once() {
        a.commands = CommandTable.standard()
                .with(Replies.of(List.of(List.of("ft.create", -2, List.of("write", "module"), 0, 0, 0))));
        b.commands = a.commands;

        assertThat(brings(a, "FT.CREATE index")).isTrue();
        assertThat(brings(b, "FT.CREATE index")).isFalse();
    }

    @Test
    void what_is_each_shards_own_is_always_applied() {
        assertThat(brings(a, "FLUSHALL")).isTrue();
        assertThat(brings(b, "FLUSHALL")).isTrue();
    }

    private RouterHarness.Shard shard(String name) {
        var shard = new RouterHarness.Shard(name);
        ledger.joins(shard);
        return shard;
    }

    private boolean brings(RouterHarness.Shard shard, String command) {
        return brings(Batches.stream(shard, 0, 1000, command));
    }

    private boolean brings(CommandBatch batch) {
        return ledger.isNew(batch, 0);
    }

    private static CommandBatch snapshot(RouterHarness.Shard shard, String command) {
        return Batches.snapshot(shard, command);
    }
}
