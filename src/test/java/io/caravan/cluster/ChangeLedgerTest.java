package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.Replies;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
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
    void invariant_C_what_a_snapshot_brings_after_a_master_has_lost_something_is_applied() {
        brings(snapshot(a, "FUNCTION LOAD x"));
        ledger.mayBeLost();

        assertThat(brings(snapshot(a, "FUNCTION LOAD x"))).isTrue();
        assertThat(brings(snapshot(b, "FUNCTION LOAD x"))).isFalse();
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
    void invariant_D_what_another_shard_has_undone_since_is_done_again() {
        assertThat(brings(a, "FUNCTION LOAD x"))
                .isTrue(); // A's checkpoint lies behind the DELETE before it, B's does not
        assertThat(brings(b, "FUNCTION DELETE x")).isTrue();
        assertThat(brings(b, "FUNCTION LOAD x")).isTrue();

        brings(a, "FUNCTION DELETE x");
        assertThat(brings(b, "FUNCTION DELETE x")).isTrue();
    }

    @Test
    void invariant_D_what_another_shard_has_done_again_is_undone_again() {
        assertThat(brings(a, "FUNCTION DELETE x"))
                .isTrue(); // A's checkpoint lies behind the LOAD before it, B's does not
        assertThat(brings(b, "FUNCTION LOAD x")).isTrue();
        assertThat(brings(b, "FUNCTION DELETE x")).isTrue();
    }

    @Test
    void invariant_D_a_snapshot_from_before_a_change_is_followed_by_it() {
        assertThat(brings(a, "FUNCTION DELETE x")).isTrue();
        assertThat(brings(snapshot(b, "FUNCTION LOAD x"))).isTrue();
        assertThat(brings(b, "FUNCTION DELETE x")).isTrue();
    }

    @Test
    void invariant_D_a_shard_that_is_only_behind_undoes_nothing() {
        brings(a, "FUNCTION LOAD x 1");
        brings(a, "FUNCTION LOAD x 2");
        brings(a, "FUNCTION DELETE x");
        brings(a, "FUNCTION LOAD x 2");

        assertThat(brings(b, "FUNCTION LOAD x 1")).isFalse();
        assertThat(brings(b, "FUNCTION LOAD x 2")).isFalse();
        assertThat(brings(b, "FUNCTION DELETE x")).isFalse();
        assertThat(brings(b, "FUNCTION LOAD x 2")).isFalse();
    }

    /** Wherever each of them begins, and however they mix: what was changed last at the source is so at the destination. */
    @RepeatedTest(300)
    void invariant_D_at_the_end_of_all_streams_the_last_change_counts(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        List<String> kinds = List.of("LOAD x 1", "LOAD x 2", "DELETE x", "FLUSH");
        List<String> stream = random.ints(1 + random.nextInt(8), 0, kinds.size())
                .mapToObj(kind -> "FUNCTION " + kinds.get(kind))
                .toList();
        List<RouterHarness.Shard> shards = List.of(a, b, shard("c"));
        int[] next = random.ints(shards.size(), 0, stream.size()).toArray();
        String last = stream.get(stream.size() - 1);
        String applied = "";

        while (IntStream.of(next).anyMatch(place -> place < stream.size())) {
            int shard = random.nextInt(shards.size());
            if (next[shard] < stream.size()) {
                String change = stream.get(next[shard]++);
                applied = brings(shards.get(shard), change) ? change : applied;
            }
        }

        assertThat(applied)
                .as("%s, seed %d", stream, repetition.getCurrentRepetition())
                .isEqualTo(last);
    }

    @Test
    void invariant_A_a_modules_command_is_counted_whatever_came_between() {
        a.commands = CommandTable.standard()
                .with(Replies.of(List.of(
                        List.of("ft.create", -2, List.of("write", "module"), 0, 0, 0),
                        List.of("ft.dropindex", -2, List.of("write", "module"), 0, 0, 0))));
        b.commands = a.commands;
        brings(a, "FT.DROPINDEX index DD");

        assertThat(brings(b, "FT.CREATE index")).isTrue();
        assertThat(brings(b, "FT.DROPINDEX index DD")).as("it removes keys").isFalse();
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
