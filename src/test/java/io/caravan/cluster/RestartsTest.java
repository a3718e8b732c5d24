package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.HashSlot;
import io.caravan.command.SlotTags;
import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import io.lettuce.core.RedisCommandExecutionException;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RestartsTest {

    private static final NodeAddress A = new NodeAddress("a", 1);

    private final RouterHarness harness = RouterHarness.cluster();
    private final Node node = new Node();
    private final Restarts restarts = restarts();

    @BeforeEach
    void isMetAndHasANumber() {
        restarts.keepNumbers();
        meet();
        raise();
    }

    @Test
    void a_number_is_kept_where_the_master_keeps_its_data() {
        harness.take("batch", "SET foo 1");
        harness.answer("a", "+OK");
        harness.written("a");

        restarts.raise();

        assertThat(harness.written("a"))
                .singleElement()
                .asString()
                .matches("SET caravan:watermark:\\{\\w+}caravan:me@a:1 2 EX 86400");
    }

    @Test
    void nothing_is_written_while_there_is_nothing_to_be_lost() {
        raise(); // nothing has been written before, and this says so
        harness.written("a");

        restarts.raise();

        assertThat(harness.written("a")).isEmpty();
    }

    @Test
    void a_master_that_was_only_away_has_lost_nothing() {
        write("SET foo 1");
        lose();

        meet();

        assertThat(node.asked).isNull();
        assertThat(harness.shard.reading).isEmpty();
        assertThat(harness.shard.anew).isEmpty();
    }

    @Test
    void what_was_written_behind_the_number_that_a_master_comes_back_with_is_read_again() {
        write("SET foo 1");
        raise();
        write("SET bar 1");
        raise();
        write("SET {bar}2 1");
        lose();

        node.startAgain("2"); // of 3

        assertThat(meet()).isTrue();
        assertThat(harness.shard.reading).containsOnlyKeys("bar", "{bar}2");
        assertThat(harness.shard.anew).isEmpty();
        assertThat(harness.router.lost().count()).isEqualTo(1);
    }

    @Test
    void a_master_that_comes_back_with_the_latest_number_may_lack_what_came_behind_it() {
        write("SET foo 1");
        raise();
        write("SET bar 1");
        lose();

        node.startAgain("2");

        assertThat(meet()).isTrue();
        assertThat(harness.shard.reading).containsOnlyKeys("bar");
        assertThat(harness.shard.doubtful)
                .singleElement()
                .satisfies(settled -> assertThat(settled).isNotDone());
        harness.connectNow("a");
        harness.shard.read("bar", "payload");
        harness.run();
        harness.answer("a", "+OK");
        assertThat(harness.shard.doubtful)
                .singleElement()
                .satisfies(settled -> assertThat(settled).isCompleted());
    }

    @Test
    void a_number_that_the_master_did_not_acknowledge_counts_if_it_has_it() {
        write("SET foo 1");
        restarts.raise();
        lose();

        node.startAgain("2");

        assertThat(meet()).isTrue();
        assertThat(harness.shard.reading).isEmpty();
    }

    @Test
    void what_a_master_has_acknowledged_of_a_batch_that_has_not_ended_may_be_lost() {
        harness.serve("c", "bar");
        harness.take("batch", "SET foo 1", "SET bar 1");
        harness.answer("a", "+OK");
        lose();

        node.startAgain("1");

        assertThat(meet()).isTrue();
        assertThat(harness.shard.reading).containsOnlyKeys("foo");
    }

    @Test
    void a_master_that_comes_back_empty_begins_anew() {
        write("SET foo 1");
        lose();

        node.startAgain(null);

        assertThat(meet()).isTrue();
        assertThat(harness.shard.anew).singleElement().asString().contains("a:1 has been started again");
    }

    @Test
    void a_number_from_so_long_ago_that_not_all_is_remembered_begins_anew() {
        write("SET foo 1");
        raise();
        raise(); // by now it is known that foo would be there
        write("SET bar 1");
        lose();

        node.startAgain("1");

        assertThat(meet()).isTrue();
        assertThat(harness.shard.anew).singleElement().asString().contains("more than is remembered");
    }

    @Test
    void of_a_master_with_an_append_only_file_more_is_remembered() {
        node.appendOnly = true;
        lose();
        meet();
        harness.connectNow("a");
        write("SET foo 1");
        raise();
        raise();
        write("SET bar 1");
        lose();

        node.startAgain("1");

        assertThat(meet()).isTrue();
        assertThat(harness.shard.reading).containsOnlyKeys("foo", "bar");
    }

    @Test
    void what_was_not_proven_when_the_connection_was_lost_is_not_forgotten_with_the_next_one() {
        write("SET foo 1");
        lose();
        meet();
        harness.connectNow("a");
        write("SET bar 1");
        lose();

        node.startAgain("1");

        assertThat(meet()).isTrue();
        assertThat(harness.shard.reading).containsOnlyKeys("foo", "bar");
    }

    @Test
    void a_node_that_cannot_tell_yet_is_asked_again() {
        write("SET foo 1");
        lose();

        node.startAgain("1");
        node.refuses = "CLUSTERDOWN The cluster is down";

        assertThat(meet()).isFalse();
        assertThat(harness.shard.reading).isEmpty();
        node.refuses = "";
        assertThat(meet()).isTrue();
        assertThat(harness.shard.reading).containsOnlyKeys("foo");
    }

    @Test
    void a_node_that_may_not_tell_begins_anew() {
        write("SET foo 1");
        lose();

        node.startAgain("1");
        node.refuses = "NOPERM no right to read this key";

        assertThat(meet()).isTrue();
        assertThat(harness.shard.anew).singleElement().asString().contains("NOPERM");
    }

    @Test
    void a_former_master_that_comes_back_as_a_replica_has_what_its_master_has() {
        write("SET foo 1");
        lose();

        node.startAgain(null);
        node.replica = true;

        assertThat(meet()).isTrue();
        assertThat(harness.shard.reading).isEmpty();
        assertThat(harness.shard.anew).isEmpty();
    }

    @Test
    void another_slot_is_taken_for_the_number_where_the_first_has_gone() {
        write("SET foo 1");
        harness.written("a");
        restarts.raise();
        String first = harness.written("a").get(0);
        harness.answer("a", "-MOVED 0 c:1");

        restarts.raise();

        assertThat(harness.written("a").get(0).split(" ")[1]).isNotEqualTo(first.split(" ")[1]);
    }

    @Test
    void where_no_keys_may_be_kept_a_master_that_was_started_again_begins_anew() {
        Restarts without = restarts();
        without.meet(A, node);
        write("SET foo 1");
        harness.written("a");

        without.raise();
        node.startAgain("1");
        without.meet(A, node);

        assertThat(harness.written("a")).isEmpty();
        assertThat(harness.shard.anew).singleElement().asString().contains("checkpoint=destination");
    }

    @Test
    void the_number_of_another_master_proves_nothing() {
        harness.serve("c", "bar");
        write("SET foo 1");
        harness.written("c");
        raise();
        String others = harness.written("c").get(0).split(" ")[2];
        write("SET foo 2");
        raise();
        lose();

        node.startAgain(others); // as c has left it in a slot that has moved

        assertThat(meet()).isTrue();
        assertThat(harness.shard.anew).singleElement().asString().contains("does not have what was written");
    }

    @Test
    void a_connection_that_is_lost_again_and_again_does_not_fill_the_memory() {
        String value = "v".repeat(1024 * 1024);
        for (int i = 0; i < 20; i++) {
            for (int k = 0; k < 6; k++) {
                write("SET foo " + value);
            }
            lose();
            meet();
            harness.connectNow("a");
        }
        lose();

        node.startAgain("1");

        assertThat(meet()).isTrue();
        assertThat(harness.shard.anew).singleElement().asString().contains("more than is remembered");
    }

    @Test
    void a_flush_that_may_be_lost_begins_anew() {
        harness.take("batch", "FLUSHALL");
        harness.answer("a", "+OK");
        lose();

        node.startAgain("1");

        assertThat(meet()).isTrue();
        assertThat(harness.shard.anew).singleElement().asString().contains("FLUSHALL");
    }

    @Test
    void a_successor_that_has_the_number_has_what_was_replicated() {
        harness.router.failovers().askSuccessors(restarts::replaced);
        write("SET foo 1");
        raise();
        isReplicated();

        harness.serve("b", 0, HashSlot.COUNT - 1);
        assertThat(harness.shard.doubtful)
                .singleElement()
                .satisfies(doubt -> assertThat(doubt).isNotDone());
        tellNumber("2");

        assertThat(harness.shard.anew).isEmpty();
        assertThat(harness.shard.doubtful).allMatch(CompletableFuture::isDone);
    }

    @Test
    void a_successor_is_asked_for_what_its_predecessor_had_though_that_has_sent_a_number_away_since() {
        harness.router.failovers().askSuccessors(restarts::replaced);
        write("SET foo 1");
        raise();
        isReplicated();
        write("SET foo 2");
        restarts.raise();
        harness.answer("a", "-MOVED 0 b:1"); // the next is for another slot
        restarts.raise();

        harness.serve("b", 0, HashSlot.COUNT - 1);
        tellNumber("2");

        assertThat(harness.shard.anew).isEmpty();
    }

    @Test
    void a_successor_that_lacks_what_was_replicated_begins_anew() {
        harness.router.failovers().askSuccessors(restarts::replaced);
        write("SET foo 1");
        raise();
        isReplicated();
        restarts.forget(A); // it has come back as a replica, and its link is closed

        harness.serve("b", 0, HashSlot.COUNT - 1);
        tellNumber("1");

        assertThat(harness.shard.anew).singleElement().asString().contains("its successor does not have");
    }

    @Test
    void a_successor_that_has_nothing_begins_anew() {
        harness.router.failovers().askSuccessors(restarts::replaced);
        write("SET foo 1");
        isReplicated();

        harness.serve("b", 0, HashSlot.COUNT - 1);
        tellNumber(null);

        assertThat(harness.shard.anew).singleElement().asString().contains("its successor does not have");
    }

    @Test
    void nothing_is_expected_of_a_successor_that_nobody_knew_to_be_a_replica() {
        harness.router.failovers().askSuccessors(restarts::replaced);
        write("SET foo 1");

        harness.serve("b", 0, HashSlot.COUNT - 1);

        assertThat(harness.shard.doubtful).isEmpty();
        assertThat(harness.shard.anew).isEmpty();
    }

    private void tellNumber(@Nullable String value) {
        assertThat(harness.asked).containsOnlyKeys("caravan:watermark:{" + tag(0) + "}caravan:me@a:1");
        harness.tell(harness.asked.keySet().iterator().next(), value);
    }

    private static String tag(int slot) {
        return new String(SlotTags.of(slot), StandardCharsets.US_ASCII);
    }

    private void isReplicated() {
        harness.router.recent().replicas(true);
        harness.router.recent().replicatedUntil(System.nanoTime());
    }

    private Restarts restarts() {
        return new Restarts(
                harness.router,
                harness.router.recent(),
                harness.router.lost(),
                "caravan:me",
                harness,
                ImmediateEventExecutor.INSTANCE);
    }

    /** Writes a command, which is acknowledged. */
    private void write(String command) {
        harness.take("batch", command);
        harness.answer("a", "+OK");
    }

    /** The master gets the next number, and acknowledges it. */
    private void raise() {
        restarts.raise();
        if (harness.written("a").stream().anyMatch(command -> command.startsWith("SET caravan:watermark:"))) {
            harness.answer("a", "+OK");
        }
    }

    private void lose() {
        harness.lose("a");
        restarts.lost(harness.link("a"));
    }

    /** Whether the node may be used. */
    private boolean meet() {
        return !restarts.meet(A, node).toCompletableFuture().isCompletedExceptionally();
    }

    /** What the node says of itself. */
    private static final class Node implements Restarts.Questions {

        private int process = 1;
        private boolean appendOnly;
        private boolean replica;
        private @Nullable String number;
        private @Nullable String asked;
        private String refuses = "";

        private void startAgain(@Nullable String withNumber) {
            process++;
            number = withNumber;
        }

        @Override
        public CompletionStage<ServerInfo> info() {
            return CompletableFuture.completedFuture(ServerInfo.parse(String.join(
                    "\r\n",
                    List.of(
                            "run_id:" + process,
                            "aof_enabled:" + (appendOnly ? 1 : 0),
                            "role:" + (replica ? "slave" : "master")))));
        }

        @Override
        public CompletionStage<byte @Nullable []> get(byte[] key) {
            asked = new String(key, StandardCharsets.US_ASCII);
            return refuses.isEmpty()
                    ? CompletableFuture.completedFuture(
                            number == null ? null : number.getBytes(StandardCharsets.US_ASCII))
                    : CompletableFuture.failedFuture(new RedisCommandExecutionException(refuses));
        }
    }
}
