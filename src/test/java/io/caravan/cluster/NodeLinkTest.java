package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.FakeShard;
import io.caravan.command.LargeCommand;
import io.caravan.command.Phase;
import io.caravan.node.NodeAddress;
import io.caravan.resp.Typed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The letters are those of the invariants of {@link NodeLink}. */
class NodeLinkTest {

    @TempDir
    Path temporaryFiles;

    private final List<String> told = new ArrayList<>();
    private final NodeLink link = new NodeLink(new NodeAddress("a", 1), new Recorder());
    private Wire wire = Wire.connect(link);

    @Test
    void invariant_A_units_are_written_in_their_order_and_answered_in_that_order() {
        send("SET a 1", "DEL b", "INCR c");

        assertThat(wire.written()).containsExactly("SET a 1", "DEL b", "INCR c");
        wire.answer("+OK", ":1");
        assertThat(told).containsExactly("answered SET a 1", "answered DEL b");
        wire.answer(":7");
        assertThat(told).containsExactly("answered SET a 1", "answered DEL b", "answered INCR c");
        assertThat(link.isIdle()).isTrue();
    }

    @Test
    void a_unit_is_not_written_before_it_is_flushed() {
        BatchTicket ticket = ticket("SET a 1");
        link.send(ticket, 0);

        assertThat(wire.written()).isEmpty();
        link.flush();

        assertThat(wire.written()).containsExactly("SET a 1");
    }

    @Test
    void a_link_that_is_down_writes_nothing_until_it_is_connected() {
        wire.lose();
        assertThat(link.isUp()).isFalse();
        send("SET a 1");

        wire = Wire.connect(link);
        link.flush();

        assertThat(link.isUp()).isTrue();
        assertThat(wire.written()).containsExactly("SET a 1");
    }

    @Test
    void commands_that_were_taken_out_are_not_written() {
        CommandBatch batch = Batches.stream("MULTI", "SET a 1", "SET b 2", "EXEC");
        batch.edit(command -> {
            if (command.arguments().count() > 1 && command.arguments().text(1).equals("a")) {
                command.drop();
            }
        });
        link.send(new BatchTicket(batch, failure -> {}), 0);
        link.flush();

        assertThat(wire.written()).containsExactly("MULTI", "SET b 2", "EXEC");
        wire.answer("+OK", "+QUEUED", "*1", "+OK");
        assertThat(told).containsExactly("answered MULTI");
    }

    @Test
    void an_error_is_told_of_the_unit_it_answers() {
        send("SET a 1", "SADD b m", "SET c 3");

        wire.answer("+OK", "-WRONGTYPE Operation against a key", "+OK");

        assertThat(told)
                .containsExactly(
                        "answered SET a 1", "refused SADD b m: WRONGTYPE Operation against a key", "answered SET c 3");
    }

    // Databases.

    @Test
    void invariant_D_a_database_is_first_chosen_alone() {
        send("SET a 1", "[3] SET b 2", "[3] SET c 3", "SET d 4");

        assertThat(wire.written()).containsExactly("SET a 1", "SELECT 3");
        wire.answer("+OK", "+OK");
        assertThat(wire.written()).containsExactly("SET b 2", "SET c 3", "SELECT 0");
        wire.answer("+OK", "+OK", "+OK");
        assertThat(wire.written()).containsExactly("SET d 4");
    }

    @Test
    void a_database_that_may_be_chosen_is_chosen_along_with_its_unit() {
        choose(3, 0);

        send("SET a 1", "[3] SET b 2", "[3] SET c 3", "SET d 4");

        assertThat(wire.written()).containsExactly("SET a 1", "SELECT 3", "SET b 2", "SET c 3", "SELECT 0", "SET d 4");
        wire.answer("+OK", "+OK");
        assertThat(told).containsExactly("answered SET a 1");
        wire.answer("+OK");
        assertThat(told).containsExactly("answered SET a 1", "answered SET b 2");
    }

    @Test
    void invariant_D_nothing_is_written_behind_a_choice_that_is_refused() {
        send("SET a 1", "[99] SET b 2", "[99] SET c 3", "SET d 4");
        wire.written();

        wire.answer("+OK", "-ERR DB index is out of range");

        assertThat(told).containsExactly("answered SET a 1", "refused SET b 2: ERR DB index is out of range");
        assertThat(wire.written()).containsExactly("SELECT 99");
        wire.answer("-ERR DB index is out of range");
        assertThat(wire.written()).containsExactly("SELECT 0");
        wire.answer("+OK");
        assertThat(wire.written()).containsExactly("SET d 4");
        wire.answer("+OK");
        assertThat(told)
                .containsExactly(
                        "answered SET a 1",
                        "refused SET b 2: ERR DB index is out of range",
                        "refused SET c 3: ERR DB index is out of range",
                        "answered SET d 4");
        assertThat(link.isIdle()).isTrue();
    }

