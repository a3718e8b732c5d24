package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** When a link is taken from a replica, and when it is brought back to one. */
class LinkWatchTest {

    private static final NodeAddress MASTER = new NodeAddress("10.0.0.1", 7000);
    private static final NodeAddress REPLICA = new NodeAddress("10.0.0.2", 7000);

    private final List<String> lost = new ArrayList<>();
    private final List<NodeAddress> avoided = new ArrayList<>();
    private long now = 1;
    private long received = 1000;
    private boolean listening = true;
    private long lastReceivedNanos = 1;
    private boolean onReplica = true;
    private boolean replicaServes;
    private boolean linked = true;

    private final LinkWatch watch = new LinkWatch(
            new Nodes(),
            new CurrentMaster(
                    new SourceTopology(
                            new Transport(null, NioSocketChannel.class, null, false, Duration.ZERO, Duration.ZERO),
                            Credentials.NONE,
                            List.of(MASTER)),
                    new SourceMaster(MASTER, "", new BitSet(), Optional.empty())), // standard: nobody is asked
            () -> linked ? new Link() : null,
            Runnable::run,
            () -> now);

    @Test
    void a_replica_that_sends_nothing_while_its_master_goes_on_is_left_after_five_seconds() {
        masterSaysFor(6, "id", 1010); // seen at 1 s, behind and silent since 2 s
        assertThat(lost).isEmpty();

        masterSaysFor(1, "id", 1010);

        assertThat(lost).hasSize(1);
        assertThat(lost.get(0)).contains("10.0.0.2:7000 has sent nothing for 5 s");
        assertThat(avoided).containsExactly(REPLICA);
    }

    @Test
    void a_replica_that_has_all_that_its_master_has_may_be_silent() {
        masterSaysFor(60, "id", 1000);

        assertThat(lost).isEmpty();
    }

    @Test
    void a_replica_that_is_late_but_sends_is_left_in_peace() {
        for (int second = 0; second < 60; second++) {
            received++;
            lastReceivedNanos = now;
            masterSaysFor(1, "id", 1_000_000);
        }

        assertThat(lost).isEmpty();
    }

    @Test
    void nobody_is_blamed_while_we_do_not_listen() {
        listening = false;

        masterSaysFor(60, "id", 1010);

        assertThat(lost).isEmpty();
    }

    @Test
    void a_replica_that_sends_but_follows_another_history_than_the_master_is_left() {
        for (int second = 0; second < 7; second++) {
            received++;
            lastReceivedNanos = now;
            masterSaysFor(1, "of the new master", 1_000_000);
        }

        assertThat(lost).hasSize(1);
        assertThat(lost.get(0)).contains("follows another history than its master");
    }

    @Test
    void where_the_master_does_not_answer_the_replica_is_kept_and_that_is_told() {
        for (int second = 0; second < 60; second++) {
            now += Duration.ofSeconds(1).toNanos();
            watch.masterIsSilent();
        }

        assertThat(lost).isEmpty();
        assertThat(watch.problem()).contains("10.0.0.1:7000 does not answer").contains("10.0.0.2:7000");
        masterSaysFor(1, "id", 1000);
        assertThat(watch.problem()).isEmpty();
    }

    @Test
    void a_link_to_the_master_goes_to_a_replica_that_could_serve_it_twice_in_a_row() {
        onReplica = false;
        masterSaysFor(20, "id", 1000);
        assertThat(lost).isEmpty();

        replicaServes = true;
        masterSaysFor(6, "id", 1000);
        assertThat(lost).isEmpty();

        masterSaysFor(6, "id", 1000);
        assertThat(lost).hasSize(1);
    }

    @Test
    void while_there_is_no_link_nothing_is_judged() {
        linked = false;

        masterSaysFor(60, "id", 5000);

        assertThat(lost).isEmpty();
        assertThat(watch.problem()).isEmpty();
    }

    private void masterSaysFor(int seconds, String id, long offset) {
        for (int second = 0; second < seconds; second++) {
            now += Duration.ofSeconds(1).toNanos();
            watch.masterSays(new NodeHistory(
                    ServerInfo.parse("role:master\nmaster_replid:" + id + "\nmaster_repl_offset:" + offset + "\n")));
        }
    }

    private final class Nodes implements LinkWatch.Nodes {

        @Override
        public LinkTarget chosen() {
            return new LinkTarget(
                    onReplica ? REPLICA : MASTER, Optional.empty(), false, onReplica, OptionalLong.empty());
        }

        @Override
        public void avoid(NodeAddress node) {
            avoided.add(node);
        }

        @Override
        public boolean hasReplicaFor(ReplicationPosition position) {
            return replicaServes;
        }
    }

    private final class Link implements LinkWatch.Link {

        @Override
        public ReplicationPosition received() {
            return new ReplicationPosition("id", received, 0);
        }

        @Override
        public long silentNanos() {
            return listening ? now - lastReceivedNanos : 0;
        }

        @Override
        public void lose(IOException reason) {
            lost.add(reason.getMessage());
        }
    }
}
