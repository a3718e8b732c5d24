package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.cluster.DestinationSettings.OnError;
import io.caravan.command.CommandCursor;
import io.caravan.resp.Typed;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a key that was read again is written to a destination that speaks another dialect. */
class RefreshLanesTest {

    private final RouterHarness harness = RouterHarness.cluster();

    @Test
    void what_was_read_is_put_into_a_form_that_the_destination_takes() {
        harness.adapter = batch ->
                batch.edit(command -> command.replace(Typed.bytes("SET"), key(command), Typed.bytes("adapted")));

        refresh("foo");

        assertThat(harness.written("a")).containsExactly("SET foo adapted");
    }

    @Test
    void a_value_that_takes_several_commands_is_written_at_once() {
        harness.adapter = batch -> batch.edit(command -> {
            if (command.spec().name().equals("RESTORE")) {
                byte[] key = key(command);
                command.replace(Typed.bytes("UNLINK"), key);
                command.insertAfter(Typed.bytes("RPUSH"), key, Typed.bytes("element"));
            }
        });

        refresh("foo");

        assertThat(harness.written("a")).containsExactly("MULTI", "UNLINK foo", "RPUSH foo element", "EXEC");
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2", ":1", ":1");
        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void a_value_that_the_destination_cannot_hold_fails_the_batch() {
        harness.adapter = batch -> batch.edit(command -> command.refuse("it has fields that expire"));

        refresh("foo");
        harness.tick();

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.ended)
                .singleElement()
                .asString()
                .startsWith("batch failed: ")
                .contains("key 'foo'", "it has fields that expire");
        assertThat(harness.refused.counts()).containsOnlyKeys("RESTORE UNREPRESENTABLE");
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void a_value_that_the_destination_cannot_hold_is_left_out_where_that_is_wanted() {
        var skipping = RouterHarness.cluster(OnError.SKIP, Duration.ZERO);
        skipping.adapter = batch -> batch.edit(command -> {
            if (command.spec().name().equals("RESTORE")) {
                byte[] key = key(command);
                command.insertAfter(Typed.bytes("UNLINK"), key);
                command.refuse("it has fields that expire");
            }
        });

        skipping.take("batch", "CARAVAN.REFRESH foo");
        skipping.shard.read("foo", "payload");
        skipping.run();

        assertThat(skipping.written("a")).containsExactly("MULTI", "UNLINK foo", "EXEC");
        skipping.answer("a", "+OK", "+QUEUED", "*1", ":1");
        assertThat(skipping.ended).containsExactly("batch");
    }

    @Test
    void a_key_of_another_database_is_not_read_into_a_clusters_only_one() {
        harness.take("batch", "[3] CARAVAN.REFRESH foo");

        assertThat(harness.shard.reading).isEmpty();
        assertThat(harness.ended).singleElement().asString().contains("a cluster has database 0 only");
    }

    @Test
    void a_script_that_fails_may_have_failed_at_the_source_too_so_its_keys_are_read_again() {
        harness.take("batch", "EVALSHA f40e 1 foo v");

        harness.answer("a", "-WRONGTYPE Operation against a key holding the wrong kind of value script: f40e");
        assertThat(harness.shard.reading).containsOnlyKeys("foo");
        harness.shard.read("foo", "payload");
        harness.run();
        harness.answer("a", "+OK");

        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_script_that_fails_and_names_no_key_is_refused() {
        harness.take("batch", "EVAL script 0");

        harness.answer("a", "-ERR Error running script");

        assertThat(harness.shard.reading).isEmpty();
        assertThat(harness.ended).singleElement().asString().contains("batch failed");
    }

    @Test
    void what_was_read_of_writes_that_a_fail_over_of_the_source_has_lost_is_read_once_more() {
        harness.take("batch", "CARAVAN.REFRESH foo");
        long taken = harness.offset();
        harness.shard.read("foo", "with what is lost", 0, taken + 500);
        harness.run();
        assertThat(harness.written("a")).containsExactly("RESTORE foo 0 with what is lost REPLACE");
        harness.answer("a", "+OK");

        harness.anotherMasterTakesOver();
        harness.take("of the new master", "APPEND foo .1");
        assertThat(harness.written("a")).as("it waits for the reading").isEmpty();
        harness.shard.read("foo", "as it is", 0, harness.offset() - 1);
        harness.run();
        assertThat(harness.putRight).isZero();
        harness.answer("a", "+OK", ":1");

        assertThat(harness.written("a"))
                .as("the reading before does not contain it")
                .containsExactly("RESTORE foo 0 as it is REPLACE", "APPEND foo .1");
        assertThat(harness.ended).containsExactly("batch", "of the new master");
        assertThat(harness.putRight).isOne();
    }

    @Test
    void what_was_read_at_the_master_before_and_is_not_written_yet_is_read_once_more() {
        harness.take("batch", "CARAVAN.REFRESH foo");
        harness.lose("a");
        harness.shard.read("foo", "with what is lost", 0, harness.offset() + 500);
        harness.run();

        harness.anotherMasterTakesOver();
        harness.shard.read("foo", "as it is");
        harness.run();
        harness.connectNow("a");
        harness.tick();
        harness.shard.read("foo", "as it is"); // in place of the value that was not written
        harness.run();
        harness.answer("a", "+OK", "+OK");

        assertThat(harness.written("a")).isNotEmpty().containsOnly("RESTORE foo 0 as it is REPLACE");
        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.putRight).isOne();
    }

    @Test
    void where_nothing_was_read_that_may_be_lost_it_is_put_right_at_once() {
        harness.anotherMasterTakesOver();

        assertThat(harness.putRight).isOne();
    }

    @Test
    void what_the_master_before_says_after_another_has_taken_over_does_not_count() {
        harness.take("batch", "CARAVAN.REFRESH foo");

        harness.anotherMasterTakesOver();
        harness.shard.read("foo", "with what is lost", 0, harness.offset() + 500);
        harness.run();
        assertThat(harness.written("a")).isEmpty();
        harness.advance(Duration.ofSeconds(1));
        harness.shard.read("foo", "as it is");
        harness.run();

        assertThat(harness.written("a")).containsExactly("RESTORE foo 0 as it is REPLACE");
    }

    private void refresh(String key) {
        harness.take("batch", "CARAVAN.REFRESH " + key);
        harness.shard.read(key, "payload");
        harness.run();
    }

    private static byte[] key(CommandCursor command) {
        return command.arguments().copy(1);
    }
}