    @Test
    void what_is_caravans_own_goes_to_database_0_or_nowhere() {
        choose(3);
        var own = new Own();

        link.send(own);

        assertThat(wire.written()).containsExactly("SELECT 0");
        wire.answer("-NOPERM this user has no permissions to run the 'select' command");
        assertThat(own.answer).startsWith("NOPERM");
        assertThat(wire.written()).isEmpty();

        var next = new Own();
        link.send(next);
        wire.answer("+OK");
        assertThat(wire.written()).containsExactly("SELECT 0", "SET own 1");
        wire.answer("+OK");
        assertThat(next.answer).isEqualTo("done");
    }

    @Test
    void a_choice_that_was_on_its_way_when_the_connection_broke_is_made_again() {
        send("[3] SET b 2");
        assertThat(wire.written()).containsExactly("SELECT 3");
        wire.lose();
        assertThat(told).containsExactly("unsent SET b 2");
        wire = Wire.connect(link);

        send("[3] SET b 2", "SET a 1");

        assertThat(wire.written()).containsExactly("SELECT 3");
        wire.answer("+OK");
        assertThat(wire.written()).containsExactly("SET b 2", "SELECT 0");
        wire.answer("+OK", "+OK");
        assertThat(wire.written()).containsExactly("SET a 1");
    }

    @Test
    void a_database_that_was_selected_inside_a_transaction_is_not_relied_on() {
        choose(2, 0);

        send("MULTI", "SET a 1", "[2] SET a 1", "[2] EXEC", "[2] SET b 2");

        assertThat(wire.written())
                .containsExactly("MULTI", "SET a 1", "SELECT 2", "SET a 1", "EXEC", "SELECT 2", "SET b 2");
        wire.answer("+OK", "+QUEUED", "+QUEUED", "+QUEUED", "*3", "+OK", "+OK", "+OK", "+OK", "+OK");
        assertThat(told).containsExactly("answered MULTI", "answered SET b 2");
    }

    @Test
    void invariant_D_a_transaction_begins_when_all_of_its_databases_may_be_chosen() {
        send("MULTI", "SET a 1", "[2] SET a 1", "[3] SET a 1", "[3] EXEC");

        assertThat(wire.written()).containsExactly("SELECT 2");
        wire.answer("+OK");
        assertThat(wire.written()).containsExactly("SELECT 0");
        wire.answer("+OK");
        assertThat(wire.written()).containsExactly("SELECT 3");
        wire.answer("+OK");
        assertThat(wire.written())
                .containsExactly("SELECT 0", "MULTI", "SET a 1", "SELECT 2", "SET a 1", "SELECT 3", "SET a 1", "EXEC");
    }

    @Test
    void a_transaction_selects_the_database_of_its_first_command_before_it_begins() {
        choose(2);

        send("[7] MULTI", "[2] PUBLISH c m", "[2] SET a 1", "[3] EXEC", "[2] SET b 2");

        assertThat(wire.written()).containsExactly("MULTI", "PUBLISH c m", "SET a 1", "EXEC", "SET b 2");
    }

    /** Databases that are chosen once, so that this is known to be permitted. */
    private void choose(int... databases) {
        for (int database : databases) {
            send("[" + database + "] DEL chosen");
            assertThat(wire.written()).containsExactly("SELECT " + database);
            wire.answer("+OK", ":0");
            wire.written();
        }
        told.clear();
    }

    private static final class Own implements OwnCommand {

        private String answer = "none";

        @Override
        public byte[] bytes() {
            return Typed.commands("SET own 1");
        }

        @Override
        public void answered(@Nullable ErrorReply error) {
            answer = error == null ? "done" : error.text();
        }

        @Override
        public void lost() {
            answer = "lost";
        }
    }

    @Test
    void what_is_of_no_database_selects_none() {
        send("[7] PUBLISH c m", "[7] SPUBLISH c m", "[7] SCRIPT FLUSH", "[7] FLUSHALL", "[7] SWAPDB 0 1");

        assertThat(wire.written())
                .containsExactly("PUBLISH c m", "SPUBLISH c m", "SCRIPT FLUSH", "FLUSHALL", "SWAPDB 0 1");
    }

