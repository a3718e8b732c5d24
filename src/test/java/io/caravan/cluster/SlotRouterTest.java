package io.caravan.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.cluster.DestinationSettings.OnError;
import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.FakeShard;
import io.caravan.command.HashSlot;
import io.caravan.command.Replies;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes are {@code a} and {@code b}; keys {@code foo} and {@code bar} are in different slots. */
class SlotRouterTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final int FOO = 12182;

    private RouterHarness harness = RouterHarness.cluster();

    @TempDir
    private Path temporaryFiles;

    // The way of a batch.

    @Test
    void units_go_to_the_master_of_their_slot_in_their_order() {
        harness.serve("b", "bar");

        harness.take("batch", "SET foo 1", "SET bar 2", "DEL foo", "MULTI", "SET bar 3", "EXEC");

        assertThat(harness.written("a")).containsExactly("SET foo 1", "DEL foo");
        assertThat(harness.written("b")).containsExactly("SET bar 2", "MULTI", "SET bar 3", "EXEC");
    }

    @Test
    void a_batch_ends_when_its_last_unit_is_answered() {
        harness.serve("b", "bar");
        harness.take("batch", "SET foo 1", "SET bar 2");

        harness.answer("a", "+OK");
        assertThat(harness.ended).isEmpty();
        harness.answer("b", "+OK");

        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void batches_do_not_wait_for_each_other() {
        harness.take("first", "SET foo 1");

        harness.take("second", "SET bar 2");

        assertThat(harness.written("a")).containsExactly("SET foo 1", "SET bar 2");
        harness.answer("a", "+OK", "+OK");
        assertThat(harness.ended).containsExactly("first", "second");
    }

    @Test
    void what_processors_took_out_is_not_sent() {
        CommandBatch batch =
                Batches.stream(harness.shard, 0, 1000, "SET foo 1", "MULTI", "SET bar 2", "EXEC", "SET foo 3");
        batch.edit(command -> {
            if (command.spec().name().equals("SET") && !command.arguments().is(2, "3")) {
                command.drop();
            }
        });

        harness.take("batch", batch);

        assertThat(harness.written("a")).containsExactly("SET foo 3");
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_batch_of_which_nothing_is_left_ends_at_once() {
        CommandBatch batch = Batches.stream("SET foo 1");
        batch.edit(command -> command.drop());

        harness.take("batch", batch);

        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.written("a")).isEmpty();
    }

    @Test
    void keys_that_caravan_kept_in_the_source_are_not_copied() {
        harness.take("batch", "HSET caravan:checkpoint:{task} shard x", "SET foo 1");

        assertThat(harness.written("a")).containsExactly("SET foo 1");
    }

    @Test
    void a_message_without_a_key_goes_to_one_master() {
        harness.serve("b", "bar");

        harness.take("batch", "PUBLISH news text");

        assertThat(harness.written("a").size() + harness.written("b").size()).isEqualTo(1);
    }

    // Links and topology.

    @Test
    void a_node_is_connected_to_when_it_is_first_heard_of() {
        harness.serve("b", "bar");
        harness.serve("b", "foo");

        assertThat(harness.wanted).containsExactly("connect a", "connect b");
    }

    @Test
    void units_wait_until_their_link_is_up() {
        harness.autoConnect = false;
        harness.serve("b", "foo");
        harness.take("batch", "SET foo 1", "DEL foo");

        harness.connectNow("b");

        assertThat(harness.written("b")).containsExactly("SET foo 1", "DEL foo");
    }

    @Test
    void units_of_a_slot_without_a_master_wait_for_one() {
        harness = new RouterHarness(true, OnError.FAIL, Duration.ZERO);
        harness.take("batch", "SET foo 1");
        assertThat(harness.router.hasFences()).isTrue();

        harness.serve("a", 0, HashSlot.COUNT - 1);

        assertThat(harness.written("a")).containsExactly("SET foo 1");
    }

    @Test
    void a_node_that_serves_no_slot_any_more_is_let_go() {
        harness.take("batch", "SET foo 1");
        harness.answer("a", "+OK");

        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.wanted).contains("disconnect a");
    }

    @Test
    void what_is_on_its_way_to_a_node_that_serves_no_slot_any_more_is_sent_again() {
        harness.take("batch", "SET foo 1");

        harness.serve("b", 0, HashSlot.COUNT - 1);
        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.written("b")).containsExactly("SET foo 1");
        assertThat(harness.wanted).contains("disconnect a");
    }

    @Test
    void a_slot_that_changes_its_master_waits_for_what_is_on_its_way_to_the_old_one() {
        harness.take("first", "SET foo 1");
        harness.serve("b", "foo");

        harness.take("second", "APPEND foo 2");
        assertThat(harness.written("b"))
                .as("the old master may still refuse what came before")
                .isEmpty();
        harness.answer("a", "-MOVED 12182 b:1");

        assertThat(harness.written("b")).containsExactly("SET foo 1", "APPEND foo 2");
    }

    // MOVED.

    @Test
    void a_moved_slot_keeps_its_order() {
        harness.take("batch", "SET foo 1", "SET bar 1", "APPEND foo 2", "APPEND foo 3");
        harness.written("a");
        harness.answer("a", "-MOVED 12182 b:1", "+OK");
        harness.take("later", "APPEND foo 4");
        assertThat(harness.written("b")).as("not all of the slot is answered").isEmpty();

        harness.answer("a", "-MOVED 12182 b:1", "-MOVED 12182 b:1");

        assertThat(harness.written("b")).containsExactly("SET foo 1", "APPEND foo 2", "APPEND foo 3", "APPEND foo 4");
        assertThat(harness.written("a")).isEmpty();
        harness.answer("b", "+OK", ":2", ":3", ":4");
        assertThat(harness.ended).containsExactly("batch", "later");
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void a_moved_slot_has_the_topology_looked_at() {
        harness.take("batch", "SET foo 1");

        harness.answer("a", "-MOVED 12182 b:1");

        assertThat(harness.wanted).containsExactly("connect a", "ticks", "connect b", "stale");
        assertThat(harness.link("a").counters().redirections()).isEqualTo(1);
    }

    @Test
    void a_slot_that_moved_to_a_node_that_is_not_connected_waits_for_it() {
        harness.autoConnect = false;
        harness.take("batch", "SET foo 1");
        harness.answer("a", "-MOVED 12182 b:1");
        harness.take("later", "APPEND foo 2");

        harness.connectNow("b");

        assertThat(harness.written("b")).containsExactly("SET foo 1", "APPEND foo 2");
    }

    @Test
    void other_slots_flow_on_while_one_moves() {
        harness.take("batch", "SET foo 1");
        harness.answer("a", "-MOVED 12182 b:1");
        harness.written("a");

        harness.take("later", "SET bar 1");

        assertThat(harness.written("a")).containsExactly("SET bar 1");
    }

    @Test
    void a_transaction_moves_as_a_whole() {
        harness.take("batch", "MULTI", "SET foo 1", "APPEND foo 2", "EXEC");

        harness.answer("a", "+OK", "-MOVED 12182 b:1", "-MOVED 12182 b:1", "-EXECABORT Transaction discarded");

        assertThat(harness.written("b")).containsExactly("MULTI", "SET foo 1", "APPEND foo 2", "EXEC");
    }

    // ASK.

    @Test
    void of_a_slot_that_is_moving_each_unit_is_asked_for_alone() {
        harness.take("batch", "SET foo 1", "APPEND foo 2");
        harness.written("a");

        harness.answer("a", "-ASK 12182 b:1", "-ASK 12182 b:1");
        assertThat(harness.written("b")).containsExactly("ASKING", "SET foo 1");
        harness.take("later", "APPEND foo 3");
        harness.answer("b", "+OK", "+OK");
        assertThat(harness.written("b")).containsExactly("ASKING", "APPEND foo 2");
        harness.answer("b", "+OK", ":2");
        assertThat(harness.written("a")).as("the owner is asked first").containsExactly("APPEND foo 3");
        harness.answer("a", "-ASK 12182 b:1");
        assertThat(harness.written("b")).containsExactly("ASKING", "APPEND foo 3");
        harness.answer("b", "+OK", ":3");

        assertThat(harness.ended).containsExactly("batch", "later");
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void whom_to_ask_holds_for_the_unit_that_was_told_so_and_no_other() {
        harness.take("batch", "APPEND {foo}1 x", "APPEND {foo}2 y");
        harness.written("a");

        harness.answer("a", "-OOM command not allowed when used memory > 'maxmemory'.", "-ASK 12182 b:1");

        assertThat(harness.written("b")).isEmpty();
        assertThat(harness.written("a")).containsExactly("APPEND {foo}1 x");
    }

    @Test
    void a_transaction_is_asked_for_as_a_whole() {
        harness.take("batch", "MULTI", "SET foo 1", "EXEC");

        harness.answer("a", "+OK", "-ASK 12182 b:1", "-EXECABORT Transaction discarded");

        assertThat(harness.written("b")).containsExactly("ASKING", "MULTI", "SET foo 1", "EXEC");
    }

    @Test
    void a_slot_that_has_arrived_while_it_was_asked_for_moves() {
        harness.take("batch", "SET foo 1");
        harness.answer("a", "-ASK 12182 b:1");
        harness.take("later", "APPEND foo 2");
        harness.written("b");

        harness.answer("b", "+OK", "+OK");
        harness.answer("a", "-MOVED 12182 b:1");

        assertThat(harness.written("b")).containsExactly("APPEND foo 2");
    }

    @Test
    void a_node_that_was_to_be_asked_and_is_gone_is_not_waited_for() {
        harness.autoConnect = false;
        harness.take("batch", "SET foo 1");
        harness.answer("a", "-ASK 12182 dead:1");
        harness.written("a");

        harness.serve("a", 0, HashSlot.COUNT - 1);

        assertThat(harness.written("a")).as("the owner knows better by now").containsExactly("SET foo 1");
    }

    // TRYAGAIN.

    @Test
    void keys_on_two_nodes_are_waited_for() {
        harness = RouterHarness.cluster(OnError.FAIL, LONG);
        harness.take("batch", "MSET {foo}a 1 {foo}b 2");
        harness.written("a");

        harness.answer("a", "-TRYAGAIN Multiple keys request during rehashing of slot");

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.router.hasFences()).isTrue();
        assertThat(harness.wanted)
                .as("somebody has to look when the pause is over")
                .contains("ticks");
    }

    @Test
    void after_tryagain_units_go_one_by_one() {
        harness.take("batch", "MSET {foo}a 1 {foo}b 2", "SET {foo}c 3", "SET {foo}d 4");
        harness.written("a");
        harness.answer("a", "-TRYAGAIN Multiple keys", "+OK", "+OK");

        harness.tick();
        harness.take("later", "SET {foo}e 5");
        assertThat(harness.written("a")).containsExactly("MSET {foo}a 1 {foo}b 2");
        harness.answer("a", "+OK");

        assertThat(harness.written("a")).containsExactly("SET {foo}e 5");
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly("batch", "later");
        assertThat(harness.router.hasFences()).isFalse();
    }

    // Nodes that cannot serve.

    @ParameterizedTest
    @ValueSource(strings = {"OOM", "LOADING", "CLUSTERDOWN", "MISCONF", "NOREPLICAS", "BUSY", "MASTERDOWN", "NOPERM"})
    void a_node_that_cannot_serve_is_waited_for(String code) {
        harness = RouterHarness.cluster(OnError.FAIL, LONG);
        harness.take("batch", "SET foo 1");
        harness.written("a");

        harness.answer("a", "-" + code + " and so on");
        harness.tick();

        assertThat(harness.written("a")).as("not before the pause is over").isEmpty();
        assertThat(harness.wanted).contains("waits a " + code);
        assertThat(harness.ended).isEmpty();
    }

    @Test
    void the_first_unit_is_tried_alone_and_the_others_follow_when_it_is_accepted() {
        harness.take("batch", "SET foo 1", "APPEND foo 2", "APPEND foo 3");
        harness.written("a");
        harness.answer("a", "-OOM no", "-OOM no", "-OOM no");
        assertThat(harness.written("a")).as("first try").containsExactly("SET foo 1");
        harness.answer("a", "-OOM no");
        assertThat(harness.written("a")).as("second try").containsExactly("SET foo 1");

        harness.answer("a", "+OK");

        assertThat(harness.written("a")).containsExactly("APPEND foo 2", "APPEND foo 3");
        harness.answer("a", ":2", ":3");
        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void a_master_that_became_a_replica_has_the_topology_looked_at() {
        harness.take("batch", "SET foo 1");

        harness.answer("a", "-READONLY You can't write against a read only replica.");

        assertThat(harness.wanted).contains("waits a READONLY", "stale");
        assertThat(harness.ended).isEmpty();
    }

    // Commands at fault.

    @Test
    void a_refused_command_fails_its_batch_once_the_rest_is_answered() {
        harness.take("batch", "SET foo 1", "SADD foo m", "SET bar 2");

        harness.answer("a", "+OK", "-ERR unknown command");
        assertThat(harness.ended).isEmpty();
        harness.answer("a", "+OK");

        assertThat(harness.ended)
                .singleElement()
                .asString()
                .startsWith("batch failed: destination a:1 refused SADD of key 'foo'");
        assertThat(harness.link("a").counters().errors()).isEqualTo(1);
    }

    @Test
    void a_refused_command_is_left_out_where_that_is_wanted() {
        harness = RouterHarness.cluster(OnError.SKIP, Duration.ZERO);
        harness.take("batch", "SADD foo m", "SET foo 1");

        harness.answer("a", "-ERR unknown command", "+OK");

        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.refused.counts()).isEqualTo(Map.of("SADD ERR", 1L));
    }

    @Test
    void a_refused_transaction_is_told_by_its_key() {
        harness.take("batch", "PUBLISH n t", "MULTI", "SADD foo m", "EXEC");

        harness.answer("a", ":0", "+OK", "+QUEUED", "*1", "-ERR unknown subcommand");

        assertThat(harness.ended)
                .singleElement()
                .asString()
                .contains("of key 'foo'")
                .contains("unknown subcommand");
    }

    @Test
    void keys_in_different_slots_are_an_objection_before_anything_is_sent() {
        harness.take("batch", "RENAME foo bar");

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.ended)
                .singleElement()
                .asString()
                .contains("its keys are in different slots")
                .contains("{hash tag}");
    }

    @Test
    void a_transaction_over_different_slots_is_an_objection() {
        harness = RouterHarness.cluster(OnError.SKIP, Duration.ZERO);
        harness.take("batch", "MULTI", "SET foo 1", "SET bar 2", "EXEC", "SET foo 3");

        assertThat(harness.written("a")).containsExactly("SET foo 3");
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.refused.counts()).hasSize(1);
    }

    @Test
    void another_database_is_an_objection_of_a_cluster() {
        harness.take("batch", "[1] SET foo 1");

        assertThat(harness.ended)
                .singleElement()
                .asString()
                .contains(
                        "a cluster has database 0 only; map database 1 to a key prefix (databases=0,1=db1:) or leave it out");
    }

    // Lost connections.

    @Test
    void what_can_be_repeated_is_sent_again_when_the_connection_is_back() {
        harness.take("batch", "SET foo 1", "SET foo 2");
        harness.answer("a", "+OK");
        harness.lose("a");
        harness.take("later", "SET foo 3");

        harness.connectNow("a");

        assertThat(harness.written("a")).containsExactly("SET foo 2", "SET foo 3");
        harness.answer("a", "+OK", "+OK");
        assertThat(harness.ended).containsExactly("batch", "later");
        assertThat(harness.shard.reading).isEmpty();
    }

    @Test
    void what_had_not_been_written_is_sent_when_the_connection_is_back() {
        harness.wire("a").writable(false);
        harness.take("batch", "INCR foo");
        harness.lose("a");

        harness.connectNow("a");

        assertThat(harness.written("a")).containsExactly("INCR foo");
        assertThat(harness.shard.reading).isEmpty();
    }

    @Test
    void a_slot_whose_master_failed_goes_on_at_the_new_one() {
        harness.take("batch", "SET foo 1");
        harness.lose("a");

        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.written("b")).containsExactly("SET foo 1");
    }

    @Test
    void of_what_cannot_be_repeated_the_keys_are_read_again() {
        harness.take("batch", "INCR foo");
        harness.lose("a");
        harness.connectNow("a");
        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.shard.reading).containsOnlyKeys("foo");

        harness.shard.read("foo", "payload");
        harness.run();

        assertThat(harness.written("a")).containsExactly("RESTORE foo 0 payload REPLACE");
        assertThat(harness.ended).isEmpty();
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.router.refreshes().readings()).isEqualTo(1);
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void a_unit_that_is_refused_when_it_is_repeated_has_its_keys_read_again() {
        harness.take("batch", "RESTORE foo 0 payload");
        harness.lose("a");
        harness.connectNow("a");

        harness.answer("a", "-BUSYKEY Target key name already exists.");

        assertThat(harness.shard.reading).containsOnlyKeys("foo");
        assertThat(harness.ended).isEmpty();
    }

    @Test
    void a_command_that_fails_for_the_value_of_a_key_has_it_read_again() {
        harness.take("batch", "SADD foo m");
        harness.written("a");

        harness.answer("a", "-WRONGTYPE Operation against a key holding the wrong kind of value");

        assertThat(harness.ended).isEmpty();
        harness.shard.read("foo", "payload");
        harness.run();
        assertThat(harness.written("a")).containsExactly("RESTORE foo 0 payload REPLACE");
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.refused.counts()).as("it is not silent").isEqualTo(Map.of("SADD WRONGTYPE", 1L));
    }

    @Test
    void what_an_earlier_process_may_have_applied_is_repeated_if_it_can_be() {
        CommandBatch batch = Batches.repeated(harness.shard, "SET foo 1", "INCR bar", "HSET baz f v");

        harness.take("batch", batch);

        assertThat(harness.written("a")).containsExactly("SET foo 1", "HSET baz f v");
        assertThat(harness.shard.reading).containsOnlyKeys("bar");
        harness.answer("a", "+OK", "-WRONGTYPE of a later value that is there already");
        assertThat(harness.shard.reading).containsOnlyKeys("bar", "baz");
        assertThat(harness.refused.counts()).isEmpty();
    }

    @Test
    void what_does_not_overwrite_a_key_that_the_source_may_have_lost_has_it_read_again() {
        CommandBatch batch = Batches.onStaleKeys(harness.shard, "DEL foo", "HSET bar f v", "INCR baz");

        harness.take("batch", batch);

        assertThat(harness.written("a")).containsExactly("DEL foo");
        assertThat(harness.shard.reading).containsOnlyKeys("bar", "baz");
    }

    @Test
    void a_message_to_a_sharded_channel_is_not_sent_twice_and_its_channel_is_not_read() {
        harness.take("batch", "SPUBLISH foo hello", "MULTI", "SPUBLISH foo hello", "APPEND {foo}1 x", "EXEC");

        harness.lose("a");

        assertThat(harness.shard.reading).containsOnlyKeys("{foo}1");
        harness.connectNow("a");
        harness.take("stale", Batches.onStaleKeys(harness.shard, "SPUBLISH bar hello"));
        assertThat(harness.written("a")).containsExactly("SPUBLISH bar hello");
    }

    @Test
    void a_modules_command_that_may_fail_for_the_value_of_its_key_has_it_read_again() {
        seriesAreKnown();
        harness.take("batch", "TS.ADD foo 1 2", "TS.ADD bar 1 2");

        harness.answer("a", "-ERR TSDB: the key does not exist", "-ERR wrong number of arguments for 'ts.add' command");

        assertThat(harness.shard.reading).containsOnlyKeys("foo");
        assertThat(harness.refused.counts()).containsEntry("TS.ADD ERR", 2L);
    }

    @Test
    void a_script_that_names_no_keys_and_was_run_or_not_has_the_shard_begin_anew() {
        harness.take("sent", "EVAL script 0", "MULTI", "EVAL script 0", "SET foo 1", "EXEC");
        harness.lose("a");
        assertThat(harness.shard.anew).hasSize(2);

        harness.takeRepeated("repeated", "EVALSHA sum 0", "EVALSHA sum 1 bar");

        assertThat(harness.shard.anew).hasSize(3).allMatch(why -> why.startsWith("a script that names no keys"));
        assertThat(harness.shard.reading).containsOnlyKeys("bar");
        assertThat(harness.ended).containsExactly("sent");
    }

    @Test
    void a_script_that_names_no_keys_and_fails_at_every_run_brings_no_snapshots() {
        harness.take("batch", "EVAL script 0");

        harness.answer("a", "-WRONGTYPE Operation against a key holding the wrong kind of value");

        assertThat(harness.shard.anew).isEmpty();
        assertThat(harness.refused.counts()).containsEntry("EVAL WRONGTYPE", 1L);
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_transaction_with_a_script_that_names_no_keys_is_run_on_stale_keys_and_these_are_read() {
        harness = RouterHarness.standard();
        harness.take("batch", Batches.onStaleKeys(harness.shard, "MULTI", "SET foo 1", "EVAL script 0", "EXEC"));
        assertThat(harness.written("a")).containsExactly("MULTI", "SET foo 1", "EVAL script 0", "EXEC");

        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2\r\n+OK\r\n:1");

        assertThat(harness.shard.reading).containsOnlyKeys("foo");
        assertThat(harness.shard.anew).isEmpty();
    }

    @Test
    void a_transaction_with_such_a_script_and_keys_that_are_to_be_read_instead_is_refused() {
        harness = RouterHarness.standard();

        harness.take("batch", "MULTI", "CARAVAN.REFRESH foo", "EVAL script 0", "EXEC");

        assertThat(harness.shard.anew).isEmpty();
        assertThat(harness.shard.reading).isEmpty();
        assertThat(harness.ended).singleElement().asString().contains("a script that names no keys");
    }

    @Test
    void a_script_that_is_answered_late_has_the_keys_read_that_it_names() {
        CommandBatch batch = Batches.ranAgo(
                harness.shard, Duration.ofSeconds(1), "MULTI", "EVAL script 1 foo", "EVAL script 0", "EXEC");

        harness.take("batch", batch);
        harness.answer("a", "+OK", "+QUEUED", "+QUEUED", "*2\r\n:1\r\n:1");

        assertThat(harness.shard.reading).containsOnlyKeys("foo");
        assertThat(harness.shard.anew).isEmpty();
    }

    @Test
    void what_prolongs_a_life_has_come_too_late_if_it_is_answered_late() {
        CommandBatch batch =
                Batches.ranAgo(harness.shard, Duration.ofSeconds(1), "SET foo 1", "PEXPIREAT bar 9999999999999");

        harness.take("batch", batch);
        harness.answer("a", "+OK", ":1");

        assertThat(harness.shard.reading).containsOnlyKeys("bar");
    }

    @Test
    void arguments_can_make_a_unit_one_that_is_not_repeated() {
        harness.take("batch", "ZADD {foo}1 1 member", "ZADD {foo}2 INCR 1 member");

        harness.lose("a");

        assertThat(harness.shard.reading).containsOnlyKeys("{foo}2");
    }

    // Key refreshes.

    @Test
    void a_key_that_is_gone_is_removed() {
        lostIncrement();

        harness.shard.read("foo", null);
        harness.run();

        assertThat(harness.written("a")).containsExactly("UNLINK foo");
    }

    @Test
    void a_key_that_expires_is_written_with_its_moment() {
        lostIncrement();

        harness.shard.read("foo", "payload", 1_700_000_000_000L, harness.offset());
        harness.run();

        assertThat(harness.written("a")).containsExactly("RESTORE foo 1700000000000 payload REPLACE ABSTTL");
    }

    @Test
    void commands_up_to_the_reading_are_left_out_and_those_behind_it_are_sent() {
        lostIncrement();
        harness.take("contained", "INCR foo");
        long readAt = harness.offset();
        harness.take("behind", "APPEND foo x");

        harness.shard.read("foo", "payload", 0, readAt);
        harness.run();

        assertThat(harness.written("a")).containsExactly("RESTORE foo 0 payload REPLACE", "APPEND foo x");
        harness.answer("a", "+OK", ":2");
        assertThat(harness.ended).containsExactlyInAnyOrder("batch", "contained", "behind");
    }

    @Test
    void commands_that_arrive_after_the_reading_but_lie_before_it_are_left_out() {
        lostIncrement();
        harness.shard.read("foo", "payload", 0, harness.offset() + 10_000);
        harness.run();
        harness.written("a");
        harness.answer("a", "+OK");

        harness.take("contained", "INCR foo", "SET bar 1");

        assertThat(harness.written("a")).containsExactly("SET bar 1");
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly("batch", "contained");
    }

    @Test
    void a_reading_is_not_forgotten_while_units_before_it_wait() {
        harness = RouterHarness.cluster(OnError.FAIL, Duration.ZERO);
        harness.take("first", "INCR foo", "INCR {foo}other");
        harness.lose("a");
        harness.take("contained", "INCR foo");
        harness.connectNow("a");
        harness.shard.read("foo", "payload"); // the slot stays closed: the other key is still being read
        harness.run();

        harness.take("passes the reading", "SET bar 1");
        harness.shard.read("{foo}other", "payload");
        harness.run();

        assertThat(harness.written("a")).doesNotContain("INCR foo");
    }

    @Test
    void a_command_on_several_keys_has_the_others_read_when_one_was() {
        lostIncrement();
        harness.take("contained", "SUNIONSTORE {foo}d foo");

        harness.shard.read("foo", "payload");
        harness.run();

        assertThat(harness.written("a")).containsExactly("RESTORE foo 0 payload REPLACE");
        assertThat(harness.shard.reading).containsOnlyKeys("{foo}d");
        harness.answer("a", "+OK");
        harness.shard.read("{foo}d", "other payload");
        harness.run();
        assertThat(harness.written("a")).containsExactly("RESTORE {foo}d 0 other payload REPLACE");
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly("batch", "contained");
    }

    @Test
    void of_a_command_too_large_for_memory_every_key_is_read_when_its_answer_is_lost() throws IOException {
        String tail = " " + "x".repeat(1000);
        harness.take("batch", large("EVAL script 2 {foo}1 {foo}2" + tail));

        harness.lose("a");

        assertThat(harness.shard.reading).containsOnlyKeys("{foo}1", "{foo}2");
    }

    @Test
    void a_command_too_large_for_memory_is_not_sent_behind_a_reading_of_a_key_behind_its_first_bytes()
            throws IOException {
        CommandBatch large = large("MSET {foo}1 " + "x".repeat(1000) + " foo 1");
        lostIncrement();
        harness.shard.read("foo", "2", 0, large.origin().endOffset());
        harness.run();

        harness.take("large", large);

        assertThat(harness.shard.reading).containsOnlyKeys("{foo}1");
    }

    @Test
    void where_the_keys_of_a_command_too_large_for_memory_are_too_many_the_shard_begins_anew() throws IOException {
        harness.take("batch", large("PFMERGE" + " foo".repeat(100_001)));

        harness.lose("a");

        assertThat(harness.shard.anew)
                .singleElement()
                .asString()
                .contains("too many keys")
                .contains("raise memoryLimit");
        assertThat(harness.ended).containsExactly("batch");
    }

    private CommandBatch large(String line) throws IOException {
        return Batches.large(harness.shard, temporaryFiles, 100, line);
    }

    @Test
    void a_key_that_several_units_wait_for_is_read_once() {
        harness.take("batch", "INCR foo", "INCR foo", "INCR foo");
        harness.lose("a");
        harness.connectNow("a");

        assertThat(harness.router.refreshes().readings()).isEqualTo(1);
        harness.shard.read("foo", "payload");
        harness.run();
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_key_that_was_read_too_early_is_read_again() {
        lostIncrement();

        harness.shard.read("foo", "old", 0, harness.offset() - 1);
        harness.run();
        assertThat(harness.written("a")).isEmpty();
        harness.advance(Duration.ofSeconds(1));
        harness.shard.read("foo", "payload");
        harness.run();

        assertThat(harness.written("a")).containsExactly("RESTORE foo 0 payload REPLACE");
    }

    @Test
    void who_asked_for_a_key_in_a_history_that_is_over_is_served_by_whatever_is_there() {
        lostIncrement();

        harness.shard.history = 1; // its offsets begin at 0 again
        harness.shard.read("foo", "of either history");
        harness.run();
        assertThat(harness.written("a")).isEmpty();
        harness.advance(Duration.ofSeconds(1));
        harness.shard.read("foo", "payload", 0, 5);
        harness.run();

        assertThat(harness.written("a")).containsExactly("RESTORE foo 0 payload REPLACE");
    }

    @Test
    void a_unit_of_a_history_that_is_over_is_not_sent_behind_a_reading_of_the_next_one() {
        lostIncrement();
        harness.take("waits", "APPEND foo x");

        harness.shard.history = 1;
        harness.shard.fail("foo");
        harness.run();
        harness.advance(Duration.ofSeconds(1));
        harness.shard.read("foo", "payload", 0, 5);
        harness.run();

        assertThat(harness.written("a")).containsExactly("RESTORE foo 0 payload REPLACE");
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactlyInAnyOrder("batch", "waits");
    }

    @Test
    void a_reading_that_failed_is_tried_again() {
        lostIncrement();

        harness.shard.fail("foo");
        harness.run();
        harness.advance(Duration.ofSeconds(1));

        assertThat(harness.shard.reading).containsOnlyKeys("foo");
        assertThat(harness.ended).isEmpty();
    }

    @Test
    void a_value_that_cannot_be_written_fails_the_batch() {
        lostIncrement();
        harness.shard.read("foo", "payload");
        harness.run();

        harness.answer("a", "-ERR DUMP payload version or checksum are wrong");

        assertThat(harness.ended).singleElement().asString().startsWith("batch failed: ");
    }

    @Test
    void what_cannot_be_given_to_the_destination_fails_the_batch_and_the_rest_of_it_is_applied() {
        harness.take("batch", "SET foo 1", "CARAVAN.REFUSE RESTORE why h", "SET bar 2");

        assertThat(harness.written("a")).containsExactly("SET foo 1", "SET bar 2");
        assertThat(harness.ended).isEmpty();
        harness.answer("a", "+OK", "+OK");
        assertThat(harness.ended)
                .singleElement()
                .asString()
                .startsWith("batch failed: RESTORE of key 'h'")
                .endsWith("cannot be applied: why");
        assertThat(harness.refused.counts()).isEqualTo(Map.of("RESTORE UNREPRESENTABLE", 1L));
    }

    @Test
    void what_cannot_be_given_to_the_destination_is_left_out_where_refused_commands_are() {
        harness = RouterHarness.cluster(OnError.SKIP, Duration.ZERO);

        harness.take("batch", "CARAVAN.REFUSE RESTORE why h", "SET bar 2");
        harness.take("alone", "CARAVAN.REFUSE FUNCTION why");

        assertThat(harness.written("a")).containsExactly("SET bar 2");
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactlyInAnyOrder("batch", "alone");
        assertThat(harness.refused.counts())
                .isEqualTo(Map.of("RESTORE UNREPRESENTABLE", 1L, "FUNCTION UNREPRESENTABLE", 1L));
    }

    @Test
    void of_a_transaction_that_cannot_be_given_whole_the_rest_is_applied_only_where_refused_commands_are_left_out() {
        harness.take("failing", "MULTI", "SET foo 1", "CARAVAN.REFUSE RESTORE why foo", "EXEC");

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.ended).singleElement().asString().startsWith("failing failed: ");

        harness = RouterHarness.cluster(OnError.SKIP, Duration.ZERO);
        harness.take("leaving out", "MULTI", "SET foo 1", "CARAVAN.REFUSE RESTORE why foo", "EXEC");
        harness.take("nothing left", "MULTI", "CARAVAN.REFUSE RESTORE why foo", "EXEC");

        assertThat(harness.written("a")).containsExactly("MULTI", "SET foo 1", "EXEC");
        harness.answer("a", "+OK", "+QUEUED", "*1", "+OK");
        assertThat(harness.ended).containsExactlyInAnyOrder("leaving out", "nothing left");
    }

    @Test
    void keys_that_a_processor_wants_to_be_read_again_are_read_in_place_of_the_command() {
        harness.take("batch", "CARAVAN.REFRESH foo", "SET bar 1");

        assertThat(harness.written("a")).containsExactly("SET bar 1");
        assertThat(harness.shard.reading).containsOnlyKeys("foo");
        harness.shard.read("foo", "payload");
        harness.run();
        assertThat(harness.written("a")).containsExactly("RESTORE foo 0 payload REPLACE");
        harness.answer("a", "+OK", "+OK");
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void keys_in_different_slots_can_be_read_again() {
        harness.take("batch", "CARAVAN.REFRESH foo bar");

        assertThat(harness.shard.reading).containsOnlyKeys("foo", "bar");
    }

    @Test
    void a_transaction_with_keys_to_be_read_again_is_replaced_by_reading_all_of_its_keys() {
        harness.take("batch", "MULTI", "SET foo 1", "CARAVAN.REFRESH bar", "EXEC");

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.shard.reading).containsOnlyKeys("foo", "bar");
    }

    @Test
    void readings_of_another_shard_are_not_concerned() {
        lostIncrement();
        harness.shard.read("foo", "payload", 0, 1_000_000);
        harness.run();
        harness.written("a");
        harness.answer("a", "+OK");

        harness.take("other", Batches.stream(new FakeShard("other:1"), 0, 1000, "INCR foo"));

        assertThat(harness.written("a")).containsExactly("INCR foo");
    }

    // Units that overtake one that was refused.

    @Test
    void a_unit_that_overtook_a_refused_one_on_its_key_has_the_key_read_again() {
        harness = RouterHarness.cluster(OnError.FAIL, LONG);
        harness.take("batch", "SET foo 1", "DEL foo");

        harness.answer("a", "-OOM command not allowed when used memory > 'maxmemory'.", ":1");

        assertThat(harness.shard.reading)
                .as("DEL took effect, SET would bring the key back")
                .containsOnlyKeys("foo");
    }

    @Test
    void a_unit_that_failed_because_one_before_it_was_refused_has_the_key_read_again() {
        harness = RouterHarness.cluster(OnError.FAIL, LONG);
        harness.take("batch", "RESTORE foo 0 hash REPLACE", "HDEL foo field");

        harness.answer("a", "-OOM command not allowed", "-WRONGTYPE Operation against a key");

        assertThat(harness.shard.reading).containsOnlyKeys("foo");
        assertThat(harness.ended).isEmpty();
    }

    @Test
    void what_reads_a_key_that_was_overtaken_has_its_own_keys_read_again_too() {
        harness = RouterHarness.cluster(OnError.FAIL, LONG);
        harness.take("batch", "SET {foo}a 1", "RENAME {foo}a {foo}b", "COPY {foo}b {foo}c", "SET {foo}d 4");

        harness.answer("a", "-OOM command not allowed", "+OK", ":1", "+OK");

        assertThat(harness.shard.reading).containsOnlyKeys("{foo}a", "{foo}b", "{foo}c");
    }

    @Test
    void a_refused_unit_that_was_overtaken_is_left_out_when_its_key_has_been_read() {
        harness.take("batch", "SET foo 1", "DEL foo");
        harness.answer("a", "-OOM command not allowed", ":1");
        harness.written("a");

        harness.shard.read("foo", null);
        harness.run();

        assertThat(harness.written("a")).containsExactly("UNLINK foo");
        harness.answer("a", ":0");
        assertThat(harness.ended).containsExactly("batch");
        harness.tick();
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void a_unit_that_overtook_a_refused_one_on_another_key_is_no_harm() {
        harness = RouterHarness.cluster(OnError.FAIL, LONG);
        harness.take("batch", "SET {foo}a 1", "DEL {foo}b");

        harness.answer("a", "-OOM command not allowed when used memory > 'maxmemory'.", ":1");

        assertThat(harness.shard.reading).isEmpty();
    }

    // Commands for every node.

    @Test
    void a_script_is_loaded_on_every_master() {
        harness.serve("b", "bar");

        harness.take("batch", "SCRIPT LOAD x");

        assertThat(harness.written("a")).containsExactly("SCRIPT LOAD x");
        assertThat(harness.written("b")).containsExactly("SCRIPT LOAD x");
        harness.answer("a", "$1", "x");
        assertThat(harness.ended).isEmpty();
        harness.answer("b", "$1", "x");
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void what_comes_before_a_broadcast_takes_effect_before_it_and_what_comes_after_it_after() {
        harness.serve("b", "bar");
        harness.take("batch", "SET foo 1", "SET bar 2", "FLUSHALL", "SET foo 3");
        harness.take("later", "SET bar 4");

        assertThat(harness.written("a")).containsExactly("SET foo 1");
        assertThat(harness.written("b")).containsExactly("SET bar 2");
        harness.answer("a", "+OK");
        assertThat(harness.written("a")).as("not before b is ready").isEmpty();
        harness.answer("b", "+OK");
        assertThat(harness.written("a")).containsExactly("FLUSHALL");
        assertThat(harness.written("b")).containsExactly("FLUSHALL");
        harness.answer("a", "+OK");
        assertThat(harness.written("a")).as("not before b has run it").isEmpty();
        harness.answer("b", "+OK");

        assertThat(harness.written("a")).containsExactly("SET foo 3");
        assertThat(harness.written("b")).containsExactly("SET bar 4");
        harness.answer("a", "+OK");
        harness.answer("b", "+OK");
        assertThat(harness.ended).containsExactly("batch", "later");
        assertThat(harness.router.hasFences()).isFalse();
    }

    @Test
    void a_flush_of_one_shard_of_a_cluster_empties_its_slots_and_holds_everything_else_back() {
        harness.shard.slots.clear(100, HashSlot.COUNT);
        harness.take("batch", "SET foo 1", "FLUSHALL", "SET foo 2");
        harness.take("later", "SET bar 3");
        assertThat(harness.written("a")).containsExactly("SET foo 1");
        assertThat(harness.wanted).doesNotContain("empty keys of slots 0-99");

        harness.answer("a", "+OK");
        assertThat(harness.wanted).contains("empty keys of slots 0-99");
        assertThat(harness.written("a")).as("not before the slots are empty").isEmpty();
        harness.emptied.run();

        assertThat(harness.written("a")).containsExactly("SET foo 2", "SET bar 3");
        harness.answer("a", "+OK", "+OK");
        assertThat(harness.ended).containsExactly("batch", "later");
    }

    @Test
    void a_flush_of_all_slots_of_a_shard_is_one_of_the_shard() {
        harness.shard.slots.clear(0, 16000);

        harness.take("batch", "SFLUSH 0 16100 16101 16383 ASYNC", "SET foo 1");

        assertThat(harness.wanted).contains("empty keys of slots 16000-16383");
        assertThat(harness.written("a")).isEmpty();
        harness.emptied.run();
        harness.run();
        assertThat(harness.written("a")).containsExactly("SET foo 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SFLUSH 16001 16383", "SFLUSH 0 16382", "SFLUSH", "SFLUSH x 16383", "SFLUSH 9 3"})
    void a_flush_of_other_slots_is_refused(String flush) {
        harness.shard.slots.clear(0, 16000);

        harness.take("batch", flush);

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.ended).singleElement().asString().contains("SFLUSH", "some slots of its master only");
    }

    @Test
    void a_flush_of_a_part_of_a_database_is_not_sent() {
        harness.take("batch", "SET one:foo 1", "FLUSHDB CARAVAN.ONLY one: two:", "SET one:foo 2");
        harness.answer("a", "+OK");
        assertThat(harness.wanted).contains("empty keys that begin with 'one:' or 'two:'");
        harness.written("a");
        harness.emptied.run();

        assertThat(harness.written("a")).containsExactly("SET one:foo 2");
    }

    @Test
    void of_a_shard_of_several_a_part_is_told_by_the_slots_that_its_keys_have_at_the_source() {
        harness.shard.slots.clear(100, HashSlot.COUNT);
        byte[] ofShard = "one:key37".getBytes(UTF_8);
        byte[] ofAnother = "one:foo".getBytes(UTF_8);

        Emptying emptying = Emptying.of(Batches.stream(harness.shard, 0, 0, "FLUSHDB CARAVAN.ONLY one:"), 0)
                .orElseThrow();

        assertThat(HashSlot.of("key37".getBytes(UTF_8))).isLessThan(100);
        assertThat(emptying.removes(ofShard)).isTrue();
        assertThat(emptying.removes(ofAnother)).isFalse();
        assertThat(emptying.places().cardinality()).isEqualTo(HashSlot.COUNT);
    }

    @Test
    void a_flush_of_another_database_of_one_shard_is_refused() {
        harness = RouterHarness.standard();
        harness.shard.slots.clear(100, HashSlot.COUNT);

        harness.take("batch", "[1] FLUSHDB");

        assertThat(harness.ended)
                .singleElement()
                .asString()
                .contains("of a database other than 0 the slots of one shard cannot be emptied");
    }

    @Test
    void a_reading_from_behind_a_flush_contains_nothing_of_what_follows_it() {
        harness.take("refresh", "CARAVAN.REFRESH one:foo", "CARAVAN.REFRESH bar");
        harness.shard.read("one:foo", "p", 0, 2000);
        harness.shard.read("bar", "p", 0, 2000);
        harness.run();
        harness.written("a");
        harness.answer("a", "+OK", "+OK");

        harness.take("flush", "FLUSHDB CARAVAN.ONLY one:", "SET one:foo 1", "SET bar 1");
        harness.emptied.run();

        assertThat(harness.written("a"))
                .as("what the flush has removed is written again, the other is contained in its reading")
                .containsExactly("SET one:foo 1");
    }

    @Test
    void what_was_read_behind_an_exchange_of_databases_is_read_once_more_in_both() {
        harness = RouterHarness.standard();
        harness.take("refresh", "[2] CARAVAN.REFRESH foo", "[3] CARAVAN.REFRESH bar");
        harness.shard.read("[2] foo", "p", 0, 2000);
        harness.shard.read("[3] bar", "p", 0, 2000);
        harness.run();
        harness.answer("a", "+OK", "+OK", "+OK", "+OK");
        harness.written("a");

        harness.take("swap", "SWAPDB 2 1");
        assertThat(harness.written("a")).containsExactly("SWAPDB 2 1");
        harness.answer("a", "+OK");

        assertThat(harness.shard.reading.keySet()).containsExactlyInAnyOrder("[2] foo", "[1] foo");
        assertThat(harness.ended).containsExactly("refresh");
    }

    @Test
    void databases_are_not_exchanged_again_where_that_may_have_been_done() {
        harness = RouterHarness.standard();

        harness.takeRepeated("swap", "SWAPDB 2 1");
        harness.takeRepeated("transaction", "MULTI", "SET foo 1", "SWAPDB 0 1", "EXEC");

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.shard.anew)
                .hasSize(2)
                .allSatisfy(reason -> assertThat(reason).contains("SWAPDB may have been run"));
        assertThat(harness.ended).containsExactly("swap", "transaction");
    }

    @Test
    void databases_are_not_exchanged_again_after_the_answer_was_lost() {
        harness = RouterHarness.standard();
        harness.take("swap", "SWAPDB 2 1", "SET foo 1");
        assertThat(harness.written("a")).containsExactly("SWAPDB 2 1");

        harness.lose("a");
        harness.connectNow("a");
        harness.tick();

        assertThat(harness.shard.anew).singleElement().asString().contains("SWAPDB may have been run");
        assertThat(harness.written("a")).containsExactly("SET foo 1");
        harness.answer("a", "+OK");
        assertThat(harness.ended).containsExactly("swap");
    }

    @Test
    void what_brings_a_key_to_another_database_touches_it_there() {
        harness = RouterHarness.standard();
        harness.take("refresh", "[2] CARAVAN.REFRESH foo", "[2] CARAVAN.REFRESH bar");
        harness.shard.read("[2] foo", "p", 0, 2000);
        harness.shard.read("[2] bar", "p", 0, 2000);
        harness.run();
        assertThat(harness.written("a")).containsExactly("SELECT 2");
        harness.answer("a", "+OK");
        assertThat(harness.written("a")).hasSize(2);
        harness.answer("a", "+OK", "+OK");

        harness.take("contained", "MOVE foo 2", "COPY x bar DB 2 REPLACE", "SET foo 1");

        assertThat(harness.written("a"))
                .as("nothing but what is of database 0, once its keys are read again")
                .isEmpty();
        assertThat(harness.shard.reading.keySet()).containsExactlyInAnyOrder("foo", "x", "bar");
    }

    @Test
    void a_flush_of_a_database_that_a_cluster_does_not_have_is_left_out() {
        harness.take("batch", "[3] FLUSHDB", "SET foo 1");

        assertThat(harness.written("a")).containsExactly("SET foo 1");
    }

    @Test
    void a_broadcast_waits_for_slots_that_are_held_back() {
        harness.take("batch", "SET foo 1", "FLUSHALL");
        harness.answer("a", "-OOM no");
        assertThat(harness.written("a")).doesNotContain("FLUSHALL");

        harness.answer("a", "+OK");
        harness.tick();

        assertThat(harness.written("a")).containsExactly("FLUSHALL");
    }

    @Test
    void a_node_that_was_down_is_told_when_it_is_back() {
        harness.serve("b", "bar");
        harness.lose("b");
        harness.take("batch", "SCRIPT LOAD x");
        harness.answer("a", "+OK");
        assertThat(harness.ended).isEmpty();

        harness.connectNow("b");

        assertThat(harness.written("b")).containsExactly("SCRIPT LOAD x");
        harness.answer("b", "+OK");
        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_node_that_serves_no_slot_any_more_need_not_be_told() {
        harness.serve("b", "bar");
        harness.lose("b");
        harness.take("batch", "SCRIPT LOAD x");
        harness.answer("a", "+OK");

        harness.serve("a", 0, HashSlot.COUNT - 1);

        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_broadcast_that_is_refused_fails_its_batch_and_what_comes_after_it_goes_on() {
        harness.take("batch", "FUNCTION LOAD x", "SET foo 1");

        harness.answer("a", "-ERR Library 'x' already exists");
        assertThat(harness.written("a")).containsExactly("FUNCTION LOAD x", "SET foo 1");
        harness.answer("a", "+OK");

        assertThat(harness.ended)
                .singleElement()
                .asString()
                .startsWith("batch failed: ")
                .contains("already exists");
    }

    @Test
    void a_broadcast_that_is_refused_is_left_out_where_that_is_wanted() {
        harness = RouterHarness.cluster(OnError.SKIP, Duration.ZERO);
        harness.take("batch", "FUNCTION LOAD x", "SET foo 1");

        harness.answer("a", "-ERR Library 'x' already exists", "+OK");

        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_flush_of_a_shard_whose_slots_are_not_known_removes_nothing_of_the_others() {
        harness.shard.slotsKnown = false;

        harness.take("batch", "FLUSHALL");

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.ended)
                .singleElement()
                .asString()
                .contains("batch failed", "which slots this master has", "+cluster|nodes", "flush to IGNORE");
    }

    @Test
    void a_node_that_cannot_run_a_broadcast_now_is_asked_again() {
        harness.take("batch", "FLUSHALL");
        harness.written("a");

        harness.answer("a", "-LOADING Redis is loading the dataset in memory");
        harness.tick();

        assertThat(harness.written("a")).containsExactly("FLUSHALL");
        assertThat(harness.ended).isEmpty();
    }

    @Test
    void a_broadcast_whose_connection_was_lost_is_sent_again() {
        harness.take("batch", "FLUSHALL");
        harness.lose("a");

        harness.connectNow("a");

        assertThat(harness.written("a")).containsExactly("FLUSHALL");
    }

    @Test
    void a_function_that_is_deleted_already_is_deleted() {
        harness.take("batch", "FUNCTION DELETE lib", "SET foo 1");

        harness.answer("a", "-ERR Library not found", "+OK");

        assertThat(harness.ended).containsExactly("batch");
        assertThat(harness.refused.counts()).isEmpty();
    }

    @Test
    void a_modules_command_that_fails_when_it_is_repeated_has_taken_effect_before() {
        indexesAreKnown();
        harness.take("batch", "FT.CREATE index");
        harness.lose("a");
        harness.connectNow("a");

        harness.answer("a", "-LOADING Redis is loading the dataset in memory");
        harness.tick();
        harness.answer("a", "-Index already exists");

        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_modules_command_that_an_earlier_process_may_have_applied_may_fail() {
        indexesAreKnown();
        harness.take("batch", Batches.repeated(harness.shard, "FT.CREATE index"));

        harness.answer("a", "-Index already exists");

        assertThat(harness.ended).containsExactly("batch");
    }

    @Test
    void a_modules_command_that_was_only_refused_for_the_moment_is_not_repeated() {
        indexesAreKnown();
        harness.take("batch", "FT.CREATE index");
        harness.answer("a", "-LOADING Redis is loading the dataset in memory");
        harness.tick();

        harness.answer("a", "-Index already exists");

        assertThat(harness.ended).singleElement().asString().startsWith("batch failed: ");
    }

    private void seriesAreKnown() {
        harness.shard.commands = CommandTable.standard()
                .with(Replies.of(List.of(List.of("ts.add", -4, List.of("write", "module"), 1, 1, 1))));
    }

    private void indexesAreKnown() {
        harness.shard.commands = CommandTable.standard()
                .with(Replies.of(List.of(List.of("ft.create", -2, List.of("write", "module"), 0, 0, 0))));
    }

    // A standard server.

    @Test
    void a_standard_server_takes_every_database_and_any_keys() {
        harness = RouterHarness.standard();

        harness.take("batch", "[3] RENAME foo bar", "MULTI", "SET foo 1", "SET bar 2", "EXEC");

        assertThat(harness.written("a")).containsExactly("SELECT 3");
        harness.answer("a", "+OK");
        assertThat(harness.written("a")).containsExactly("RENAME foo bar", "SELECT 0");
        harness.answer("a", "+OK", "+OK");
        assertThat(harness.written("a")).containsExactly("MULTI", "SET foo 1", "SET bar 2", "EXEC");
    }

    @Test
    void what_is_of_a_database_that_may_not_be_chosen_waits_and_nothing_of_it_goes_elsewhere() {
        harness = RouterHarness.standard();
        String refusal = "-NOPERM this user has no permissions to run the 'select' command";

        harness.take("batch", "[3] INCR foo", "INCR bar", "[3] INCR foo");
        assertThat(harness.written("a")).containsExactly("SELECT 3");
        harness.answer("a", refusal);

        List<String> written = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            List<String> more = harness.written("a");
            written.addAll(more);
            more.forEach(command -> harness.answer("a", command.startsWith("SELECT") ? refusal : ":1"));
        }
        assertThat(written).doesNotContain("INCR foo");
        assertThat(harness.ended).isEmpty();
    }

    @Test
    void a_standard_server_gets_everything_in_one_order_whatever_the_slots() {
        harness = RouterHarness.standard();
        harness.lose("a");
        harness.take("batch", "SET bar 1", "SET foo 1", "RENAME foo bar", "SET bar 2");

        harness.connectNow("a");

        assertThat(harness.written("a")).containsExactly("SET bar 1", "SET foo 1", "RENAME foo bar", "SET bar 2");
    }

    @Test
    void a_key_of_a_standard_server_is_written_before_everything_that_waits() {
        harness = RouterHarness.standard();
        harness.take("batch", "INCR foo");
        harness.lose("a");
        harness.take("later", "RENAME bar foo");
        long readAt = harness.offset();
        harness.take("behind", "SET foo 9");
        harness.connectNow("a");

        harness.shard.read("foo", "payload", 0, readAt - 1);
        harness.run();

        assertThat(harness.written("a"))
                .containsExactly("RESTORE foo 0 payload REPLACE", "RENAME bar foo", "SET foo 9");
    }

    private void lostIncrement() {
        harness.take("batch", "INCR foo");
        harness.lose("a");
        harness.connectNow("a");
        assertThat(HashSlot.of("foo".getBytes(UTF_8))).isEqualTo(FOO);
    }
}
