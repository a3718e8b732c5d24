package io.caravan.rdb;

import static io.caravan.rdb.Decoding.NOW;
import static io.caravan.rdb.Decoding.commandsOf;
import static io.caravan.rdb.Decoding.faultOf;
import static io.caravan.rdb.Decoding.only;
import static io.caravan.rdb.Literal.bigEndian;
import static io.caravan.rdb.Literal.listpack;
import static io.caravan.rdb.Literal.littleEndian;
import static io.caravan.rdb.Literal.string;
import static io.caravan.rdb.Literal.ziplist;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.rdb.DecodeTarget.Ability;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Each layout of each type, in literal bytes. */
class ValueDecoderTest {

    private static final String HASH_WITH_A_PAST_FIELD =
            "02 01 'f' 01 '1'" + littleEndian(1000, 8) + "01 'g' 01 '2' ff ff ff ff ff ff ff ff";

    private static final byte[] KEY = "k".getBytes(StandardCharsets.US_ASCII);

    @Test
    void a_string_is_set() throws Exception {
        assertThat(commandsOf(RdbType.STRING, "05 'hello'")).containsExactly("SET k hello");
        assertThat(commandsOf(RdbType.STRING, "00")).containsExactly("SET k ");
    }

    @Test
    void lengths_of_every_width_are_read() throws Exception {
        assertThat(commandsOf(RdbType.STRING, "40 02 'ab'")).containsExactly("SET k ab");
        assertThat(commandsOf(RdbType.STRING, "80 00 00 00 02 'ab'")).containsExactly("SET k ab");
        assertThat(commandsOf(RdbType.STRING, "81 00 00 00 00 00 00 00 02 'ab'"))
                .containsExactly("SET k ab");
    }

    @Test
    void a_string_stored_as_an_integer_is_written_in_digits() throws Exception {
        assertThat(commandsOf(RdbType.STRING, "c0 80")).containsExactly("SET k -128");
        assertThat(commandsOf(RdbType.STRING, "c1 2c 01")).containsExactly("SET k 300");
        assertThat(commandsOf(RdbType.STRING, "c1 00 80")).containsExactly("SET k -32768");
        assertThat(commandsOf(RdbType.STRING, "c2 00 00 00 80")).containsExactly("SET k -2147483648");
    }

    @Test
    void a_compressed_string_is_decompressed() throws Exception {
        // Literal "ab", then 2 + 7 + 9 bytes from 2 back.
        assertThat(commandsOf(RdbType.STRING, "c3 06 14 01 'ab' e0 09 01")).containsExactly("SET k " + "ab".repeat(10));
        // Literal "x", then 3 bytes from 1 back.
        assertThat(commandsOf(RdbType.STRING, "c3 04 04 00 'x' 20 00")).containsExactly("SET k xxxx");
    }

    @Test
    void a_string_longer_than_a_command_may_be_is_set_range_by_range() throws Exception {
        DecodeTarget target = only().with(new DecodeLimits(10, 4, 100));

        assertThat(commandsOf(RdbType.STRING, "0a 'abcdefghij'", target))
                .containsExactly("SET k abcd", "SETRANGE k 4 efgh", "SETRANGE k 8 ij");
        assertThat(commandsOf(RdbType.STRING, "08 'abcdefgh'", target))
                .containsExactly("SET k abcd", "SETRANGE k 4 efgh");
    }

    @Test
    void a_list_is_pushed_and_nothing_is_removed_before() throws Exception {
        assertThat(commandsOf(RdbType.LIST, "02 01 'a' c0 07")).containsExactly("RPUSH k a 7");
        assertThat(commandsOf(RdbType.LIST_ZIPLIST, ziplist("01 'a'", "f8"))).containsExactly("RPUSH k a 7");
        assertThat(commandsOf(RdbType.LIST_QUICKLIST, "02" + ziplist("01 'a'") + ziplist("01 'b'")))
                .containsExactly("RPUSH k a b");
        assertThat(commandsOf(RdbType.LIST_QUICKLIST_2, "02 02" + listpack("81 'a'", "07") + "01 03 'xyz'"))
                .containsExactly("RPUSH k a 7 xyz");
    }

