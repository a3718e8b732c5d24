package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.FakeShard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code a}, {@code b} and {@code c} are keys of three slots; {@code {a}1} is in the slot of {@code a}. */
class CrossSlotsTest {

    @Test
    void what_is_in_one_slot_stays_as_it_is() {
        assertThat(divided("DEL a {a}1", "RENAME a {a}1", "MULTI", "SET a 1", "INCR {a}1", "EXEC"))
                .containsExactly("DEL a {a}1", "RENAME a {a}1", "MULTI", "SET a 1", "INCR {a}1", "EXEC");
    }

    @Test
    void what_treats_each_key_by_itself_becomes_a_command_for_each_slot() {
        assertThat(divided("DEL a b {a}1", "UNLINK b a", "MSET a 1 b 2 {a}1 3", "MSETNX a 1 b 2"))
                .containsExactly(
                        "DEL a {a}1",
                        "DEL b",
                        "UNLINK b",
                        "UNLINK a",
                        "MSET a 1 {a}1 3",
                        "MSET b 2",
                        "MSET a 1",
                        "MSET b 2");
    }

    @Test
    void a_member_that_was_moved_is_taken_out_and_put_in() {
        assertThat(divided("SMOVE a b m")).containsExactly("SREM a m", "SADD b m");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RENAME a b | a b",
                "COPY a b REPLACE | b",
                "RPOPLPUSH a b | a b",
                "LMOVE a b LEFT RIGHT | a b",
                "SUNIONSTORE a b c | a",
                "ZUNIONSTORE a 2 b c | a",
                "ZRANGESTORE a b 0 -1 | a",
                "BITOP AND a b c | a",
                "PFMERGE a b c | a",
                "SORT a STORE b | b",
                "SORT a BY w_* STORE {a}1 | {a}1",
                "GEOSEARCHSTORE a b FROMMEMBER m BYRADIUS 1 m | a",
                "GEORADIUS a 1 1 1 m STORE b | b",
                "EVAL script 2 a b | a b",
                "MSETEX 2 a 1 b 2 PXAT 9 | a b",
                "CARAVAN.REFRESH a b | a b",
            })
    void of_everything_else_the_keys_that_it_writes_are_read_again(String command, String keys) {
        assertThat(divided(command)).containsExactly("CARAVAN.REFRESH " + keys);
    }

    @Test
    void of_a_command_too_large_for_memory_the_keys_that_it_writes_are_read_again() throws IOException {
        assertThat(dividedLarge("SUNIONSTORE a " + "b".repeat(1000) + " c")).containsExactly("CARAVAN.REFRESH a");
        assertThat(dividedLarge("EVAL script 2 a b " + "x".repeat(1000))).containsExactly("CARAVAN.REFRESH a b");
    }

    @Test
    void pairs_too_large_for_memory_are_refused() throws IOException {
        CommandBatch batch = Batches.large(new FakeShard(), temporaryFiles, 100, "MSET a " + "x".repeat(1000) + " b 1");

        CrossSlots.divide(batch);

        assertThat(batch.command(0).arguments().get(2))
                .asString()
                .startsWith("it is too large for memory, and its keys are in different slots")
                .contains("raise memoryLimit");
    }

    @TempDir
    private Path temporaryFiles;

    private List<String> dividedLarge(String line) throws IOException {
        CommandBatch batch = Batches.large(new FakeShard(), temporaryFiles, 100, line);
        CrossSlots.divide(batch);
        return Batches.texts(batch);
    }

    @Test
    void a_transaction_becomes_one_for_each_slot_in_order() {
        assertThat(divided("MULTI", "SET a 1", "SET b 1", "INCR a", "INCR b", "SET c 1", "EXEC", "SET a 2"))
                .containsExactly(
                        "MULTI", "SET a 1", "INCR a", "EXEC", "MULTI", "SET b 1", "INCR b", "EXEC", "SET c 1",
                        "SET a 2");
    }

    @Test
    void keys_to_be_read_again_are_read_as_they_are_after_the_transaction() {
        assertThat(divided("MULTI", "SET a 1", "RENAME a b", "SET a 2", "EXEC"))
                .containsExactly("MULTI", "SET a 1", "SET a 2", "EXEC", "CARAVAN.REFRESH a b");
    }

    @Test
    void what_every_master_has_to_run_divides_what_is_before_from_what_is_behind() {
        assertThat(divided("MULTI", "SET a 1", "FLUSHALL", "SET a 2", "SET b 2", "EXEC"))
                .containsExactly("SET a 1", "FLUSHALL", "SET a 2", "SET b 2");
    }

    @Test
    void of_a_transaction_for_a_standard_server_only_what_every_master_has_to_run_divides() {
        CommandBatch batch = Batches.stream(
                "MULTI", "SET a 1", "SET b 1", "FLUSHDB", "SET a 2", "EXEC", "MULTI", "SET a 1", "SET b 1", "EXEC");

        TransactionSplit.aroundBroadcasts(batch);

        assertThat(Batches.texts(batch))
                .containsExactly(
                        "MULTI", "SET a 1", "SET b 1", "EXEC", "FLUSHDB", "SET a 2", "MULTI", "SET a 1", "SET b 1",
                        "EXEC");
    }

    @Test
    void a_message_within_a_transaction_of_one_slot_stays_there() {
        assertThat(divided("MULTI", "SET a 1", "PUBLISH channel x", "EXEC"))
                .containsExactly("MULTI", "SET a 1", "PUBLISH channel x", "EXEC");
    }

    @Test
    void what_a_processor_took_out_of_a_transaction_does_not_come_back() {
        CommandBatch batch = Batches.stream("MULTI", "SET a 1", "SET b 1", "EXEC");
        batch.edit(command -> {
            if (command.spec().name().equals("SET")
                    && new String(command.key(), java.nio.charset.StandardCharsets.UTF_8).equals("b")) {
                command.drop();
            }
        });

        CrossSlots.divide(batch);

        assertThat(Batches.texts(batch)).containsExactly("MULTI", "SET a 1", "EXEC");
    }

    @Test
    void offsets_stay_those_of_the_commands_that_were_divided() {
        CommandBatch batch = Batches.stream("SET c 1", "MULTI", "SET a 1", "MSET a 2 b 2", "EXEC");
        long end = batch.endOffset(4);

        CrossSlots.divide(batch);

        assertThat(Batches.texts(batch)).containsExactly("SET c 1", "MULTI", "SET a 1", "MSET a 2", "EXEC", "MSET b 2");
        assertThat(batch.endOffset(4)).isEqualTo(end);
        assertThat(batch.inTransaction(3)).isTrue();
        assertThat(batch.inTransaction(5)).isFalse();
        assertThat(batch.isPlain(5)).isTrue();
        assertThat(batch.endOffset(5)).isLessThan(end).isGreaterThan(batch.endOffset(2));
    }

    private static List<String> divided(String... lines) {
        CommandBatch batch = Batches.stream(lines);
        CrossSlots.divide(batch);
        return Batches.texts(batch);
    }
}
