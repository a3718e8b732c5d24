package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.HashSlot;
import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FailoversTest {

    private static final NodeAddress A = new NodeAddress("a", 1);

    private final RouterHarness harness = RouterHarness.cluster();
    private String replication = "";
    private final ReplicaWatch watch = watch();

    @BeforeEach
    void aReplicaIsThere() {
        replication(100, 100);
        ask(); // says that there is one
    }

    @Test
    void what_the_successor_of_a_master_may_not_have_is_read_again() {
        harness.take("batch", "SET foo 1", "MSET {bar}1 1 {bar}2 2");
        harness.answer("a", "+OK", "+OK");

        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.shard.reading).containsOnlyKeys("foo", "{bar}1", "{bar}2");
    }

    @Test
    void what_a_former_master_has_not_answered_may_have_been_lost_with_it() {
        harness.take("batch", "INCR foo", "SET bar 1");

        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.shard.reading).containsOnlyKeys("foo", "bar");
        assertThat(harness.link("a").isUp())
                .as("what it answers from now on is not believed")
                .isFalse();
    }

    @Test
    void what_a_former_master_has_acknowledged_of_a_batch_that_has_not_ended_is_read_again() {
        harness.serve("c", "bar");
        harness.take("batch", "SET foo 1", "SET bar 1");
        harness.answer("a", "+OK");

        harness.serve("b", 0, HashSlot.of("bar".getBytes(StandardCharsets.UTF_8)) - 1);
        harness.serve("b", HashSlot.of("bar".getBytes(StandardCharsets.UTF_8)) + 1, HashSlot.COUNT - 1);

        assertThat(harness.ended).isEmpty();
        assertThat(harness.shard.reading).containsOnlyKeys("foo");
    }

    @Test
    void a_master_that_still_serves_slots_has_lost_nothing() {
        harness.take("batch", "SET foo 1");
        harness.answer("a", "+OK");

        harness.serve("b", "foo");

        assertThat(harness.shard.reading).isEmpty();
    }

    @Test
    void what_every_replica_has_is_not_read_again() {
        harness.take("batch", "SET foo 1");
        harness.answer("a", "+OK");

        replication(200, 150);
        ask(); // of 100 that were there before the batch the replica has all
        replication(300, 250);
        ask(); // and now it has the 200 that were there behind it
        ask();
        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.shard.reading).isEmpty();
    }

    @Test
    void a_replica_that_is_behind_may_miss_everything() {
        replication(200, 150);
        ask();
        harness.take("batch", "SET foo 1");
        harness.answer("a", "+OK");

        replication(300, 199);
        ask();
        ask();
        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.shard.reading).containsOnlyKeys("foo");
    }

    @Test
    void a_replica_that_has_lost_its_link_may_miss_everything_since() {
        harness.take("batch", "SET foo 1");
        harness.answer("a", "+OK");

        replication = "role:master\r\nconnected_slaves:0\r\nmaster_repl_offset:200\r\n";
        ask();
        ask();
        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.shard.reading).containsOnlyKeys("foo");
    }

    @Test
    void what_is_written_behind_the_first_answer_is_remembered() {
        Queue<Runnable> answers = new ArrayDeque<>();
        var slow = new ReplicaWatch(
                node -> CompletableFuture.completedFuture(ServerInfo.parse(replication)),
                answers::add,
                harness.router.recent());
        slow.ask(List.of(A));
        answers.remove().run();
        harness.take("batch", "SET foo 1");
        harness.answer("a", "+OK");

        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.shard.reading).containsOnlyKeys("foo");
    }

    @Test
    void without_replicas_nothing_is_remembered() {
        replication = "role:master\r\nconnected_slaves:0\r\nmaster_repl_offset:100\r\n";
        watch().ask(List.of(A));
        harness.take("batch", "SET foo 1");
        harness.answer("a", "+OK");

        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.shard.reading).isEmpty();
    }

    @Test
    void more_than_can_be_remembered_begins_anew() {
        String value = "v".repeat(1024 * 1024);
        for (int i = 0; i < 40; i++) {
            harness.take("batch", "SET foo " + value);
            harness.answer("a", "+OK");
        }

        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.shard.anew).singleElement().asString().contains("a:1 has been replaced");
        assertThat(harness.shard.reading).isEmpty();
    }

    @Test
    void what_a_snapshot_has_brought_for_every_master_is_sent_again_with_the_next_one_if_a_master_may_have_lost_it() {
        String load = "FUNCTION LOAD REPLACE x";
        harness.take("first", Batches.snapshot(harness.shard, load));
        harness.answer("a", "+OK");
        harness.serve("b", 0, HashSlot.COUNT - 1);
        assertThat(harness.shard.anew).hasSize(1);

        harness.take("second", Batches.snapshot(harness.shard, load));
        assertThat(harness.written("b")).containsExactly(load);
        harness.answer("b", "+OK");

        assertThat(harness.ended).containsExactly("first", "second");
    }

    @Test
    void what_a_script_has_written_that_names_no_keys_may_be_lost_with_the_master_that_has_run_it() {
        harness.serve("c", "bar");
        harness.take("batch", "EVAL script 0", "SET bar 1");
        harness.answer("a", "+OK");
        harness.answer("c", "+OK");

        harness.serve("b", "bar");
        assertThat(harness.shard.anew).isEmpty();
        harness.serve("c", 0, HashSlot.COUNT - 1);

        assertThat(harness.shard.anew).singleElement().asString().contains("a script has written that names no keys");
    }

    @Test
    void what_was_left_out_for_another_shard_has_brought_it_is_not_lost_with_a_master() {
        harness.take("first", Batches.snapshot(harness.shard, "FUNCTION LOAD REPLACE x"));
        harness.answer("a", "+OK");
        replication(200, 200);
        ask();
        ask();
        harness.take("second", Batches.snapshot(harness.shard, "FUNCTION LOAD REPLACE x"));

        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.ended).containsExactly("first", "second");
        assertThat(harness.shard.anew).isEmpty();
    }

    private ReplicaWatch watch() {
        return new ReplicaWatch(
                node -> CompletableFuture.completedFuture(ServerInfo.parse(replication)),
                Runnable::run,
                harness.router.recent());
    }

    private void ask() {
        watch.ask(List.of(A));
    }

    private void replication(long master, long replica) {
        replication = "role:master\r\nconnected_slaves:1\r\nslave0:ip=127.0.0.1,port=7003,state=online,offset="
                + replica + ",lag=0\r\nmaster_repl_offset:" + master + "\r\n";
    }
}