    @Test
    void a_set_replaces_the_key() throws Exception {
        assertThat(commandsOf(RdbType.SET, "02 01 'a' c0 07")).containsExactly("DEL k", "SADD k a 7");
        assertThat(commandsOf(RdbType.SET_LISTPACK, listpack("81 'a'", "07"))).containsExactly("DEL k", "SADD k a 7");
    }

    @Test
    void a_set_of_integers_comes_in_three_widths() throws Exception {
        assertThat(commandsOf(RdbType.SET_INTSET, string("02 00 00 00 02 00 00 00 ff ff 03 00")))
                .containsExactly("DEL k", "SADD k -1 3");
        assertThat(commandsOf(RdbType.SET_INTSET, string("04 00 00 00 01 00 00 00 a0 86 01 00")))
                .containsExactly("DEL k", "SADD k 100000");
        assertThat(commandsOf(RdbType.SET_INTSET, string("08 00 00 00 01 00 00 00" + littleEndian(Long.MIN_VALUE, 8))))
                .containsExactly("DEL k", "SADD k -9223372036854775808");
    }

    @Test
    void a_hash_is_set_field_by_field() throws Exception {
        var expected = new String[] {"DEL k", "HSET k f v g 7"};
        assertThat(commandsOf(RdbType.HASH, "02 01 'f' 01 'v' 01 'g' c0 07")).containsExactly(expected);
        assertThat(commandsOf(RdbType.HASH_ZIPLIST, ziplist("01 'f'", "01 'v'", "01 'g'", "f8")))
                .containsExactly(expected);
        assertThat(commandsOf(RdbType.HASH_LISTPACK, listpack("81 'f'", "81 'v'", "81 'g'", "07")))
                .containsExactly(expected);
        // The first value has two unused bytes behind it, the second has none.
        assertThat(commandsOf(RdbType.HASH_ZIPMAP, string("02 01 'f' 01 02 'v' 00 00 01 'g' 01 00 '7' ff")))
                .containsExactly(expected);
    }

    @Test
    void a_sorted_set_is_added_score_before_member() throws Exception {
        assertThat(commandsOf(RdbType.ZSET, "04 01 'a' 03 '1.5' 01 'b' fe 01 'c' ff 01 'd' 02 '17'"))
                .containsExactly("DEL k", "ZADD k 1.5 a inf b -inf c 17 d");
        assertThat(commandsOf(RdbType.ZSET_2, "01 01 'a'" + littleEndian(Double.doubleToLongBits(-3.75), 8)))
                .containsExactly("DEL k", "ZADD k -3.75 a");
        assertThat(commandsOf(RdbType.ZSET_ZIPLIST, ziplist("01 'a'", "f2", "01 'b'", "03 '2.5'")))
                .containsExactly("DEL k", "ZADD k 1 a 2.5 b");
        assertThat(commandsOf(RdbType.ZSET_LISTPACK, listpack("81 'a'", "01", "81 'b'", "84 '-inf'", "05", "83 '0.1'")))
                .containsExactly("DEL k", "ZADD k 1 a -inf b 0.1 5");
    }

    @Test
    void a_score_that_is_no_number_is_corrupt() {
        assertThat(faultOf(RdbType.ZSET, "01 01 'a' fd"))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessage("corrupt snapshot at byte 4: a score that is not a number");
        assertThat(faultOf(RdbType.ZSET_LISTPACK, listpack("81 'a'", "83 'abc'")))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessageContaining("a score that is not a number");
    }

    @Test
    void fields_expire_in_the_layout_of_redis() throws Exception {
        long later = NOW + 5000;
        // n = 3; g: no expiry; f: minimum + 0; h: minimum + 1
        String value = littleEndian(later, 8) + "03  00 01 'g' 01 '1'  01 01 'f' 01 '2'  02 01 'h' 01 '3'";

        assertThat(commandsOf(RdbType.HASH_METADATA, value))
                .containsExactly(
                        "DEL k",
                        "HSET k g 1 f 2 h 3",
                        "HPEXPIREAT k " + later + " FIELDS 1 f",
                        "HPEXPIREAT k " + (later + 1) + " FIELDS 1 h");
    }