    // Transactions and redirections.

    @Test
    void a_transaction_is_answered_as_one() {
        send("MULTI", "SET a 1", "INCR b", "EXEC", "SET c 3");

        wire.answer("+OK", "+QUEUED", "+QUEUED");
        assertThat(told).isEmpty();
        wire.answer("*2", "+OK", ":1");
        assertThat(told).containsExactly("answered MULTI");
        wire.answer("+OK");

        assertThat(told).containsExactly("answered MULTI", "answered SET c 3");
    }

    @Test
    void an_error_inside_exec_is_told_as_one_whose_rest_took_effect() {
        send("MULTI", "SET a 1", "SADD b m", "EXEC");

        wire.answer("+OK", "+QUEUED", "+QUEUED", "*2", "+OK", "-WRONGTYPE Operation");

        assertThat(told).containsExactly("refused MULTI: WRONGTYPE Operation (applied)");
    }

    @Test
    void of_an_aborted_transaction_the_first_error_is_told() {
        send("MULTI", "SET a 1", "SET b 2", "EXEC");

        wire.answer("+OK", "-MOVED 1 b:1", "-MOVED 1 b:1", "-EXECABORT Transaction discarded");

        assertThat(told).containsExactly("refused MULTI: MOVED 1 b:1");
    }

    @Test
    void an_error_of_one_unit_is_not_told_of_the_next() {
        send("MULTI", "SET a 1", "EXEC", "SET b 2");

        wire.answer("+OK", "-OOM no", "-EXECABORT discarded", "+OK");

        assertThat(told).containsExactly("refused MULTI: OOM no", "answered SET b 2");
    }

    @Test
    void a_unit_may_go_behind_asking() {
        BatchTicket ticket = ticket("SET a 1");
        link.sendAgain(new Unit(ticket, 0, false), true);
        link.flush();

        assertThat(wire.written()).containsExactly("ASKING", "SET a 1");
        wire.answer("+OK");
        assertThat(told).isEmpty();
        wire.answer("+OK");
        assertThat(told).containsExactly("answered SET a 1");
    }

    @Test
    void a_unit_has_taken_effect_although_asking_was_refused() {
        link.sendAgain(new Unit(ticket("APPEND a 1"), 0, false), true);
        link.sendAgain(new Unit(ticket("APPEND b 2"), 0, false), false);
        link.flush();

        wire.answer("-NOPERM User app has no permissions to run the 'asking' command", ":1", ":2");

        assertThat(told).containsExactly("answered APPEND a 1", "answered APPEND b 2");
    }

    @Test
    void a_unit_that_is_sent_away_for_want_of_asking_is_told_why() {
        link.sendAgain(new Unit(ticket("SET a 1"), 0, true), true);
        link.sendAgain(new Unit(ticket("MULTI", "SET a 1", "EXEC"), 0, false), true);
        link.sendAgain(new Unit(ticket("SET b 2"), 0, false), false);
        link.flush();

        wire.answer("-NOPERM no asking", "-MOVED 1 b:1");
        wire.answer("-NOPERM no asking", "+OK", "-MOVED 1 b:1", "-EXECABORT Transaction discarded");
        wire.answer("-MOVED 1 b:1");

        assertThat(told)
                .containsExactly(
                        "refused SET a 1: NOPERM no asking (repeated)",
                        "refused MULTI: NOPERM no asking",
                        "refused SET b 2: MOVED 1 b:1");
    }

    @Test
    void what_a_unit_itself_is_answered_counts_where_asking_was_refused() {
        link.sendAgain(new Unit(ticket("LPUSH a 1"), 0, false), true);
        link.flush();

        wire.answer("-NOPERM no asking", "-WRONGTYPE Operation");

        assertThat(told).containsExactly("refused LPUSH a 1: WRONGTYPE Operation");
    }

    @Test
    void a_repeated_unit_is_told_as_such_when_it_is_refused() {
        BatchTicket ticket = ticket("XADD s 1-1 f v");
        link.sendAgain(new Unit(ticket, 0, true), false);
        link.flush();

        wire.answer("-ERR The ID specified in XADD is equal or smaller");

        assertThat(told)
                .containsExactly("refused XADD s 1-1 f v: ERR The ID specified in XADD is equal or smaller (repeated)");
    }

    // Invariant B: no more is written than the channel takes.

