package io.caravan.rdb;

import static io.caravan.rdb.Literal.bigEndian;
import static io.caravan.rdb.Literal.listpack;
import static io.caravan.rdb.Literal.littleEndian;
import static io.caravan.rdb.Literal.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Entries that are too large to be held and cannot pass in pieces: the value is refused, nothing of it is left, it is
 * passed.
 */
class RefusedValueTest {

    private static final DecodeTarget SMALL = Decoding.ANYTHING.with(new DecodeLimits(1, 20, 40));
    private static final String LARGE = "'" + "x".repeat(50) + "'";
    private static final String FITS = "'" + "y".repeat(25) + "'";
    private static final String NODE_KEY = string(bigEndian(5, 8) + bigEndian(1, 8));

    private static List<String> refused(int type, String notation) throws Exception {
        byte[] value = Literal.bytes(notation);
        var in = new RdbInput(ByteSources.inPieces(Arrays.copyOf(value, value.length + 1), 7), 0);
        var commands = new RecordedCommands();
        byte[] key = "k".getBytes(StandardCharsets.US_ASCII);
        String message = "";
        try {
            new ValueDecoder(in, SMALL, () -> Decoding.NOW).decode(type, key, 1, commands);
        } catch (UnsupportedValueException e) {
            message = String.valueOf(e.getMessage());
        }
        assertThat(message)
                .contains(" 'k' has an entry of more than 40 bytes, which must be held in memory to be sent;"
                        + " copy this key by other means");
        assertThat(in.offset()).as("the value is passed").isEqualTo(value.length);
        assertThat(commands.lines()).as("nothing is left").endsWith("DEL k");
        return commands.lines();
    }

    @Test
    void a_hashs_field() throws Exception {
        String value = "03 01 'f' 01 '1' " + string(LARGE) + "01 '2' 01 'g' 01 '3'";

        assertThat(refused(RdbType.HASH, value)).containsExactly("DEL k", "HSET k f 1", "DEL k");
    }

    @Test
    void a_hashs_field_and_value_together() throws Exception {
        refused(RdbType.HASH, "01" + string(FITS) + string(FITS));
    }

    @Test
    void a_field_that_expires() throws Exception {
        String later = littleEndian(Decoding.NOW + 1, 8);
        String value = "02" + string(LARGE) + "01 '1'" + later + "01 'f' 01 '2'" + later;

        assertThat(refused(RdbType.HASH_2_VALKEY, value)).containsExactly("DEL k", "DEL k");
    }

    @Test
    void a_field_that_expires_where_fields_cannot() throws Exception {
        String later = littleEndian(Decoding.NOW + 1, 8);
        String never = "ff ff ff ff ff ff ff ff";
        String value = "03 01 'f' 01 '1'" + never + "01 'g' 01 '2'" + later + "01 'h' 01 '3'" + never;
        byte[] bytes = Literal.bytes(value);
        var in = new RdbInput(ByteSources.whole(bytes), 0);
        var commands = new RecordedCommands();

        assertThatThrownBy(() -> new ValueDecoder(in, Decoding.only(), () -> Decoding.NOW)
                        .decode(RdbType.HASH_2_VALKEY, new byte[] {'k'}, RdbReader.NO_EXPIRY, commands))
                .isInstanceOf(UnsupportedValueException.class)
                .hasMessage("hash 'k' has fields that expire, which the destination (Redis 4.0) cannot represent");

        assertThat(in.offset()).isEqualTo(bytes.length);
        assertThat(commands.lines()).containsExactly("DEL k", "DEL k");
    }

    @Test
    void but_not_a_hash_none_of_whose_fields_expires_any_more() throws Exception {
        String earlier = littleEndian(Decoding.NOW - 1, 8);
        String value = "02 01 'f' 01 '1'" + earlier + "01 'g' 01 '2' ff ff ff ff ff ff ff ff";

        assertThat(Decoding.commandsOf(RdbType.HASH_2_VALKEY, value, Decoding.only()))
                .containsExactly("DEL k", "HSET k g 2");
    }

    @Test
    void a_sorted_sets_member() throws Exception {
        String score = littleEndian(0, 8);

        assertThat(refused(RdbType.ZSET_2, "03 01 'a'" + score + string(LARGE) + score + "01 'b'" + score))
                .containsExactly("DEL k", "ZADD k 0 a", "DEL k");
        refused(RdbType.ZSET_LISTPACK, listpack("b2" + LARGE, "00", "81 'a'", "01"));
    }

    @Test
    void a_stream_entrys_field() throws Exception {
        String node = listpack("01", "00", "00", "00", "00", "00", "00", "01", "b2" + LARGE, "81 'v'", "06");

        assertThat(refused(RdbType.STREAM_LISTPACKS, "01" + NODE_KEY + node + "01 05 01 00"))
                .containsExactly("DEL k", "DEL k");
    }

    @Test
    void a_stream_nodes_field() throws Exception {
        String node =
                listpack("01", "00", "02", "b2" + LARGE, "81 'g'", "00", "02", "00", "00", "81 'v'", "81 'w'", "05");

        refused(RdbType.STREAM_LISTPACKS, "01" + NODE_KEY + node + "01 05 01 00");
    }

    @Test
    void the_name_of_a_group_or_consumer() throws Exception {
        refused(RdbType.STREAM_LISTPACKS, "00 00 05 01 01" + string(LARGE) + "05 01 00 00");
        refused(
                RdbType.STREAM_LISTPACKS,
                "00 00 05 01 01 01 'g' 05 01 00 01" + string(LARGE) + littleEndian(1, 8) + "00");
    }

    @Test
    void a_value_after_a_refused_one_is_decoded_as_ever() throws Exception {
        var in = new RdbInput(ByteSources.whole(Literal.bytes("01" + string(LARGE) + "01 '1'" + "01 01 'a'")), 0);
        var decoder = new ValueDecoder(in, SMALL);
        var commands = new RecordedCommands();
        try {
            decoder.decode(RdbType.HASH, new byte[] {'h'}, RdbReader.NO_EXPIRY, commands);
        } catch (UnsupportedValueException e) {
            assertThat(e).hasMessageStartingWith("hash 'h'");
        }

        decoder.decode(RdbType.SET, new byte[] {'s'}, RdbReader.NO_EXPIRY, commands);

        assertThat(commands.lines()).containsExactly("DEL h", "DEL h", "DEL s", "SADD s a");
    }
}