    @Test
    void fields_expire_in_a_listpack() throws Exception {
        long later = NOW + 5000;
        String time = "f4" + littleEndian(later, 8);
        String value = littleEndian(later, 8)
                + listpack("81 'f'", "81 '1'", time, "81 'g'", "02", "00", "81 'h'", "81 '3'", time);

        assertThat(commandsOf(RdbType.HASH_LISTPACK_EX, value))
                .containsExactly("DEL k", "HSET k f 1 g 2 h 3", "HPEXPIREAT k " + later + " FIELDS 2 f h");
    }

    @Test
    void fields_expire_in_the_layout_of_valkey() throws Exception {
        long later = NOW + 5000;
        String value = "02 01 'f' 01 '1'" + littleEndian(later, 8) + "01 'g' 01 '2'" + littleEndian(-1, 8);

        assertThat(commandsOf(RdbType.HASH_2_VALKEY, value))
                .containsExactly("DEL k", "HSET k f 1 g 2", "HPEXPIREAT k " + later + " FIELDS 1 f");
    }

    @Test
    void a_field_whose_time_has_passed_is_left_out() throws Exception {
        String value = "02 01 'f' 01 '1'" + littleEndian(NOW - 1, 8) + "01 'g' 01 '2'" + littleEndian(-1, 8);

        assertThat(commandsOf(RdbType.HASH_2_VALKEY, value)).containsExactly("DEL k", "HSET k g 2");
        assertThat(commandsOf(RdbType.HASH_2_VALKEY, "01 01 'f' 01 '1'" + littleEndian(NOW, 8)))
                .containsExactly("DEL k");
    }

    @Test
    void a_stream_is_refused_where_the_destination_has_none() {
        byte[] value = Literal.bytes("00 00 00 00 00");
        var in = new RdbInput(ByteSources.whole(value), 0);
        var decoder = new ValueDecoder(in, only());

        assertThatThrownBy(() ->
                        decoder.decode(RdbType.STREAM_LISTPACKS, KEY, RdbReader.NO_EXPIRY, new RecordedCommands()))
                .isInstanceOf(UnsupportedValueException.class)
                .hasMessage("stream 'k' has entries and groups, which the destination (Redis 4.0) cannot represent");

        assertThat(in.offset()).isEqualTo(value.length);
    }

    @Test
    void a_modules_value_is_refused_with_the_modules_name() {
        // "exstrtype", encoding version 0: nine times six bits, then ten; an unsigned datum, a string, the end.
        long id = 0;
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (char c : "exstrtype".toCharArray()) {
            id = id << 6 | alphabet.indexOf(c);
        }
        byte[] value = Literal.bytes("81" + bigEndian(id << 10, 8) + "02 07 05 01 'x' 00");
        var in = new RdbInput(ByteSources.whole(value), 0);
        var decoder = new ValueDecoder(in, Decoding.ANYTHING);

        assertThatThrownBy(() -> decoder.decode(RdbType.MODULE_2, KEY, RdbReader.NO_EXPIRY, new RecordedCommands()))
                .isInstanceOf(UnsupportedValueException.class)
                .hasMessageStartingWith("module value 'k' belongs to the module type exstrtype, of which only");

        assertThat(in.offset()).isEqualTo(value.length);
    }

    @Test
    void a_type_that_no_server_writes_is_corrupt() {
        assertThat(faultOf(99, "00"))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessage("corrupt snapshot at byte 0: value type 99, which no server up to Redis 8.6 and Valkey 9.1"
                        + " writes");
    }

    @Test
    void where_fields_can_expire_the_destination_says_which_have() throws Exception {
        var in = new RdbInput(ByteSources.whole(Literal.bytes(HASH_WITH_A_PAST_FIELD)), 0);
        var commands = new RecordedCommands();

        new ValueDecoder(in, Decoding.ANYTHING).decode(RdbType.HASH_2_VALKEY, KEY, RdbReader.NO_EXPIRY, commands);

        assertThat(commands.lines()).containsExactly("DEL k", "HSET k f 1 g 2", "HPEXPIREAT k 1000 FIELDS 1 f");
    }

    @Test
    void where_fields_cannot_expire_our_clock_says_which_have() throws Exception {
        var in = new RdbInput(ByteSources.whole(Literal.bytes(HASH_WITH_A_PAST_FIELD)), 0);
        var commands = new RecordedCommands();

        new ValueDecoder(in, only()).decode(RdbType.HASH_2_VALKEY, KEY, RdbReader.NO_EXPIRY, commands);

        assertThat(commands.lines()).containsExactly("DEL k", "HSET k g 2");
    }

