package io.caravan.dialect;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.rdb.DumpPayload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a master tells its replicas and a client may not say, whatever the destination. */
class ReplicaFormsTest {

    private static final List<String> NEWEST = List.of("redis 8.6.3", "valkey 9.1.2", "redis 7.4.1");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "XADD x MAXLEN = 3 LIMIT 100 5-1 f v      | XADD x MAXLEN = 3 5-1 f v",
                "XADD x MAXLEN 3 LIMIT 100 5-1 f v        | XADD x MAXLEN 3 5-1 f v",
                "xadd x minid = 1-1 limit 5 5-1 f v       | XADD x minid = 1-1 5-1 f v",
                "XADD x NOMKSTREAM MAXLEN = 3 LIMIT 9 5-1 f v | XADD x NOMKSTREAM MAXLEN = 3 5-1 f v",
                "XTRIM x MAXLEN = 3 LIMIT 100             | XTRIM x MAXLEN = 3",
                "XTRIM x MINID = 4-0 LIMIT 100            | XTRIM x MINID = 4-0",
                "xadd x LIMIT 100 MAXLEN = 1 5-1 f v      | XADD x MAXLEN = 1 5-1 f v",
                "XADD x LIMIT 9 NOMKSTREAM MINID 3 5-1 f v | XADD x NOMKSTREAM MINID 3 5-1 f v",
                "XTRIM x LIMIT 100 MAXLEN = 3             | XTRIM x MAXLEN = 3",
                "XTRIM x LIMIT 100 MINID 4-0              | XTRIM x MINID 4-0",
            })
    void a_limit_of_trimming_is_refused_without_the_tilde_that_the_master_has_resolved(String sent, String told)
            throws Exception {
        for (String destination : NEWEST) {
            assertThat(Spoken.to(destination).of(sent)).containsExactly(told.trim());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "XADD x 5-1 f v",
                "XADD x 5-1 MAXLEN = 3 LIMIT 100",
                "XADD x MAXLEN = 3 5-1 LIMIT 100",
                "XADD x MAXLEN ~ 3 LIMIT 100 5-1 f v",
                "XADD x LIMIT 100 MAXLEN ~ 3 5-1 f v",
                "XADD x LIMIT 100 5-1 f v MAXLEN = 3",
                "XTRIM x LIMIT 100 MINID ~ 3",
                "XTRIM x LIMIT 100",
                "XADD x MAXLEN = 3 5-1 f v",
                "XADD x NOMKSTREAM 5-1 f v",
                "XTRIM x MAXLEN = 3",
                "XTRIM x MAXLEN",
                "XTRIM x",
                "XADD x MAXLEN",
                "XADD x"
            })
    void what_a_client_may_say_of_a_stream_stays(String sent) throws Exception {
        assertThat(Spoken.to("redis 7.0.15").of(sent)).containsExactly(sent);
    }

    @Test
    void an_entry_of_an_idempotent_producer_is_refused_with_its_id_and_recorded_apart() throws Exception {
        assertThat(Spoken.to("redis 8.6.3").of("XADD x IDMP p i 5-1 f v"))
                .containsExactly("XADD x 5-1 f v", "XIDMPRECORD x p i 5-1");
        assertThat(Spoken.to("redis 8.6.3").of("XADD x NOMKSTREAM IDMP p i MAXLEN = 9 LIMIT 1 5-1 f v"))
                .containsExactly("XADD x NOMKSTREAM MAXLEN = 9 5-1 f v", "XIDMPRECORD x p i 5-1");
    }

    @Test
    void an_entry_of_an_idempotent_producer_is_an_entry_where_there_are_none() throws Exception {
        for (String destination : List.of("redis 8.6.1", "redis 7.4.1", "valkey 9.1.2")) {
            assertThat(Spoken.to(destination).of("XADD x IDMP p i 5-1 f v")).containsExactly("XADD x 5-1 f v");
        }
    }

    @Test
    void what_the_server_made_of_an_entrys_content_is_not_in_the_stream() throws Exception {
        assertThat(Spoken.to("redis 8.6.3").of("XADD x IDMPAUTO p 5-1 f v")).containsExactly("XADD x 5-1 f v");
    }

    @Test
    void an_entry_that_was_there_already_comes_with_its_id_left_open() throws Exception {
        for (String destination : NEWEST) {
            assertThat(Spoken.to(destination).of("XADD x IDMP p i * f v", "XADD x IDMPAUTO p * f v"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FUNCTION LOAD code            | FUNCTION LOAD REPLACE code",
                "function load code            | FUNCTION LOAD REPLACE code",
                "FUNCTION LOAD REPLACE code    | FUNCTION LOAD REPLACE code",
                "FUNCTION DELETE lib           | FUNCTION DELETE lib",
                "FUNCTION FLUSH                | FUNCTION FLUSH",
                "FUNCTION FLUSH ASYNC          | FUNCTION FLUSH ASYNC",
            })
    void a_library_replaces_the_one_that_another_shard_has_brought(String sent, String told) throws Exception {
        for (String destination : NEWEST) {
            assertThat(Spoken.to(destination).of(sent)).containsExactly(told.trim());
        }
    }

    @ParameterizedTest
    @CsvSource({"redis 7.0.15, 10", "redis 7.4.1, 12", "redis 8.6.3, 13", "valkey 8.1.1, 11", "valkey 9.1.2, 80"})
    void a_dumped_library_is_stamped_for_the_destination_and_replaces_what_is_there(String destination, int version)
            throws Exception {
        byte[] libraries = bytes("\u00f5\u0003lib");
        for (String policy : List.of("", "APPEND", "REPLACE", "FLUSH")) {
            byte[] payload = stamped(libraries, 13);
            List<byte[]> restore = new ArrayList<>(List.of(bytes("FUNCTION"), bytes("RESTORE"), payload));
            if (!policy.isEmpty()) {
                restore.add(bytes(policy));
            }
            CommandBatch batch = Batches.ran(Spoken.NOW, false, restore);

            Spoken.to(destination).dialect().adapt(batch);

            List<byte[]> told = batch.command(0).arguments();
            assertThat(told.get(2)).isEqualTo(stamped(libraries, version));
            assertThat(told.get(3)).isEqualTo(bytes(policy.equals("FLUSH") ? "FLUSH" : "REPLACE"));
        }
    }

    @ParameterizedTest
    @CsvSource({"APPEND,", "REPLACE,", "FLUSH, FUNCTION FLUSH"})
    void what_a_master_without_a_library_has_dumped_brings_none(String policy, String told) throws Exception {
        CommandBatch batch = Batches.ran(
                Spoken.NOW,
                false,
                List.of(bytes("FUNCTION"), bytes("RESTORE"), new byte[DumpPayload.FOOTER_LENGTH], bytes(policy)));

        Spoken.to("redis 7.4.1").dialect().adapt(batch);

        assertThat(Batches.texts(batch)).isEqualTo(told == null ? List.of() : List.of(told));
    }

    private static byte[] stamped(byte[] libraries, int version) {
        byte[] payload = Arrays.copyOf(libraries, libraries.length + DumpPayload.FOOTER_LENGTH);
        long checksum = DumpPayload.checksum(libraries[0] & 0xff, libraries, 1, libraries.length - 1, version);
        DumpPayload.writeFooter(payload, libraries.length, version, checksum);
        return payload;
    }

    @Test
    void a_debugging_command_is_not_sent_but_its_key_read_again() throws Exception {
        assertThat(Spoken.to("redis 7.4.1").of("PFDEBUG TODENSE p")).containsExactly("CARAVAN.REFRESH p");
    }

    @Test
    void a_count_is_sent_since_it_changes_the_bytes_of_the_value() throws Exception {
        assertThat(Spoken.to("redis 7.4.1").of("PFCOUNT p")).containsExactly("PFCOUNT p");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CLUSTER SYNCSLOTS CONF ASM-TASK x",
                "CLUSTER SYNCSLOTS ESTABLISH SOURCE n NAME j SLOTSRANGE 1 5",
                "CLUSTER SETSLOT 5 NODE n",
                "TRIMSLOTS RANGES 1 100 200",
                "trimslots RANGES 1 100 200"
            })
    void records_of_a_slot_migration_are_no_commands_of_a_user(String sent) throws Exception {
        for (String destination : NEWEST) {
            assertThat(Spoken.to(destination).of("SET a 1", sent, "SET b 2")).containsExactly("SET a 1", "SET b 2");
        }
    }

    @Test
    void a_transaction_whose_commands_are_left_out_stays_for_the_sink_to_pass_over() throws Exception {
        assertThat(Spoken.to("redis 7.4.1").of("MULTI", "EXEC")).containsExactly("MULTI", "EXEC");
        assertThat(Spoken.to("redis 7.4.1").of("MULTI", "XADD x IDMP p i * f v", "EXEC"))
                .containsExactly("MULTI", "EXEC");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET k v",
                "SET k v PXAT 1800000000000",
                "PEXPIREAT k 1800000000000 NX",
                "ping",
                "zadd z 1 a",
                "ZADD z GT CH 1 a 2 b",
                "LPOP l 2",
                "LMOVE a b left right",
                "COPY a b DB 1 REPLACE",
                "ZPOPMIN z 2",
                "SETNX k v",
                "MSETNX k v l w",
                "HSETNX h f v",
                "RENAMENX a b",
                "LPUSHX l a",
                "EVAL return(1) 0",
                "XCLAIM x g c 0 1-1 TIME 1 RETRYCOUNT 1 FORCE JUSTID LASTID 0-0",
                "XGROUP SETID x g 1-1 ENTRIESREAD 2",
                "HPEXPIREAT h 1800000000000 NX FIELDS 2 f g",
                "HSETEX h FNX PXAT 1800000000000 FIELDS 1 f v",
                "HSETEX h KEEPTTL FIELDS 1 f v",
                "SPUBLISH c m",
                "UNLINK a b",
                "JSON.SET d $ 1"
            })
    void what_a_destination_takes_as_it_is_is_not_even_looked_at(String sent) throws Exception {
        CommandBatch batch = Batches.ran(Spoken.NOW, false, sent);
        byte[] before = batch.command(0).toByteArray();
        int held = batch.heldBytes();

        Spoken.to("redis 8.6.3").dialect().adapt(batch);

        assertThat(batch.command(0).toByteArray()).isEqualTo(before);
        assertThat(batch.heldBytes()).isEqualTo(held);
    }
}
