package io.caravan.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.checkpoint.Checkpoint;
import io.caravan.checkpoint.CheckpointStore;
import io.caravan.command.CommandTable;
import io.caravan.command.Databases;
import io.caravan.command.HashSlot;
import io.caravan.command.Phase;
import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.node.SlotRanges;
import io.caravan.rdb.DecodeTarget;
import io.caravan.replication.Limits;
import io.caravan.replication.RateLimits;
import io.caravan.replication.ReplicationPosition;
import io.caravan.replication.ReplicationSession;
import io.caravan.replication.SourceMaster;
import io.caravan.replication.SourceSettings;
import io.caravan.replication.StartingPoint;
import io.caravan.replication.Transport;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CheckpointKeeperTest {

    private static final SourceMaster CLUSTER_MASTER = master("10.0.0.1", "07c37dfe");
    private static final SourceMaster STANDARD_MASTER = master("10.0.0.2", "");
    private static final ReplicationPosition POSITION = new ReplicationPosition("8d5f", 4711, 3);

    private final FakeStore store = new FakeStore();
    private final CheckpointKeeper keeper = new CheckpointKeeper("orders", store);
    private List<String> histories = List.of();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    @Test
    void a_stream_is_continued_where_its_checkpoint_is() throws IOException {
        store.found = List.of(checkpoint("other", Phase.STREAM, 1), checkpoint("07c37dfe", Phase.STREAM, 4711));
        keeper.load();

        assertThat(start(CLUSTER_MASTER)).contains(StartingPoint.at(POSITION, 4711, false));
    }

    @Test
    void a_standard_server_is_known_by_its_address() throws IOException {
        store.found = List.of(checkpoint("10.0.0.2:7000", Phase.STREAM, 4711));
        keeper.load();

        assertThat(start(STANDARD_MASTER)).contains(StartingPoint.at(POSITION, 4711, false));
    }

    @Test
    void a_shard_without_a_checkpoint_begins_with_a_snapshot() throws IOException {
        keeper.load();

        assertThat(start(CLUSTER_MASTER)).isEmpty();
    }

    @Test
    void a_snapshot_that_was_not_finished_is_begun_anew() throws IOException {
        store.found = List.of(checkpoint("07c37dfe", Phase.SNAPSHOT, 4711));
        keeper.load();

        assertThat(start(CLUSTER_MASTER)).contains(StartingPoint.ANEW);
    }

    @Test
    void the_lineage_is_that_of_the_record_where_checkpoints_are_kept_in_slots() throws IOException {
        store.found = List.of(inDoubt("1x2y"));
        keeper.inSlot();
        keeper.load();

        assertThat(start(CLUSTER_MASTER)).contains(StartingPoint.at(POSITION, 5000, false, "1x2y"));
    }

    @Test
    void what_a_process_left_in_doubt_that_kept_no_checkpoints_in_slots_needs_a_snapshot() throws IOException {
        store.found = List.of(inDoubt(""));
        keeper.inSlot();
        keeper.load();

        assertThat(start(CLUSTER_MASTER)).contains(StartingPoint.ANEW);
    }

    @Test
    void if_it_left_nothing_in_doubt_its_stream_is_continued() throws IOException {
        store.found = List.of(checkpoint("07c37dfe", Phase.STREAM, 4711));
        keeper.inSlot();
        keeper.load();

        assertThat(start(CLUSTER_MASTER)).contains(StartingPoint.at(POSITION, 4711, false));
    }

    @Test
    void the_lineage_is_written_down_where_checkpoints_are_kept_in_slots_and_nowhere_else() {
        keeper.store(session()).join();
        assertThat(store.saved).extracting(Checkpoint::lineage).containsOnly("");

        store.saved.clear();
        keeper.inSlot();
        keeper.store(session(9000)).join();
        assertThat(store.saved)
                .extracting(Checkpoint::lineage)
                .hasSize(2)
                .doesNotContain("")
                .doesNotHaveDuplicates();
    }

    @Test
    void a_shard_that_serves_other_slots_goes_on_and_is_told_which_it_was_given() throws IOException {
        store.found = List.of(ofSlots("0-5460,9000"));
        keeper.load();

        BitSet gained = start(CLUSTER_MASTER).flatMap(StartingPoint::gained).orElseThrow();

        assertThat(SlotRanges.text(gained)).isEqualTo("5461-8999,9001-16383");
    }

    @Test
    void the_record_names_the_slots_of_before_until_keys_of_the_others_are_read_again() throws IOException {
        store.found = List.of(ofSlots("0-5460"));
        keeper.load();
        StartingPoint point = start(CLUSTER_MASTER).orElseThrow();

        keeper.store(session(master -> point)).join();

        assertThat(store.saved)
                .filteredOn(checkpoint -> checkpoint.shard().equals("07c37dfe"))
                .extracting(Checkpoint::slots)
                .containsExactly("0-5460");
    }

    @Test
    void a_shard_that_serves_other_slots_begins_anew_where_no_key_may_be_read_again() throws IOException {
        store.found = List.of(ofSlots("0-5460"));
        keeper.load();
        keeper.inSlot();

        assertThat(start(CLUSTER_MASTER)).contains(StartingPoint.ANEW.serving(new BitSet()));
    }

    @Test
    void a_standard_server_begins_anew_where_the_destination_may_lack_some_slots() throws IOException {
        store.found = List.of(ofSlots("10.0.0.2:7000", "0-15999", Phase.STREAM));
        keeper.load();

        assertThat(start(STANDARD_MASTER)).contains(StartingPoint.ANEW);
    }

    @Test
    void a_snapshot_of_a_shard_that_serves_other_slots_waits_for_the_other_shards() throws IOException {
        store.found = List.of(ofSlots("07c37dfe", "0-5460", Phase.SNAPSHOT));
        keeper.load();

        assertThat(start(CLUSTER_MASTER)).contains(StartingPoint.ANEW.serving(new BitSet()));
    }

    @Test
    void a_shard_that_is_new_to_the_task_begins_anew_and_is_swept() throws IOException {
        store.found = List.of(checkpoint("other", Phase.STREAM, 4711, "else"));
        keeper.load();

        assertThat(start(CLUSTER_MASTER))
                .as("behind what others say of its slots")
                .contains(StartingPoint.ANEW.serving(new BitSet()));
    }

    @Test
    void another_source_than_that_of_the_checkpoints_is_refused() throws IOException {
        store.found = List.of(checkpoint("other", Phase.STREAM, 4711, "else"));
        keeper.load();
        start(STANDARD_MASTER);

        assertThatThrownBy(() -> keeper.requireKnownSource(List.of(STANDARD_MASTER)))
                .hasMessageContaining("task orders: the checkpoints in ")
                .hasMessageContaining(
                        " are of another source, [10.0.0.1:7000]; none of [10.0.0.2:7000] is, or follows, one of those")
                .hasMessageContaining("Give this task a name of its own (task=)");
    }

    @Test
    void a_source_is_known_by_an_id_by_a_history_or_by_an_address() throws IOException {
        store.found = List.of(checkpoint("other", Phase.STREAM, 4711, "else"));
        keeper.load();
        start(CLUSTER_MASTER); // at the same address
        keeper.requireKnownSource(List.of(CLUSTER_MASTER));

        histories = List.of("new", "else");
        keeper.load();
        start(STANDARD_MASTER);
        keeper.requireKnownSource(List.of(STANDARD_MASTER));
    }

    @Test
    void a_cluster_that_does_not_tell_its_masters_any_more_is_not_taken_for_standard_servers() throws IOException {
        SourceMaster asGiven = master("10.0.0.1", "");
        store.found = List.of(checkpoint("07c37dfeb235213a872192d90877d0cd55635b91", Phase.STREAM, 4711));
        keeper.load();
        start(asGiven); // at the address of the record

        assertThatThrownBy(() -> keeper.requireKnownSource(List.of(asGiven)))
                .hasMessageContaining(
                        "are of masters of a cluster, and the source, [10.0.0.1:7000], does not tell any more")
                .hasMessageContaining("Grant the source's user +info +cluster|nodes");
    }

    @Test
    void a_master_that_was_a_replica_continues_the_history_of_its_former_master() throws IOException {
        store.found =
                List.of(checkpoint("former", Phase.STREAM, 4711), checkpoint("other", Phase.STREAM, 9999, "else"));
        histories = List.of("new", "8d5f");
        keeper.load();

        assertThat(start(CLUSTER_MASTER)).contains(StartingPoint.at(POSITION, 4711, false));
        keeper.store(session()).join();

        assertThat(store.removed).containsExactly("former");
    }

    @Test
    void every_shard_that_is_applied_up_to_somewhere_is_stored() {
        keeper.store(session()).join();

        assertThat(store.saved).extracting(Checkpoint::shard).containsExactlyInAnyOrder("07c37dfe", "10.0.0.2:7000");
        assertThat(store.saved).allSatisfy(checkpoint -> {
            assertThat(checkpoint.task()).isEqualTo("orders");
            assertThat(checkpoint.replicationId()).isEqualTo("8d5f");
            assertThat(checkpoint.applied()).isEqualTo(4711);
            assertThat(checkpoint.database()).isEqualTo(3);
            assertThat(checkpoint.phase()).isEqualTo(Phase.STREAM);
        });
    }

    @Test
    void the_connections_of_earlier_processes_are_remembered_behind_ones_own() throws IOException {
        store.found =
                List.of(checkpoint("07c37dfe", Phase.STREAM, 4711, "1a"), checkpoint("other", Phase.STREAM, 1, "2b"));
        keeper.load();
        assertThat(keeper.formerWriters()).containsExactly("caravan:1a", "caravan:2b");

        keeper.writers(List.of("caravan:3c"));
        keeper.store(session()).join();

        assertThat(store.saved)
                .isNotEmpty()
                .allSatisfy(checkpoint ->
                        assertThat(checkpoint.writers()).containsExactly("caravan:3c", "caravan:1a", "caravan:2b"));
    }

    @Test
    void what_has_not_changed_is_not_stored_again() {
        ReplicationSession session = session();
        keeper.store(session).join();

        keeper.store(session).join();

        assertThat(store.saved).hasSize(2);
    }

    @Test
    void what_could_not_be_stored_is_stored_later_even_if_it_has_not_changed() {
        ReplicationSession session = session();
        store.failure = new IOException("READONLY");
        assertThat(keeper.store(session)).isCompletedExceptionally();

        store.failure = null;
        keeper.store(session).join();

        assertThat(store.saved).hasSize(2);
    }

    @Test
    void nothing_is_stored_while_the_task_may_be_run_by_another_process() {
        ReplicationSession session = session();
        keeper.storesWhile(() -> false);
        keeper.store(session).join();
        assertThat(store.saved).isEmpty();

        keeper.storesWhile(() -> true);
        keeper.store(session).join();

        assertThat(store.saved).isNotEmpty();
    }

    @Test
    void the_last_store_does_not_fail_the_stop() {
        store.failure = new IOException("READONLY");

        keeper.storeAndWait(session(), true); // only warns

        assertThat(store.saved).isEmpty();
    }

    @Test
    void what_an_earlier_process_may_have_applied_stays_in_doubt_after_a_stop_that_left_nothing_over() {
        keeper.storeAndWait(session(5000), true);

        assertThat(store.saved).isNotEmpty().allSatisfy(checkpoint -> {
            assertThat(checkpoint.applied()).isEqualTo(4711);
            assertThat(checkpoint.ceiling()).isEqualTo(5000);
        });
    }

    private Optional<StartingPoint> start(SourceMaster master) throws IOException {
        return keeper.startOf(master, asked -> histories);
    }

    /** Shards that are applied up to {@link #POSITION} and do nothing. */
    private ReplicationSession session() {
        return session(4711);
    }

    private ReplicationSession session(long ceiling) {
        return session(master -> StartingPoint.at(POSITION, ceiling, false));
    }

    private ReplicationSession session(Function<SourceMaster, StartingPoint> from) {
        var transport =
                new Transport(null, NioSocketChannel.class, null, false, Duration.ofSeconds(1), Duration.ofSeconds(1));
        var settings = new SourceSettings(
                List.of(CLUSTER_MASTER.address()),
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
        var session = new ReplicationSession(
                settings,
                shards -> Limits.sharing(64L << 20, shards, 1000, 64 << 10, 256),
                (batch, delivery) -> {},
                shard -> {}, // never runs
                timer);
        try {
            session.start(
                    List.of(CLUSTER_MASTER, STANDARD_MASTER),
                    CommandTable.standard(),
                    master -> Optional.of(from.apply(master)),
                    () -> {});
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return session;
    }

    private static SourceMaster master(String host, String nodeId) {
        var slots = new BitSet();
        slots.set(0, HashSlot.COUNT);
        return new SourceMaster(new NodeAddress(host, 7000), nodeId, slots, Optional.empty());
    }

    private static Checkpoint ofSlots(String slots) {
        return ofSlots("07c37dfe", slots, Phase.STREAM);
    }

    private static Checkpoint ofSlots(String shard, String slots, Phase phase) {
        return new Checkpoint(
                "orders", shard, "a:1", "8d5f", 4711, 4711, phase, 3, slots, Checkpoint.Sweep.DONE, List.of(), "", 0);
    }

    private static Checkpoint inDoubt(String lineage) {
        return new Checkpoint(
                "orders",
                "07c37dfe",
                "10.0.0.1:7000",
                "8d5f",
                4711,
                5000,
                Phase.STREAM,
                3,
                "0-16383",
                Checkpoint.Sweep.DONE,
                List.of(),
                lineage,
                0);
    }

    private static Checkpoint checkpoint(String shard, Phase phase, long applied) {
        return checkpoint(shard, phase, applied, "8d5f");
    }

    private static Checkpoint checkpoint(String shard, Phase phase, long applied, String history) {
        return new Checkpoint(
                "orders",
                shard,
                "10.0.0.1:7000",
                history,
                applied,
                applied,
                phase,
                3,
                "0-16383",
                Checkpoint.Sweep.DONE,
                List.of("caravan:" + history),
                "",
                0);
    }

    private static final class FakeStore implements CheckpointStore {

        private List<Checkpoint> found = List.of();
        private final List<Checkpoint> saved = new ArrayList<>();
        private final List<String> removed = new ArrayList<>();
        private IOException failure;

        @Override
        public List<Checkpoint> load(String task) {
            return found;
        }

        @Override
        public CompletionStage<Void> save(Checkpoint checkpoint, long losses) {
            if (failure != null) {
                return CompletableFuture.failedFuture(failure);
            }
            saved.add(checkpoint);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> remove(String task, String shard) {
            removed.add(shard);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public String toString() {
            return "a list";
        }
    }
}
