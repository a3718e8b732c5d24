package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.Databases;
import io.caravan.command.OutOfOrderException;
import io.caravan.command.Phase;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.rdb.DecodeTarget;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a shard says and does before it has a link. */
class ShardReplicationTest {

    private static final NodeAddress NODE = new NodeAddress("10.0.0.1", 7000);

    private final Transport transport =
            new Transport(null, NioSocketChannel.class, null, false, Duration.ofSeconds(1), Duration.ofSeconds(1));
    private final SourceSettings settings = new SourceSettings(
            List.of(NODE),
            Credentials.NONE,
            transport,
            Databases.ALL,
            SourceSettings.SnapshotTransfer.AUTO,
            SourceSettings.ReadFrom.MASTER,
            new RateLimits(),
            Duration.ofSeconds(60),
            Duration.ofMillis(100),
            Duration.ofSeconds(10),
            Path.of("unused"),
            DecodeTarget.NEWEST);

    @Test
    void a_shard_bears_the_address_of_its_master() {
        assertThat(shard(null).name()).isEqualTo("10.0.0.1:7000");
    }

    @Test
    void before_its_first_link_a_shard_is_connecting() {
        ShardStatus status = shard(null).status();

        assertThat(status)
                .isEqualTo(new ShardStatus(
                        "10.0.0.1:7000",
                        "10.0.0.1:7000",
                        "10.0.0.1:7000",
                        ShardState.CONNECTING,
                        SnapshotProgress.NONE,
                        "",
                        0,
                        -1,
                        OptionalLong.empty(),
                        0,
                        OptionalLong.empty(),
                        0,
                        ""));
    }

    @Test
    void a_shard_that_continues_is_applied_up_to_there() {
        var from = new ReplicationPosition("id", 4711, 2);

        ShardReplication shard = shard(from);

        assertThat(shard.progress().map(ShardProgress::position)).contains(from);
        assertThat(shard.status().replicationId()).isEqualTo("id");
        assertThat(shard.status().receivedOffset()).isEqualTo(4711);
    }

    @Test
    void a_batch_that_is_not_due_stops_the_shard() {
        ShardReplication shard = shard(null);

        assertThatThrownBy(() -> shard.submit(Batches.stream("SET a 1"), () -> {}))
                .isInstanceOf(OutOfOrderException.class)
                .hasMessageContaining("reached the destination out of turn");
        assertThat(shard.window().failure()).get().isInstanceOf(OutOfOrderException.class);
    }

    @Test
    void a_sweep_of_the_snapshot_before_counts_for_nothing() {
        ShardReplication shard = shard(new ReplicationPosition("id", 4711, 0), true);

        shard.sweep().lookedThrough(1);
        shard.sourceOffset(4000);
        shard.sourceOffset(4500);

        assertThat(shard.progress().map(ShardProgress::sweepDue)).contains(true);
    }

    @Test
    void a_sweep_is_over_with_what_the_source_had_written_by_its_end() {
        ShardReplication shard = shard(new ReplicationPosition("id", 4711, 0), true);

        shard.sweep().lookedThrough(0);
        shard.sourceOffset(4000);
        assertThat(shard.progress().map(ShardProgress::sweepDue)).contains(true);
        assertThat(shard.sweep().staleSlots(shard.slots()))
                .isEqualTo(shard.slots().cardinality());

        shard.sourceOffset(4500);
        assertThat(shard.progress().map(ShardProgress::sweepDue)).contains(false);
        assertThat(shard.sweep().staleSlots(shard.slots())).isZero();
    }

    @Test
    void a_sweep_that_has_asked_a_master_of_lost_writes_counts_for_nothing() {
        ShardReplication shard = shard(new ReplicationPosition("id", 4711, 0), true);

        int era = shard.era();
        shard.link().tookOver(4711);
        shard.sweep().lookedThrough(era);
        shard.sweep().lookedThrough(shard.era());
        shard.sourceOffset(4000);
        shard.sourceOffset(4800);
        shard.link().tookOver(4711); // it had said what may be lost

        assertThat(shard.record().isToBeSwept(true)).isTrue();
        assertThat(shard.progress().map(ShardProgress::sweepDue)).contains(true);
    }

