package io.caravan.replication;

import static io.caravan.resp.Typed.commands;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.caravan.command.CommandTable;
import io.caravan.command.FakeShard;
import io.caravan.command.RedisCommand;
import io.caravan.command.Replies;
import io.caravan.node.SlotRanges;
import io.caravan.replication.CollectedBatches.Collected;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.RespWriter;
import io.caravan.resp.Typed;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamReaderTest {

    private static final String ID = "8d5f3c0e9a7b6d4c2e1f0a9b8c7d6e5f4a3b2c1d";
    private static final ReplicationPosition FROM = new ReplicationPosition(ID, 1000, 0);
    private static final int WINDOW = 4096;
    private static final int LARGE = 16 * 1024;

    @TempDir
    Path temporaryFiles;

    private final FakeShard shard = new FakeShard();
    private final CollectedBatches collected = new CollectedBatches(shard);
    private final List<String> events = new ArrayList<>();
    private StreamReader reader = reader(limits(1000), FROM);

    // What the stream says.

    @Test
    void commands_become_a_batch_when_the_source_has_nothing_more_to_say() {
        byte[] stream = commands("SET a 1", "DEL b");

        receive(stream);

        assertThat(collected.commands()).containsExactly("SET a 1", "DEL b");
        assertThat(collected.batches).hasSize(1);
        assertThat(position()).isEqualTo(new ReplicationPosition(ID, 1000 + stream.length, 0));
    }

    @Test
    void commands_are_of_the_database_that_was_selected_before_them() {
        receive(commands("SET a 1", "SELECT 3", "SET b 1", "SELECT 0", "SET c 1"));

        assertThat(collected.commands()).containsExactly("SET a 1", "[3] SET b 1", "SET c 1");
    }

    @Test
    void records_of_a_slot_migration_are_no_commands_but_the_offset_counts_them() {
        byte[] stream = commands(
                "CLUSTER SYNCSLOTS CONF ASM-TASK x",
                "SET a 1",
                "cluster setslot 5 node n",
                "REPLCONF GETACK *",
                "TRIMSLOTS RANGES 1 100 200",
                "SET b 1");

        receive(stream);

        assertThat(collected.commands()).containsExactly("SET a 1", "SET b 1");
        assertThat(position().offset()).isEqualTo(1000 + stream.length);
    }

    @Test
    void slots_that_arrive_are_told_before_what_comes_with_them() {
        byte[] before = commands("SET a 1");
        byte[] one = commands("RESTORE-ASKING {1042}:x 0 x REPLACE");

        receive(Typed.join(before, one, commands("SET b 1")));

        assertThat(events).containsExactly("slots 184 arrive up to " + (1000 + before.length + one.length));
        assertThat(collected.commands()).hasSize(3);
    }

    @Test
    void a_slot_arrives_with_a_value_that_is_too_large_for_memory() {
        byte[] stream = commands("RESTORE-ASKING {1042}:x 0 " + "x".repeat(LARGE * 2) + " REPLACE");

        receive(stream);

        assertThat(events).containsExactly("slots 184 arrive up to " + (1000 + stream.length));
        assertThat(collected.large).hasSize(1);
    }

    @Test
    void what_is_said_of_a_copy_of_another_shards_slots_is_left_out() {
        shard.serving(SlotRanges.parse("5461-16383")); // not 184, the slot of {1042}
        byte[] stream = commands(
                "SET {1042}:before 1",
                "CLUSTER SYNCSLOTS CONF ASM-TASK t:a:b:import:connecting:184",
                "SET {1042}:x 1",
                "RESTORE {1042}:y 0 payload ABSTTL",
                "MULTI",
                "INCR {1042}:x",
                "EXEC",
                "SET own 1");

        receive(stream);

        assertThat(collected.commands()).containsExactly("SET {1042}:before 1", "MULTI", "EXEC", "SET own 1");
        assertThat(position().offset()).isEqualTo(1000 + stream.length);
    }

    @Test
    void so_is_a_value_that_is_too_large_for_memory() {
        shard.serving(SlotRanges.parse("5461-16383"));

        receive(commands("CLUSTER SYNCSLOTS ESTABLISH SOURCE b NAME n SLOTSRANGE 100 200", "SET own 1"));
        receive(commands("RPUSH {1042}:x " + "x".repeat(LARGE * 2)));

        assertThat(collected.commands()).containsExactly("SET own 1");
    }

    @Test
    void what_a_shard_gets_key_by_key_is_no_copy() {
        shard.serving(SlotRanges.parse("5461-16383"));

        receive(commands(
                "CLUSTER SYNCSLOTS CONF ASM-TASK t:a:b:import:connecting:184",
                "SET {1042}:x 1",
                "RESTORE-ASKING {1042}:x 0 payload ABSTTL",
                "SET {1042}:x 2"));

        assertThat(collected.commands()).hasSize(2).last().isEqualTo("SET {1042}:x 2");
    }

    @Test
    void what_a_shard_has_itself_is_no_copy() {
        receive(commands("CLUSTER SYNCSLOTS CONF ASM-TASK t:a:b:import:connecting:184", "SET {1042}:x 1"));

        assertThat(collected.commands()).containsExactly("SET {1042}:x 1");
    }

    @Test
    void a_batch_bears_the_time_at_which_its_source_ran_it() {
        collected.clock.told(1_000_000_000_000L, 0, 0); // a clock of its own
        collected.clock.reached(1000, System.currentTimeMillis());

        receive(commands("SET a 1"));
        collected.clock.linked(2000, System.currentTimeMillis());
        receive(commands("SET b 1"));

        assertThat(collected.kept.get(0).origin().late()).isFalse();
        assertThat(collected.kept.get(0).origin().sourceTimeMillis() - System.currentTimeMillis())
                .isCloseTo(1_000_000_000_000L, within(60_000L));
        assertThat(collected.kept.get(1).origin().late()).isTrue();
    }

    @Test
    void the_database_is_kept_from_one_link_to_the_next() {
        receive(commands("SELECT 7", "SET a 1"));
        receive(commands("SET b 1"));

        assertThat(collected.commands()).containsExactly("[7] SET a 1", "[7] SET b 1");
        assertThat(position().database()).isEqualTo(7);
        assertThat(reader.received().database()).isEqualTo(7);
    }

    @Test
    void a_stream_may_begin_in_another_database() {
        reader = reader(limits(1000), new ReplicationPosition(ID, 1000, 5));

        receive(commands("SET a 1"));

        assertThat(collected.commands()).containsExactly("[5] SET a 1");
    }

    @Test
    void a_ping_moves_the_position_without_a_batch() {
        byte[] ping = commands("PING");

        receive(ping);

        assertThat(collected.batches).isEmpty();
        assertThat(position().offset()).isEqualTo(1000 + ping.length);
    }

    @Test
    void a_request_for_acknowledgement_is_told_with_its_offset() {
        byte[] set = commands("SET a 1");
        byte[] request = commands("REPLCONF GETACK *");

        receive(Typed.join(set, request));

        assertThat(events).containsExactly("acknowledge " + (1000 + set.length + request.length));
        assertThat(collected.commands()).containsExactly("SET a 1");
        assertThat(position().offset()).isEqualTo(1000 + set.length + request.length);
    }

    @Test
    void bytes_received_behind_a_snapshot_are_the_beginning_of_the_stream() {
        byte[] stream = commands("SET a 1", "SET b 2");
        reader = new StreamReader(
                limits(1000), collected.outlet, new Events(), FROM, Arrays.copyOf(stream, stream.length - 5));

        receive(Arrays.copyOfRange(stream, stream.length - 5, stream.length));

        assertThat(collected.commands()).containsExactly("SET a 1", "SET b 2");
        assertThat(position().offset()).isEqualTo(1000 + stream.length);
    }

    @Test
    void more_bytes_than_a_window_may_have_come_behind_a_snapshot() {
        byte[] stream = manySets(1000);
        reader = new StreamReader(limits(100_000), collected.outlet, new Events(), FROM, stream);

        receive(new byte[0]);

        assertThat(collected.commands()).hasSize(1000);
        assertThat(position().offset()).isEqualTo(1000 + stream.length);
    }

    @Test
    void bytes_that_are_no_command_are_told_by_their_offset_and_asked_for_once_more() {
        byte[] good = commands("SET a 1");

        assertThatThrownBy(() -> read(Typed.join(good, Typed.bytes("+OK\r\n"))))
                .isInstanceOf(MalformedRespException.class)
                .hasMessageStartingWith("the replication stream cannot be understood at offset " + (1000 + good.length)
                        + ": expected a command");

        assertThat(reader.received().offset()).isEqualTo(1000 + good.length);
        receive(commands("SET b 2"));
        assertThat(collected.commands()).containsExactly("SET a 1", "SET b 2");
    }

    @Test
    void a_fault_within_a_command_is_told_by_its_offset() {
        assertThatThrownBy(() -> read(Typed.bytes("*2\r\n$3\r\nDEL\r\n$x\r\n")))
                .hasMessageStartingWith("the replication stream cannot be understood at offset " + (1000 + 13) + ": ");
        assertThat(reader.received().offset()).isEqualTo(1000);
    }

    @Test
    void a_fault_within_a_command_too_large_for_memory_is_told_by_its_offset() {
        byte[] large = commands("SET large " + "x".repeat(LARGE * 2));
        large[large.length - 1] = 'x';

        assertThatThrownBy(() -> read(large))
                .isInstanceOf(MalformedRespException.class)
                .hasMessageContaining("cannot be understood at offset 10");
        assertThat(reader.received().offset()).isEqualTo(1000);
    }

    @Test
    void a_database_that_is_none_is_told() {
        for (String select : List.of("SELECT", "SELECT -1", "SELECT 99999999999", "SELECT x")) {
            assertThatThrownBy(() -> read(commands(select)))
                    .isInstanceOf(MalformedRespException.class)
                    .hasMessageContaining("which is no database");
            assertThat(reader.received().offset()).isEqualTo(1000);
        }
    }

    @Test
    void a_command_means_what_its_shard_knows_of_it() {
        CommandTable learned = CommandTable.standard()
                .with(Replies.of(List.of(List.of("mod.set", 4, List.of("write", "module"), 2, 2, 1))));
        var batches = new CollectedBatches(new FakeShard().knowing(learned));
        reader = new StreamReader(limits(1000), batches.outlet, new Events(), FROM, commands("MOD.SET x key value"));

        receive(new byte[0]);

        assertThat(batches.kept.get(0).key(0)).asString(UTF_8).isEqualTo("key");
    }

    // Offsets.

    @Test
    void every_command_has_the_offset_behind_its_last_byte() {
        byte[] first = commands("SET a 1");
        byte[] select = commands("SELECT 1");
        byte[] second = commands("APPEND b 22");

        receive(Typed.join(first, select, second));

        assertThat(collected.ends())
                .containsExactly(1000L + first.length, 1000L + first.length + select.length + second.length);
    }

    @Test
    void offsets_are_exact_wherever_the_stream_is_cut() {
        byte[] stream = commands(
                "SELECT 1",
                "SET a 1",
                "PING",
                "MULTI",
                "SET b 2",
                "SELECT 2",
                "INCR c",
                "EXEC",
                "REPLCONF GETACK *",
                "DEL d");
        receive(stream);
        List<String> whole = collected.commands();
        List<Long> ends = collected.ends();

        for (int split = 1; split < stream.length; split++) {
            var test = new StreamReaderTest();
            test.receive(Arrays.copyOf(stream, split));
            assertThat(test.reader.received().offset()).as("split at %d", split).isEqualTo(1000 + split);
            test.receive(Arrays.copyOfRange(stream, split, stream.length));

            assertThat(test.collected.commands()).as("split at %d", split).isEqualTo(whole);
            assertThat(test.collected.ends()).as("split at %d", split).isEqualTo(ends);
            assertThat(test.position())
                    .as("split at %d", split)
                    .isEqualTo(new ReplicationPosition(ID, 1000 + stream.length, 2));
            test.assertThatBatchesFollowEachOther();
        }
    }

    @Test
    void a_lost_link_goes_on_behind_the_last_byte_received() {
        byte[] stream = commands("SET a 1", "SET b 2");

        receive(Arrays.copyOf(stream, stream.length - 3));

        assertThat(reader.received()).isEqualTo(new ReplicationPosition(ID, 1000 + stream.length - 3, 0));
        assertThat(reader.flushed().offset()).isEqualTo(1000 + commands("SET a 1").length);
        assertThat(position().offset()).isEqualTo(1000 + commands("SET a 1").length);
    }

    @Test
    void after_a_failover_batches_bear_the_new_id() {
        receive(commands("SET a 1"));

        reader.renamed("new id");
        receive(commands("SET b 2"));

        assertThat(reader.received().replicationId()).isEqualTo("new id");
        assertThat(collected.kept.get(1).origin().replicationId()).isEqualTo("new id");
        assertThat(position().replicationId()).isEqualTo("new id");
    }

    // Batches.

    @Test
    void a_batch_has_no_more_commands_than_allowed() {
        reader = reader(limits(10), FROM);

        receive(manySets(35));

        assertThat(collected.batches)
                .extracting(batch -> batch.commands().size())
                .containsExactly(10, 10, 10, 5);
        assertThatBatchesFollowEachOther();
    }

    @Test
    void a_batch_has_about_no_more_bytes_than_allowed() {
        receive(manySets(1000));

        assertThat(collected.commands()).hasSize(1000);
        assertThat(collected.batches).hasSizeGreaterThan(5);
        assertThat(collected.batches).allMatch(batch -> batch.end() - batch.start() <= WINDOW);
        assertThatBatchesFollowEachOther();
    }

    @Test
    void a_small_batch_does_not_hold_a_large_window() {
        receive(commands("SET a 1"));

        assertThat(collected.kept.get(0).bytes()).hasSize(commands("SET a 1").length);
    }

    @Test
    void a_batch_stays_as_it_is_whatever_comes_later() {
        receive(manySets(60));
        List<String> before = typedOf(0);

        for (int i = 0; i < 20; i++) {
            receive(commands("SET later " + "z".repeat(500)));
        }

        assertThat(typedOf(0)).isEqualTo(before);
    }

    @Test
    void a_command_larger_than_the_window_is_read_whole() {
        String large = "x".repeat(WINDOW * 3);

        receive(Typed.join(commands("SET a 1"), commands("SET large " + large), commands("SET b 2")));

        assertThat(collected.kept.stream().flatMap(batch -> Stream.of(typedLengths(batch))))
                .containsExactly("SET a 1", "SET large " + large.length(), "SET b 2");
        assertThat(collected.large).isEmpty();
        assertThatBatchesFollowEachOther();
    }

    // Transactions.

    @Test
    void a_transaction_is_never_split_between_batches() {
        reader = reader(limits(2), FROM);

        receive(commands("SET a 1", "MULTI", "SET b 2", "SET c 3", "SET d 4", "EXEC", "SET e 5"));

        assertThat(collected.batches)
                .extracting(Collected::commands)
                .containsExactly(
                        List.of("SET a 1", "MULTI", "SET b 2", "SET c 3", "SET d 4", "EXEC"), List.of("SET e 5"));
    }

    @Test
    void a_transaction_that_has_not_ended_is_not_sent() {
        byte[] before = commands("SET a 1");
        byte[] transaction = commands("MULTI", "SET b 2");

        receive(Typed.join(before, transaction));
        assertThat(collected.batches).isEmpty();
        receive(commands("EXEC"));

        assertThat(collected.commands()).containsExactly("SET a 1", "MULTI", "SET b 2", "EXEC");
        assertThat(position().offset()).isEqualTo(1000 + before.length + transaction.length + commands("EXEC").length);
    }

    @Test
    void a_transaction_larger_than_the_window_stays_whole() {
        byte[] transaction = Typed.join(commands("MULTI"), manySets(200), commands("EXEC"));
        assertThat(transaction.length).isBetween(WINDOW, LARGE);

        receive(Typed.join(manySets(50), transaction, commands("SET z 1")));

        assertThat(collected.batches)
                .filteredOn(batch -> batch.commands().contains("MULTI"))
                .singleElement()
                .satisfies(batch -> {
                    assertThat(batch.commands()).contains("EXEC");
                });
        assertThat(events).isEmpty();
        assertThatBatchesFollowEachOther();
    }

    @Test
    void a_large_command_before_it_does_not_take_a_transaction_apart() {
        String value = "x".repeat(LARGE - 100);

        receive(commands("SET a " + value, "MULTI", "SET b " + "y".repeat(WINDOW), "EXEC"));

        assertThat(collected.batches)
                .extracting(batch -> batch.commands().size())
                .containsExactly(1, 3);
        assertThat(events).isEmpty();
    }

    @Test
    void a_transaction_too_large_to_be_held_becomes_single_commands() {
        byte[] before = commands("SET a 1");
        byte[] inside = manySets(1000);
        byte[] stream = Typed.join(before, commands("MULTI"), inside, commands("EXEC", "SET z 1"));

        receive(stream);

        assertThat(collected.commands())
                .hasSize(1002)
                .startsWith("SET a 1")
                .endsWith("SET z 1")
                .doesNotContain("MULTI", "EXEC");
        assertThat(collected.kept).allMatch(batch -> !batch.inTransaction(batch.size() - 1));
        assertThat(events).hasSize(1).first().asString().startsWith("dissolved " + (1000 + before.length) + " ");
        assertThat(position().offset()).isEqualTo(1000 + stream.length);
        assertThatBatchesFollowEachOther();
    }

    @Test
    void until_its_end_a_dissolved_transaction_is_begun_anew_after_a_crash() {
        byte[] before = commands("SELECT 2", "SET a 1");
        byte[] stream = Typed.join(before, commands("MULTI"), manySets(500), commands("SELECT 3"), manySets(500));

        receive(stream);

        assertThat(events).hasSize(1);
        assertThat(position()).isEqualTo(new ReplicationPosition(ID, 1000 + before.length, 2));
        receive(commands("EXEC"));
        assertThat(position())
                .isEqualTo(new ReplicationPosition(ID, 1000 + stream.length + commands("EXEC").length, 3));
    }

    // Commands too large for memory.

    @Test
    void a_command_too_large_for_memory_goes_through_a_file_byte_for_byte() {
        byte[] large = new RespWriter(64)
                .command(Typed.bytes("SET"), Typed.bytes("large"), randomBytes(LARGE * 5))
                .toByteArray();

        receive(Typed.join(commands("SELECT 4", "SET a 1"), large, commands("SET b 2")));

        assertThat(collected.commands()).containsExactly("[4] SET a 1", "[4] large SET large", "[4] SET b 2");
        assertThat(collected.large).hasSize(1);
        assertThat(collected.large.get(0)).isEqualTo(large);
        assertThat(collected.batches.get(1).ends())
                .containsExactly(collected.batches.get(1).end());
        assertThatBatchesFollowEachOther();
    }

    @Test
    void a_large_command_comes_alone_in_its_batch() {
        byte[] large = commands("RPUSH large " + "x".repeat(LARGE));

        receive(Typed.join(commands("SET a 1"), large, large, commands("SET b 2")));

        assertThat(collected.batches).extracting(Collected::commands).contains(List.of("large RPUSH large"));
        assertThat(collected.large)
                .hasSize(2)
                .allSatisfy(bytes -> assertThat(bytes).isEqualTo(large));
        assertThat(collected.kept.get(1).startsValue(0)).as("no snapshot").isFalse();
    }

    @Test
    void a_large_command_whose_link_broke_is_asked_for_once_more() {
        byte[] before = commands("SET a 1");
        byte[] large = commands("SET large " + "x".repeat(LARGE * 2));
        receive(Typed.join(before, Arrays.copyOf(large, large.length - 10)));

        assertThat(reader.received().offset()).isEqualTo(1000 + before.length);
        receive(Typed.join(large, commands("SET b 2")));

        assertThat(collected.commands()).containsExactly("SET a 1", "large SET large", "SET b 2");
        assertThat(collected.large.get(0)).isEqualTo(large);
        assertThatBatchesFollowEachOther();
    }

    @Test
    void a_large_command_inside_a_transaction_dissolves_it() {
        byte[] large = commands("SET large " + "x".repeat(LARGE * 2));
        byte[] transaction = Typed.join(commands("MULTI", "SET a 1"), large, commands("SET b 2"));

        receive(transaction);

        assertThat(collected.commands()).containsExactly("SET a 1", "large SET large", "SET b 2");
        assertThat(position().offset()).as("before MULTI").isEqualTo(1000);
        receive(commands("EXEC"));
        assertThat(position().offset()).isEqualTo(1000 + transaction.length + commands("EXEC").length);
        assertThatBatchesFollowEachOther();
    }

    @Test
    void commands_received_together_with_a_large_one_do_not_wait_for_further_bytes() {
        byte[] stream = Typed.join(commands("SET large " + "x".repeat(LARGE * 2)), commands("SET a 1", "SET b 2"));

        receive(stream);

        assertThat(collected.commands()).containsExactly("large SET large", "SET a 1", "SET b 2");
    }

    // Any stream.

    @RepeatedTest(30)
    void any_stream_in_any_pieces_over_any_links_arrives_whole(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        var random = new Random(seed);
        reader = reader(limits(1 + random.nextInt(50)), FROM);
        var lines = randomLines(random);
        byte[] stream = commands(lines.toArray(new String[0]));

        int at = 0;
        while (at < stream.length) {
            int count = Math.min(stream.length - at, 1 + random.nextInt(random.nextBoolean() ? 50 : 60_000));
            receiveInPieces(Arrays.copyOfRange(stream, at, at + count), random);
            at = (int) (reader.received().offset() - 1000); // a large command is asked for once more
        }

        assertThat(fingerprints(collected.encoded)).as("seed %d", seed).isEqualTo(fingerprints(applied(lines)));
        assertThat(position().offset()).as("seed %d", seed).isEqualTo(1000 + stream.length);
        assertThatBatchesFollowEachOther();
        collected.kept.forEach(batch -> batch.release());
    }

    private static List<String> randomLines(Random random) {
        var lines = new ArrayList<String>();
        for (int i = 0; i < 100; i++) {
            switch (random.nextInt(8)) {
                case 0 -> lines.add("PING");
                case 1 -> lines.add("SELECT " + random.nextInt(3));
                case 2 -> {
                    lines.add("MULTI");
                    for (int inside = random.nextInt(5); inside >= 0; inside--) {
                        lines.add("APPEND k" + i + " " + inside + "y".repeat(random.nextInt(1000)));
                    }
                    lines.add("EXEC");
                }
                case 3 -> lines.add("SET large" + i + " " + "x".repeat(random.nextInt(LARGE * 2)));
                default -> lines.add("SET k" + i + " " + "v".repeat(random.nextInt(300)));
            }
        }
        return lines;
    }

    /** Commands of the stream that are applied, as bytes. */
    private static List<byte[]> applied(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.equals("PING") && !line.startsWith("SELECT "))
                .map(Typed::commands)
                .toList();
    }

    /** Length and hash of each command: a failure shows them in a line. */
    private static List<String> fingerprints(List<byte[]> commands) {
        return commands.stream()
                .map(bytes -> bytes.length + "#" + Integer.toHexString(Arrays.hashCode(bytes)))
                .toList();
    }

    private void receive(byte[] bytes) {
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(EOFException.class);
    }

    private void read(byte[] bytes) throws IOException {
        var queue = new ReceiveQueue(Long.MAX_VALUE, open -> {});
        queue.add(Unpooled.wrappedBuffer(bytes));
        queue.end(new EOFException("the link is lost"));
        reader.run(queue);
    }

    private void receiveInPieces(byte[] bytes, Random random) {
        var queue = new ReceiveQueue(Long.MAX_VALUE, open -> {});
        for (int at = 0; at < bytes.length; ) {
            int count = Math.min(bytes.length - at, 1 + random.nextInt(5000));
            queue.add(Unpooled.copiedBuffer(bytes, at, count));
            at += count;
        }
        queue.end(new EOFException("the link is lost"));
        assertThatThrownBy(() -> reader.run(queue)).isInstanceOf(EOFException.class);
    }

    private void assertThatBatchesFollowEachOther() {
        long offset = -1;
        for (Collected batch : collected.batches) {
            assertThat(batch.start()).isGreaterThanOrEqualTo(offset);
            assertThat(batch.ends()).allSatisfy(end -> assertThat(end).isBetween(batch.start(), batch.end()));
            assertThat(batch.resume())
                    .get()
                    .satisfies(resume -> assertThat(resume.offset()).isLessThanOrEqualTo(batch.end()));
            offset = batch.end();
        }
    }

    private StreamReader reader(Limits limits, ReplicationPosition from) {
        return new StreamReader(limits, collected.outlet, new Events(), from, new byte[0]);
    }

    private static Limits limits(int maxBatchCommands) {
        return new Limits(maxBatchCommands, WINDOW, 1000, Long.MAX_VALUE, Long.MAX_VALUE, LARGE);
    }

    private ReplicationPosition position() {
        return collected.window.position().orElseThrow();
    }

    private List<String> typedOf(int batch) {
        var typed = new ArrayList<String>();
        collected.kept.get(batch).forEach(command -> typed.add(command.toString()));
        return typed;
    }

    private static String[] typedLengths(Iterable<RedisCommand> batch) {
        var typed = new ArrayList<String>();
        batch.forEach(command -> {
            byte[] value = command.arguments().get(2);
            typed.add(command.name() + " " + new String(command.arguments().get(1), UTF_8) + " "
                    + (value.length > 100 ? value.length : new String(value, UTF_8)));
        });
        return typed.toArray(new String[0]);
    }

    private static byte[] manySets(int count) {
        var lines = new String[count];
        Arrays.setAll(lines, i -> "SET key:" + i + " value");
        return commands(lines);
    }

    private static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private final class Events implements StreamReader.StreamEvents {

        @Override
        public void acknowledgementWanted(long offset) {
            events.add("acknowledge " + offset);
        }

        @Override
        public void transactionDissolved(long offset, int bytes) {
            events.add("dissolved " + offset + " of " + bytes);
        }

        @Override
        public void slotsArrive(BitSet slots, long offset) {
            events.add("slots " + SlotRanges.text(slots) + " arrive up to " + offset);
        }

        @Override
        public LargeCommandReader largeCommand() throws IOException {
            return new LargeCommandReader(temporaryFiles);
        }
    }
}
