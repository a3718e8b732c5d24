package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.cluster.DestinationSettings.OnError;
import io.caravan.command.Batches;
import io.caravan.command.HashSlot;
import io.caravan.command.SlotTags;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is sent together with a checkpoint, what its answers mean, and what is asked before something is sent again. */
class SlotCheckpointsTest {

    private static final String NOT_TO_BE_READ = "keys are not to be read again (inDoubt=IN_SLOT)";

    private RouterHarness harness = RouterHarness.inSlot(OnError.FAIL);
    private long offset = 1000;
    private long sequence;
    private long repeatedUntil;

    @Test
    void what_may_be_applied_twice_is_sent_as_it_is() {
        take("batch", "SET k 1", "DEL k", "PUBLISH channel message");

        assertThat(harness.written("a")).containsExactly("SET k 1", "DEL k", "PUBLISH channel message");
    }

    @Test
    void what_may_not_goes_in_one_transaction_with_the_checkpoint_of_its_slot() {
        long end = take("batch", "INCR k");

        assertThat(harness.written("a")).containsExactly("MULTI", "INCR k", checkpoint("k", end), "EXEC");
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1");
        assertThat(harness.ended).isEmpty();
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.router.holdsNothingBack()).isTrue();
    }

    @Test
    void a_transaction_gets_the_checkpoint_inside() {
        long end = take("batch", "MULTI", "INCR k", "SET k2{k} 1", "EXEC");

        assertThat(harness.written("a"))
                .containsExactly(
                        "MULTI",
                        "INCR k",
                        "SET k2{k} 1",
                        checkpoint("k", end - "*1\r\n$4\r\nEXEC\r\n".length()),
                        "EXEC");
    }

    @Test
    void invariant_E_what_comes_meanwhile_waits_and_makes_the_next_transaction() {
        take("first", "INCR k");
        harness.written("a");

        take("second", "SET k 5", "INCR other");
        long end = take("third", "INCR k");

        assertThat(harness.written("a"))
                .as("another slot")
                .startsWith("MULTI", "INCR other")
                .noneMatch(command -> command.equals("SET k 5"));
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", "+OK");
        assertThat(harness.written("a")).containsExactly("MULTI", "SET k 5", "INCR k", checkpoint("k", end), "EXEC");
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", "+OK");
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "+QUEUED", "*3", "+OK", ":6", "+OK");
        assertThat(harness.ended).containsExactly("first", "second", "third");
    }

    @Test
    void units_of_a_batch_that_share_a_slot_share_a_transaction() {
        long end = take("batch", "INCR k", "SET k 3", "INCR k");

        assertThat(harness.written("a"))
                .containsExactly("MULTI", "INCR k", "SET k 3", "INCR k", checkpoint("k", end), "EXEC");
    }

    @Test
    void what_waits_and_needs_no_checkpoint_goes_without() {
        take("first", "INCR k");
        harness.written("a");
        take("second", "SET k 5", "DEL k");

        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", "+OK");

        assertThat(harness.written("a")).containsExactly("SET k 5", "DEL k");
        assertThat(harness.router.holdsNothingBack()).isTrue();
    }

    @Test
    void an_error_inside_the_answer_is_that_of_its_unit() {
        harness = RouterHarness.inSlot(OnError.SKIP);
        take("first", "INCR k");
        take("second", "APPEND k x", "NEWCOMMAND k");
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", "+OK");

        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "+QUEUED", "*3", ":2", "-ERR not today", "+OK");

        assertThat(harness.refused.counts()).containsOnlyKeys("NEWCOMMAND ERR");
        assertThat(harness.ended).containsExactly("first", "second");
    }

    @Test
    void an_error_inside_a_transaction_over_several_databases_is_not_overlooked() {
        harness = RouterHarness.standardInSlot();
        take("batch", "MULTI", "INCR k", "[2] NEWCOMMAND other", "EXEC");
        harness.answer("a", "+OK", "+OK"); // databases may be chosen
        assertThat(harness.written("a")).containsSequence("INCR k", "SELECT 2", "NEWCOMMAND other", "SELECT 0");

        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "+QUEUED", "+QUEUED", "+QUEUED");
        harness.answer("a", "*5", ":1", "+OK", "-ERR not today", "+OK", "+OK");

        assertThat(harness.ended).singleElement().asString().contains("failed", "not today");
    }

    @Test
    void a_script_without_keys_that_may_have_been_run_has_the_shard_begin_anew() {
        harness.takeRepeated("batch", "EVAL script 0");

        assertThat(harness.shard.anew).singleElement().asString().contains("a command without keys");
        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void units_that_are_refused_together_go_each_by_itself() {
        harness = RouterHarness.inSlot(OnError.SKIP);
        long end = take("batch", "INCR k", "NEWCOMMAND k", "INCR k");
        harness.written("a");

        harness.answer(
                "a",
                "+OK",
                "+QUEUED",
                "-ERR unknown command",
                "+QUEUED",
                "+QUEUED",
                "-EXECABORT Transaction discarded because of previous errors.");

        assertThat(harness.written("a")).startsWith("MULTI", "INCR k").hasSize(4);
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", "+OK");
        assertThat(harness.written("a")).startsWith("MULTI", "NEWCOMMAND k").hasSize(4);
        harness.answer("a", "+OK", "-ERR unknown command", "+QUEUED", "-EXECABORT Transaction discarded");
        assertThat(harness.written("a")).containsExactly("MULTI", "INCR k", checkpoint("k", end), "EXEC");
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":2", "+OK");
        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.refused.counts()).containsEntry("NEWCOMMAND ERR", 1L);
    }

    @Test
    void a_node_that_cannot_serve_is_asked_again_with_the_same_transaction() {
        take("batch", "INCR k");
        List<String> sent = harness.written("a");

        harness.answer(
                "a",
                "+OK",
                "+QUEUED",
                "+QUEUED",
                "-EXECABORT Transaction discarded because of: OOM command not allowed");

        assertThat(harness.wanted).contains("waits a OOM");
        harness.tick();
        assertThat(harness.written("a")).isEqualTo(sent);
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", "+OK");
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void redirections_lead_the_transaction_to_its_node() {
        take("batch", "INCR k");
        List<String> sent = harness.written("a");
        int slot = HashSlot.of("k".getBytes(StandardCharsets.UTF_8));

        harness.answer(
                "a",
                "+OK",
                "-ASK " + slot + " b:1",
                "+QUEUED",
                "-EXECABORT Transaction discarded because of previous errors.");

        var asked = new ArrayList<>(List.of("ASKING"));
        asked.addAll(sent);
        assertThat(harness.written("b")).isEqualTo(asked);
        harness.answer(
                "b", "+OK", "+OK", "+QUEUED", "+QUEUED", "-TRYAGAIN Multiple keys request during rehashing of slot");
        harness.tick();
        assertThat(harness.written("a")).as("the owner says again whom to ask").isEqualTo(sent);
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", "+OK");
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_lost_answer_is_asked_for_and_what_was_applied_is_not_sent_again() {
        long end = take("batch", "INCR k");
        harness.written("a");

        harness.lose("a");
        assertThat(harness.asked).as("the node may still run it").isEmpty();
        harness.connectNow("a");
        assertThat(harness.written("a")).isEmpty();
        harness.tell(key("k"), "o" + end + ".0");

        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void a_lost_answer_is_asked_for_and_what_was_not_applied_is_sent_again() {
        take("batch", "INCR k");
        List<String> sent = harness.written("a");

        harness.lose("a");
        harness.connectNow("a");
        harness.tell(key("k"), "o1000.0");

        assertThat(harness.written("a")).isEqualTo(sent);
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", "+OK");
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void invariant_F_of_what_an_earlier_process_may_have_applied_the_checkpoint_decides() {
        repeatedUntil = Long.MAX_VALUE;
        take("first", "SET k 5");
        long applied = take("second", "INCR k");
        take("third", "SET k 9", "INCR k");

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.asked).containsOnlyKeys(key("k"));
        harness.tell(key("k"), "o" + applied + ".0");

        assertThat(harness.ended).containsExactly("first", "second");
        assertThat(harness.written("a")).startsWith("MULTI", "SET k 9", "INCR k");
    }

    @Test
    void a_slot_without_a_checkpoint_has_had_nothing_but_what_may_be_applied_twice() {
        repeatedUntil = Long.MAX_VALUE;
        take("batch", "SET k 5", "INCR k");

        harness.tell(key("k"), null);

        assertThat(harness.written("a")).startsWith("MULTI", "SET k 5", "INCR k");
    }

    @Test
    void a_standard_server_has_one_checkpoint() {
        harness = RouterHarness.standardInSlot();
        long end = take("batch", "INCR k", "[2] INCR other");

        assertThat(harness.written("a")).startsWith("MULTI", "INCR k").hasSize(4);
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", "+OK");
        assertThat(harness.written("a")).containsExactly("SELECT 2");
        harness.answer("a", "+OK");
        assertThat(harness.written("a")).containsExactly("SELECT 0");
        harness.answer("a", "+OK");
        assertThat(harness.written("a"))
                .containsExactly(
                        "SELECT 2",
                        "MULTI",
                        "INCR other",
                        "SELECT 0",
                        "SET caravan:unit:{" + tag(0) + "}" + Batches.LINEAGE + " o" + end + ".0",
                        "EXEC");
        harness.answer("a", "+OK", "+OK", "+QUEUED", "+QUEUED", "+QUEUED", "*3", ":1", "+OK", "+OK");
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_value_that_differs_has_the_shard_begin_anew() {
        take("batch", "INCR k");

        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", "-WRONGTYPE Operation against a key", "+OK");

        assertThat(harness.shard.anew).singleElement().asString().contains(NOT_TO_BE_READ);
        assertThat(harness.shard.reading).isEmpty();
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void what_only_reading_could_bring_is_refused() {
        take("batch", "RENAME a b");

        assertThat(harness.ended).singleElement().asString().contains("failed: RENAME of key 'a'", "hash tag");
        assertThat(harness.shard.reading).isEmpty();
    }

    @Test
    void a_flush_that_may_have_been_run_has_the_shard_begin_anew() {
        repeatedUntil = Long.MAX_VALUE;
        take("batch", "FLUSHALL");

        assertThat(harness.shard.anew).hasSize(1);
        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_flush_waits_for_transactions_that_are_on_their_way() {
        take("batch", "INCR k", "FLUSHALL", "INCR k");

        assertThat(harness.written("a")).startsWith("MULTI", "INCR k").hasSize(4);
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", "+OK");
        assertThat(harness.written("a")).containsExactly("FLUSHALL");
        harness.answer("a", "+OK");
        assertThat(harness.written("a")).startsWith("MULTI", "INCR k").hasSize(4);
    }

    @Test
    void a_master_that_was_replaced_has_the_shard_begin_anew() {
        harness.router.recent().replicas(true);
        take("batch", "INCR k");
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", "+OK");

        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.shard.anew).singleElement().asString().contains("has been replaced as master");
        assertThat(harness.shard.reading).isEmpty();
    }

    private long take(String name, String... lines) {
        var batch = Batches.inLineage(harness.shard, sequence++, offset, repeatedUntil, lines);
        offset = batch.origin().endOffset();
        harness.take(name, batch);
        return offset;
    }

    private static String checkpoint(String key, long offset) {
        return "SET " + key(key) + " o" + offset + ".0";
    }

    private static String key(String key) {
        return "caravan:unit:{" + tag(HashSlot.of(key.getBytes(StandardCharsets.UTF_8))) + "}" + Batches.LINEAGE;
    }

    private static String tag(int slot) {
        return new String(SlotTags.of(slot), StandardCharsets.US_ASCII);
    }
}