    @Test
    void who_looks_at_a_value_sees_what_lives() throws Exception {
        var in = new RdbInput(ByteSources.whole(Literal.bytes(HASH_WITH_A_PAST_FIELD)), 0);
        var commands = new RecordedCommands();

        ValueDecoder.ofWhatLives(in, Decoding.ANYTHING)
                .decode(RdbType.HASH_2_VALKEY, KEY, RdbReader.NO_EXPIRY, commands);

        assertThat(commands.lines()).containsExactly("DEL k", "HSET k g 2");
    }

    @Test
    void the_keys_expiry_comes_last() throws Exception {
        var commands = new RecordedCommands();
        var in = new RdbInput(ByteSources.whole(Literal.bytes("01 01 'a'")), 0);

        new ValueDecoder(in, only()).decode(RdbType.SET, KEY, 4102444800000L, commands);

        assertThat(commands.lines()).containsExactly("DEL k", "SADD k a", "PEXPIREAT k 4102444800000");
    }

    @Test
    void a_command_takes_no_more_elements_than_the_limit() throws Exception {
        DecodeTarget target = only(Ability.FIELD_EXPIRY).with(new DecodeLimits(2, 1000, 1000));

        assertThat(commandsOf(RdbType.LIST, "05 c0 01 c0 02 c0 03 c0 04 c0 05", target))
                .containsExactly("RPUSH k 1 2", "RPUSH k 3 4", "RPUSH k 5");
        assertThat(commandsOf(RdbType.HASH, "03 01 'f' c0 01 01 'g' c0 02 01 'h' c0 03", target))
                .containsExactly("DEL k", "HSET k f 1 g 2", "HSET k h 3");
    }

    @Test
    void a_field_is_set_before_it_gets_its_expiry_in_every_chunk() throws Exception {
        DecodeTarget target = only(Ability.FIELD_EXPIRY).with(new DecodeLimits(2, 1000, 1000));
        long one = NOW + 1;
        String value = littleEndian(one, 8) + "03  01 01 'f' c0 01  02 01 'g' c0 02  01 01 'h' c0 03";

        assertThat(commandsOf(RdbType.HASH_METADATA, value, target))
                .containsExactly(
                        "DEL k",
                        "HSET k f 1 g 2",
                        "HPEXPIREAT k " + one + " FIELDS 1 f",
                        "HPEXPIREAT k " + (one + 1) + " FIELDS 1 g",
                        "HSET k h 3",
                        "HPEXPIREAT k " + one + " FIELDS 1 h");
    }

    @Test
    void a_command_has_no_more_bytes_of_elements_than_the_limit_unless_one_alone_has_more() throws Exception {
        // "$3\r\nabc\r\n" has 9 bytes.
        DecodeTarget target = only().with(new DecodeLimits(100, 20, 1000));

        assertThat(commandsOf(RdbType.LIST, "03 03 'abc' 03 'def' 03 'ghi'", target))
                .containsExactly("RPUSH k abc def", "RPUSH k ghi");
        assertThat(commandsOf(RdbType.LIST, "03 01 'a' 1e '012345678901234567890123456789' 01 'b'", target))
                .containsExactly("RPUSH k a", "RPUSH k 012345678901234567890123456789", "RPUSH k b");
    }

    @Test
    void an_empty_aggregate_leaves_no_key() throws Exception {
        assertThat(commandsOf(RdbType.SET, "00")).containsExactly("DEL k");
        assertThat(commandsOf(RdbType.LIST, "00")).isEmpty();
    }

    @Test
    void a_decoder_is_used_for_one_value_after_the_other() throws Exception {
        var commands = new RecordedCommands();
        var in = new RdbInput(ByteSources.whole(Literal.bytes("01 01 'a' 01 'b'")), 0);
        var decoder = new ValueDecoder(in, only());

        decoder.decode(RdbType.LIST, KEY, RdbReader.NO_EXPIRY, commands);
        decoder.decode(RdbType.STRING, KEY, RdbReader.NO_EXPIRY, commands);

        assertThat(commands.lines()).containsExactly("RPUSH k a", "SET k b");
    }
}