    @Test
    void who_comes_after_a_shard_that_was_to_begin_anew_does_so_too() {
        ShardReplication shard = shard(new ReplicationPosition("id", 4711, 0));
        assertThat(shard.progress().map(ShardProgress::phase)).contains(Phase.STREAM);

        shard.beginAnew("a master of the destination was replaced");

        assertThat(shard.progress().map(ShardProgress::phase)).contains(Phase.SNAPSHOT);
    }

    @Test
    void what_was_received_before_a_shard_was_to_begin_anew_is_not_read() {
        ShardReplication shard = shard(new ReplicationPosition("id", 4711, 0));
        var queue = new ReceiveQueue(1000, open -> {});
        shard.link().into(queue);
        queue.add(Unpooled.copiedBuffer(new byte[10]));

        shard.beginAnew("a master of the destination was replaced");

        assertThatThrownBy(() -> queue.read(new byte[10], 0, 10))
                .isInstanceOf(SourceException.class)
                .hasMessage("a master of the destination was replaced");
    }

    @Test
    void a_shard_that_was_to_begin_anew_while_it_had_no_link_does_so() {
        ShardReplication shard = shard(new ReplicationPosition("id", 4711, 0));
        assertThat(shard.link().isToBeginAnew()).isFalse();

        shard.beginAnew("a master of the destination was replaced");
        var queue = new ReceiveQueue(1000, open -> {});
        shard.link().into(queue);

        assertThatThrownBy(() -> queue.read(new byte[10], 0, 10)).isInstanceOf(SourceException.class);
        assertThat(shard.link().isToBeginAnew()).isTrue();
    }

    @Test
    void who_comes_while_what_a_former_master_has_said_is_not_put_right_begins_anew() {
        ShardReplication shard = shard(new ReplicationPosition("id", 4711, 0));

        shard.link().tookOver(4711);
        var first = putRight;
        shard.link().tookOver(4712);
        shard.link().renamed("next");
        assertThat(shard.progress().map(ShardProgress::phase)).contains(Phase.SNAPSHOT);
        first.complete(null);
        assertThat(shard.progress().map(ShardProgress::phase)).contains(Phase.SNAPSHOT);
        putRight.complete(null);

        assertThat(shard.progress().map(ShardProgress::phase)).contains(Phase.STREAM);
    }

    @Test
    void what_could_not_be_put_right_stays_in_doubt() {
        ShardReplication shard = shard(new ReplicationPosition("id", 4711, 0));

        shard.link().tookOver(4711);
        putRight.completeExceptionally(new IllegalStateException("the destination refuses it"));

        assertThat(shard.progress().map(ShardProgress::phase)).contains(Phase.SNAPSHOT);
    }

    @Test
    void a_shard_that_was_told_to_stop_before_it_ran_does_not_run() {
        ShardReplication shard = shard(null);

        shard.stop();
        shard.run();

        assertThat(shard.status().state()).isEqualTo(ShardState.STOPPED);
    }

    private CompletableFuture<Void> putRight = new CompletableFuture<>();

    private ShardReplication shard(ReplicationPosition from) {
        return shard(from, false);
    }

    private ShardReplication shard(ReplicationPosition from, boolean sweepDue) {
        var master = new SourceMaster(NODE, "", new BitSet(), Optional.empty());
        var topology = new SourceTopology(transport, Credentials.NONE, List.of(NODE));
        var limits = new Limits(1000, 64 * 1024, 256, 1 << 20, 1 << 20, 1 << 20);
        var session = new ShardContext(
                settings,
                topology,
                limits,
                CommandTable.standard(),
                new BatchSink() {
                    @Override
                    public void accept(CommandBatch batch, Delivery delivery) {
                        // none of these tests has a stream
                    }

                    @Override
                    public CompletionStage<?> lostBehind(SourceShard lost, StreamPoint point) {
                        putRight = new CompletableFuture<>();
                        return putRight;
                    }
                },
                Runnable::run,
                Runnable::run,
                new Gate(),
                false,
                true,
                false,
                new Resharding(),
                false,
                null);
        return new ShardReplication(
                session,
                master,
                ShardInbox.inMemory(1 << 20),
                from == null ? null : StartingPoint.at(from, from.offset(), sweepDue));
    }
}
