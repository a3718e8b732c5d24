package io.caravan.rdb;

import static io.caravan.rdb.Literal.littleEndian;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.rdb.RdbReader.Entry;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every opcode, in literal bytes: whole, a byte at a time, split at every byte. */
class RdbReaderTest {

    private static final String NO_CHECKSUM = "ff 00 00 00 00 00 00 00 00";

    @Test
    void a_snapshot_has_a_version_and_an_end() throws Exception {
        assertThat(entriesOf("'REDIS0009'" + NO_CHECKSUM)).containsExactly("REDIS 9", "END");
        assertThat(entriesOf("'REDIS0006'" + NO_CHECKSUM)).containsExactly("REDIS 6", "END");
        assertThat(entriesOf("'VALKEY080'" + NO_CHECKSUM)).containsExactly("VALKEY 80", "END");
    }

    @Test
    void before_version_5_there_is_no_checksum() throws Exception {
        assertThat(entriesOf("'REDIS0003' ff")).containsExactly("REDIS 3", "END");
    }

    @Test
    void a_header_of_something_else_is_quoted() {
        assertThat(faultOf("'PK' 03 04 '\r\nxxx'"))
                .hasMessage(
                        "corrupt snapshot at byte 0: it begins with 'PK\\x03\\x04\\r\\nxxx' instead of REDIS or VALKEY"
                                + " and a version");
    }

    @Test
    void keys_come_with_database_type_and_attributes() throws Exception {
        String snapshot = "'REDIS0009' fe 00 fb 02 01 00 01 'a' 01 '1'"
                + "fc" + littleEndian(1_700_000_000_123L, 8) + "f8 40 64 02 01 'b' 01 c0 07"
                + "fe 03 fd 78 fd ff 7f f9 ff 00 01 'c' 00";

        assertThat(entriesOf(snapshot + NO_CHECKSUM))
                .containsExactly(
                        "REDIS 9",
                        "KEY 0 a type 0",
                        "KEY 0 b type 2 expires 1700000000123 idle 100",
                        "KEY 3 c type 0 expires 2147483000000 frequency 255",
                        "END");
    }

    @Test
    void a_time_before_1970_has_passed_and_is_not_taken_for_none() throws Exception {
        String snapshot =
                "'REDIS0009' fc 00 00 00 00 00 00 00 00 00 01 'a' 00 fc" + littleEndian(-5, 8) + "00 01 'b' 00";

        assertThat(entriesOf(snapshot + NO_CHECKSUM))
                .containsExactly("REDIS 9", "KEY 0 a type 0 expires 1", "KEY 0 b type 0 expires 1", "END");
    }

    @Test
    void properties_may_stand_between_keys() throws Exception {
        String snapshot = "'REDIS0011' 00 01 'a' 00 fa 09 'slot-info' 05 '1,2,3' fa 01 'n' c1 2c 01 00 01 'b' 00";

        assertThat(entriesOf(snapshot + NO_CHECKSUM))
                .containsExactly(
                        "REDIS 11", "KEY 0 a type 0", "AUX slot-info=1,2,3", "AUX n=300", "KEY 0 b type 0", "END");
    }

    @Test
    void a_function_library_is_an_entry() throws Exception {
        assertThat(entriesOf("'REDIS0010' f5 0a '#!lua name'" + NO_CHECKSUM))
                .containsExactly("REDIS 10", "FUNCTION #!lua name", "END");
    }

    @Test
    void slot_sizes_and_what_modules_keep_beside_keys_are_passed_over() throws Exception {
        // Module aux: id, then opcode and datum: unsigned, signed, float, double, string, end.
        String module = "f7 81 ff 00 00 00 00 00 00 00 02 02 01 81 ff ff ff ff ff ff ff ff 03 00 00 00 00"
                + "04 00 00 00 00 00 00 00 00 05 03 'abc' 00";

        assertThat(entriesOf("'REDIS0012' f4 40 64 01 00" + module + NO_CHECKSUM))
                .containsExactly("REDIS 12", "END");
    }

    @Test
    void opcode_243_is_metadata_of_a_key_in_redis_and_slots_in_valkey() throws Exception {
        String metadata = "f3 02 'abcd' 02 07 00 'efgh' 00";
        String slots = "f3 04 'name' 02 00 05 40 64 40 65";

        assertThat(entriesOf("'REDIS0013'" + metadata + NO_CHECKSUM)).containsExactly("REDIS 13", "END");
        assertThat(entriesOf("'VALKEY080'" + slots + NO_CHECKSUM)).containsExactly("VALKEY 80", "END");
        assertThat(entriesOf("'REDIS0011'" + slots + NO_CHECKSUM)).containsExactly("REDIS 11", "END");
    }