    @Test
    void invariant_B_nothing_is_written_while_the_channel_takes_nothing() {
        wire.writable(false);
        send("SET a 1", "SET b 2");
        assertThat(wire.written()).isEmpty();

        wire.writable(true);

        assertThat(wire.written()).containsExactly("SET a 1", "SET b 2");
    }

    @Test
    void many_small_units_are_written_in_few_buffers() {
        String[] lines = new String[2000];
        Arrays.setAll(lines, i -> "SET key:" + i + " value");
        send(lines);

        List<byte[]> buffers = wire.buffers();

        assertThat(buffers).hasSizeLessThan(5);
        assertThat(Typed.join(buffers.toArray(new byte[0][]))).isEqualTo(Typed.commands(lines));
    }

    @Test
    void a_long_command_is_written_as_it_is_between_the_others() {
        String value = "x".repeat(100_000);
        BatchTicket ticket = ticket("SET a 1", "SET long " + value, "SET b 2");
        for (int row = 0; row < 3; row++) {
            link.send(ticket, row);
        }
        link.flush();

        assertThat(wire.arrays).as("not copied").contains(ticket.batch.bytes());
        assertThat(wire.bytes()).isEqualTo(Typed.commands("SET a 1", "SET long " + value, "SET b 2"));
    }

    // Commands too large for memory.

    @Test
    void a_large_command_is_written_in_pieces_between_the_others() throws IOException {
        byte[] bytes = largeSet(300_000);
        send("SET a 1");
        link.send(large(bytes), 0);
        send("SET b 2");

        List<byte[]> buffers = wire.buffers();

        assertThat(buffers).allSatisfy(buffer -> assertThat(buffer.length).isLessThanOrEqualTo(64 * 1024));
        assertThat(Typed.join(buffers.toArray(new byte[0][])))
                .isEqualTo(Typed.join(Typed.commands("SET a 1"), bytes, Typed.commands("SET b 2")));
        wire.answer("+OK", "+OK", "+OK");
        assertThat(told).containsExactly("answered SET a 1", "answered large", "answered SET b 2");
    }

    @Test
    void of_a_large_command_no_more_is_written_than_the_channel_takes() throws IOException {
        byte[] bytes = largeSet(300_000);
        wire.channel.config().setWriteBufferHighWaterMark(100_000);
        wire.writable(false);
        link.send(large(bytes), 0);
        link.flush();
        assertThat(wire.bytes()).isEmpty();

        wire.writable(true);

        assertThat(wire.bytes()).isEqualTo(bytes);
    }

    @Test
    void a_large_command_in_another_database_is_preceded_by_the_selection() throws IOException {
        byte[] bytes = largeSet(100_000);
        choose(1, 0);
        send("[1] SET a 1");
        link.send(large(bytes), 0);
        link.flush();

        assertThat(wire.bytes()).isEqualTo(Typed.join(Typed.commands("SELECT 1", "SET a 1", "SELECT 0"), bytes));
    }

    @Test
    void a_large_command_that_was_cut_off_begins_anew_on_the_next_connection() throws IOException {
        byte[] bytes = largeSet(300_000);
        BatchTicket ticket = large(bytes);
        link.send(ticket, 0);
        link.flush();
        wire.lose();
        assertThat(told).containsExactly("unanswered large");

        wire = Wire.connect(link);
        link.sendAgain(new Unit(ticket, 0, true), false);
        link.flush();

        assertThat(wire.bytes()).isEqualTo(bytes);
    }

    // Invariant C: a lost connection.

    @Test
    void invariant_C_a_lost_connection_gives_back_the_unanswered_then_the_unsent() {
        send("SET a 1", "SET b 2", "SET c 3");
        wire.answer("+OK");
        wire.writable(false);
        send("SET d 4", "SET e 5");
        told.clear();

        wire.lose();

        assertThat(told)
                .containsExactly("unanswered SET b 2", "unanswered SET c 3", "unsent SET d 4", "unsent SET e 5");
        assertThat(link.isIdle()).isTrue();
        assertThat(link.isUp()).isFalse();
    }

    @Test
    void a_unit_of_which_a_part_was_answered_is_unanswered() {
        send("MULTI", "SET a 1", "EXEC");
        wire.answer("+OK", "-OOM no");

        wire.lose();

        assertThat(told).containsExactly("unanswered MULTI");
        wire = Wire.connect(link);
        send("SET b 2");
        wire.answer("+OK");
        assertThat(told).as("the error is forgotten").containsExactly("unanswered MULTI", "answered SET b 2");
    }