    @Test
    void hashes_and_functions_of_release_candidates_are_refused() {
        assertThat(faultOf("'REDIS0012' 16 01 'k' 00")).hasMessageContaining("a Redis 7.4 release candidate");
        assertThat(faultOf("'REDIS0012' 17 01 'k' 00")).hasMessageContaining("a Redis 7.4 release candidate");
        assertThat(faultOf("'REDIS0010' f6 00")).hasMessageContaining("a Redis 7.0 release candidate");
    }

    @Test
    void valkeys_hash_is_read_by_its_layout() throws Exception {
        String hash = "16 01 'k' 01 01 'f' 01 'v'" + littleEndian(-1, 8);

        assertThat(entriesOf("'VALKEY080'" + hash + NO_CHECKSUM))
                .containsExactly("VALKEY 80", "KEY 0 k type 22", "END");
    }

    @Test
    void a_wrong_checksum_is_told_with_both() {
        byte[] body = Literal.bytes("'REDIS0009' 00 01 'a' 00 ff");
        String right = Literal.hex(Literal.bytes(littleEndian(Crc64.of(body), 8)));

        assertThat(faultOf(Literal.hex(body) + "01 02 03 04 05 06 07 08"))
                .hasMessageContaining("its checksum is 0807060504030201, that of the bytes received "
                        + "%016x".formatted(Crc64.of(body)));
        assertThat(catchEntries(Literal.hex(body) + right)).endsWith("END");
    }

    @Test
    void a_database_that_no_server_has_is_corrupt() {
        assertThat(faultOf("'REDIS0009' fe 81 00 00 00 01 00 00 00 00")).hasMessageContaining("database 4294967296");
    }

    @Test
    void a_key_larger_than_may_be_held_is_corrupt() {
        byte[] snapshot = Literal.bytes("'REDIS0009' 00 80 00 10 00 00");

        assertThatThrownBy(() -> entries(ByteSources.whole(Arrays.copyOf(snapshot, 2 << 20))))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessageContaining("a key or property larger than may be held in memory");
    }

    @Test
    void an_end_too_early_names_the_byte() {
        assertThatThrownBy(() -> entries(ByteSources.whole(Literal.bytes("'REDIS0009' 00 05 'ab'"))))
                .isInstanceOf(EOFException.class)
                .hasMessage("the snapshot ends too early, at byte 13: the test has no more bytes");
    }

    private static List<String> entriesOf(String notation) throws Exception {
        byte[] snapshot = Literal.bytes(notation);
        List<String> whole = entries(ByteSources.whole(snapshot));
        assertThat(entries(ByteSources.inPieces(snapshot, 1)))
                .as("a byte at a time")
                .isEqualTo(whole);
        for (int i = 1; i < snapshot.length; i++) {
            assertThat(entries(ByteSources.splitAt(snapshot, i)))
                    .as("split at byte %d", i)
                    .isEqualTo(whole);
        }
        return whole;
    }

    private static List<String> catchEntries(String notation) {
        try {
            return entriesOf(notation);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static CorruptRdbException faultOf(String notation) {
        try {
            entries(ByteSources.whole(Literal.bytes(notation)));
        } catch (CorruptRdbException e) {
            return e;
        } catch (IOException | ValueTooLargeException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("the snapshot was read without a fault");
    }

    private static List<String> entries(ByteSource source) throws IOException, ValueTooLargeException {
        var in = new RdbInput(source, 0);
        var reader = new RdbReader(in);
        var skipper = new ValueSkipper(in);
        var entries = new ArrayList<String>();
        reader.readHeader();
        entries.add((reader.valkey() ? "VALKEY " : "REDIS ") + reader.version());
        Entry entry;
        do {
            entry = reader.next();
            entries.add(entry + describe(reader, entry));
            if (entry == Entry.KEY) {
                skipper.skipValue(reader.type());
            }
        } while (entry != Entry.END);
        return entries;
    }

    private static String describe(RdbReader reader, Entry entry) {
        return switch (entry) {
            case KEY ->
                " " + reader.database() + " " + text(reader.key()) + " type " + reader.type() + attributes(reader);
            case AUX -> " " + reader.auxName() + "=" + text(reader.auxValue());
            case FUNCTION -> " " + text(reader.auxValue());
            case END -> "";
        };
    }

    private static String attributes(RdbReader reader) {
        return (reader.expireAtMillis() == RdbReader.NO_EXPIRY ? "" : " expires " + reader.expireAtMillis())
                + (reader.idleSeconds() == RdbReader.NOT_TOLD ? "" : " idle " + reader.idleSeconds())
                + (reader.frequency() == RdbReader.NOT_TOLD ? "" : " frequency " + reader.frequency());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