    @Test
    void a_unit_that_was_to_be_repeated_is_given_back_as_such() {
        wire.writable(false);
        link.sendAgain(new Unit(ticket("SET a 1"), 0, true), false);

        wire.lose();

        assertThat(told).containsExactly("unsent SET a 1 (repeated)");
    }

    @Test
    void half_a_reply_of_a_lost_connection_is_forgotten() {
        send("GET a");
        wire.answer("$100", "half");
        wire.lose();
        wire = Wire.connect(link);

        send("SET b 2");
        wire.answer("+OK");

        assertThat(told).containsExactly("unanswered GET a", "answered SET b 2");
    }

    @Test
    void a_reply_that_nobody_waits_for_ends_the_connection() {
        wire.answer("+OK");

        assertThat(wire.channel.isOpen()).isFalse();
        assertThat(link.isUp()).isFalse();
    }

    @Test
    void bytes_that_are_no_reply_end_the_connection() {
        send("SET a 1");

        wire.answer("HTTP/1.1 400 Bad Request");

        assertThat(wire.channel.isOpen()).isFalse();
        assertThat(told).containsExactly("unanswered SET a 1");
    }

    @Test
    void a_link_that_is_closed_gives_its_units_back() {
        send("SET a 1");

        link.close();

        assertThat(told).containsExactly("unanswered SET a 1");
    }

    // Any traffic.

    @Test
    void any_mixture_of_units_is_answered_in_order() {
        var random = new Random(1);
        var expected = new ArrayList<String>();
        var replies = new ArrayList<String>();
        choose(1, 0);
        int database = 0;
        for (int i = 0; i < 2000; i++) {
            if (random.nextInt(5) == 0) {
                send("MULTI", "SET k" + i + " 1", "EXEC");
                expected.add("answered MULTI");
                if (database != 0) {
                    replies.add("+OK");
                    database = 0;
                }
                replies.addAll(List.of("+OK", "+QUEUED", "*1", "+OK"));
            } else {
                int wanted = random.nextInt(10) == 0 ? 1 : 0;
                send("[" + wanted + "] SET k" + i + " 1");
                expected.add("answered SET k" + i + " 1");
                if (database != wanted) {
                    replies.add("+OK");
                    database = wanted;
                }
                replies.add("+OK");
            }
        }

        wire.answer(replies.toArray(new String[0]));

        assertThat(told).isEqualTo(expected);
        assertThat(link.isIdle()).isTrue();
        wire.bytes();
    }

    @Test
    void what_was_sent_is_counted() {
        send("SET a 1", "MULTI", "SET b 2", "EXEC");

        assertThat(link.counters().commands()).isEqualTo(4);
        assertThat(link.counters().bytes()).isEqualTo(wire.bytes().length);
    }

    private void send(String... lines) {
        BatchTicket ticket = ticket(lines);
        for (int row = 0; row < ticket.batch.size(); row = ticket.unitEnd(row)) {
            link.send(ticket, row);
        }
        link.flush();
    }

    private static BatchTicket ticket(String... lines) {
        return new BatchTicket(Batches.stream(lines), failure -> {});
    }

    private BatchTicket large(byte[] bytes) throws IOException {
        LargeCommand command = LargeCommand.in(temporaryFiles);
        command.append(bytes, 0, bytes.length);
        byte[] head = Arrays.copyOf(bytes, 100);
        return new BatchTicket(Batches.large(new FakeShard(), head, command, Phase.STREAM), failure -> {});
    }

    private static byte[] largeSet(int length) {
        return Typed.commands("SET large " + "x".repeat(length));
    }

    private final class Recorder implements NodeLink.Owner {

        @Override
        public void answered(NodeLink by, BatchTicket ticket, int row) {
            told.add("answered " + typed(ticket, row));
        }

        @Override
        public void refused(NodeLink by, Unit unit, ErrorReply error) {
            told.add("refused " + typed(unit.ticket(), unit.row()) + ": " + error.text()
                    + (error.applied() ? " (applied)" : "") + (unit.repeated() ? " (repeated)" : ""));
        }

        @Override
        public void unanswered(NodeLink by, BatchTicket ticket, int row) {
            told.add("unanswered " + typed(ticket, row));
        }

        @Override
        public void unsent(NodeLink by, Unit unit) {
            told.add("unsent " + typed(unit.ticket(), unit.row()) + (unit.repeated() ? " (repeated)" : ""));
        }

        private String typed(BatchTicket ticket, int row) {
            return ticket.batch.isLarge(row)
                    ? "large"
                    : ticket.batch.command(row).toString();
        }
    }
}
