package io.caravan.rdb;

import static io.caravan.rdb.Literal.bigEndian;
import static io.caravan.rdb.Literal.littleEndian;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.rdb.DecodeTarget.Ability;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Values and elements that are larger than the window on the snapshot, which is the 64 KiB that it has at least. */
class LargeValueTest {

    private static final long MEGABYTE = 1 << 20;

    /** The window, the buffers of the commands, their growth. */
    private static final long MEMORY = 2 * MEGABYTE;

    private static final byte[] KEY = "k".getBytes(StandardCharsets.US_ASCII);
    private static final long LATER = Decoding.NOW + 1;

    private static String wide(long length) {
        return "81" + bigEndian(length, 8);
    }

    private static CountedCommands decode(int type, GeneratedBytes value) throws Exception {
        return decode(type, value, Decoding.ANYTHING);
    }

    private static CountedCommands decode(int type, GeneratedBytes value, DecodeTarget target) throws Exception {
        var commands = new CountedCommands();
        var in = new RdbInput(value, 0);

        long allocated = Allocation.bytesOf(() -> {
            new ValueDecoder(in, target, () -> Decoding.NOW).decode(type, KEY, RdbReader.NO_EXPIRY, commands);
            return 0;
        });

        assertThat(allocated).isLessThan(MEMORY);
        assertThat(in.offset()).isEqualTo(value.length());
        return commands;
    }

    @Test
    void a_list_of_64_megabytes_passes_node_by_node() throws Exception {
        // Listpacks of 100 entries of 1 + 63 + 1 bytes.
        String entries = ("bf '" + "x".repeat(63) + "' 40 ").repeat(100);
        String node = "02" + Literal.string(littleEndian(6 + 6500 + 1, 4) + "64 00" + entries + "ff");
        var value = new GeneratedBytes().then(wide(10_000)).thenRepeated(node, 10_000);

        CountedCommands commands = decode(RdbType.LIST_QUICKLIST_2, value);

        assertThat(value.length()).isGreaterThan(62 * MEGABYTE);
        assertThat(commands.commands).isEqualTo((1_000_000 + 511) / 512);
        assertThat(commands.longest).isLessThan(66_000);
    }

    @Test
    void a_ziplist_of_64_megabytes_passes_in_one_sweep() throws Exception {
        // Entries of "x": length before, 01, 'x'; the first has no entry before it.
        long entries = 21_000_000;
        long length = 10 + 3 * entries + 1;
        var value = new GeneratedBytes()
                .then(wide(length) + littleEndian(length, 4) + littleEndian(10 + 3 * (entries - 1), 4) + "ff ff")
                .then("00 01 'x'")
                .thenRepeated("03 01 'x'", entries - 1)
                .then("ff");

        CountedCommands commands = decode(RdbType.LIST_ZIPLIST, value);

        assertThat(commands.commands).isEqualTo((21_000_000 + 511) / 512);
    }

    @Test
    void a_list_element_of_100_megabytes_passes_in_pieces() throws Exception {
        var value = new GeneratedBytes()
                .then("03 01 'a'")
                .then(wide(100 * MEGABYTE))
                .thenRepeated("'b'", 100 * MEGABYTE);
        value.then("01 'c'");

        CountedCommands commands = decode(RdbType.LIST, value);

        assertThat(commands.commands).isEqualTo(2);
        assertThat(commands.largeCommands).isEqualTo(1);
        assertThat(commands.largeBytes)
                .isEqualTo("*3\r\n$5\r\nRPUSH\r\n$1\r\nk\r\n$104857600\r\n\r\n".length() + 100 * MEGABYTE);
        assertThat(commands.longest).isLessThanOrEqualTo(64 * 1024);
    }

    @Test
    void a_string_that_expands_to_100_megabytes_is_decompressed_as_it_arrives() throws Exception {
        long runs = 100 * MEGABYTE / 264;
        long length = 1 + runs * 264;
        var value = new GeneratedBytes()
                .then("c3" + wide(2 + 3 * runs) + wide(length) + "00 'x'")
                .thenRepeated("e0 ff 00", runs);

        CountedCommands commands = decode(RdbType.STRING, value);

        assertThat(commands.commands).isEqualTo((int) ((length + 65535) / 65536));
        assertThat(commands.bytes).isGreaterThan(length);
    }

    @Test
    void a_members_bytes_pass_in_pieces_out_of_a_large_listpack() throws Exception {
        // f0, length, bytes; entry length 1000005, in 7 bits each: 3d 84 45.
        long length = 6 + 2 * 1_000_008 + 1;
        var value = new GeneratedBytes().then(wide(length) + littleEndian(length, 4) + "02 00");
        value.then("f0" + littleEndian(1_000_000, 4))
                .thenRepeated("'m'", 1_000_000)
                .then("3d 84 c5");
        value.then("f0" + littleEndian(1_000_000, 4))
                .thenRepeated("'n'", 1_000_000)
                .then("3d 84 c5 ff");

        CountedCommands commands = decode(RdbType.SET_LISTPACK, value);

        assertThat(commands.largeCommands).isEqualTo(2);
        assertThat(commands.commands).as("DEL").isEqualTo(1);
    }

    @Test
    void a_large_value_of_a_field_passes_behind_its_field() throws Exception {
        var value = new GeneratedBytes().then("02 01 'f'" + wide(MEGABYTE)).thenRepeated("'v'", MEGABYTE);
        value.then("01 'g' 01 'w'");

        CountedCommands commands = decode(RdbType.HASH, value);

        assertThat(commands.largeCommands).isEqualTo(1);
        assertThat(commands.last()).isEqualTo("*4 $4 HSET $1 k $1 g $1 w ");
    }

    @Test
    void a_large_value_keeps_its_fields_expiry() throws Exception {
        var value = new GeneratedBytes().then("01 01 'f'" + wide(MEGABYTE)).thenRepeated("'v'", MEGABYTE);
        value.then(littleEndian(LATER, 8));

        CountedCommands commands = decode(RdbType.HASH_2_VALKEY, value);

        assertThat(commands.largeCommands).isEqualTo(1);
        assertThat(commands.last()).endsWith("$10 HPEXPIREAT $1 k $13 " + LATER + " $6 FIELDS $1 1 $1 f ");
    }

    @Test
    void a_large_value_whose_time_has_passed_is_removed_by_its_expiry() throws Exception {
        var value = new GeneratedBytes().then("01 01 'f'" + wide(MEGABYTE)).thenRepeated("'v'", MEGABYTE);
        value.then(littleEndian(Decoding.NOW - 1, 8));

        CountedCommands commands = decode(RdbType.HASH_2_VALKEY, value);

        assertThat(commands.last()).contains("HPEXPIREAT").contains(Long.toString(Decoding.NOW - 1));
    }

    @Test
    void a_sorted_sets_member_beyond_the_window_is_held_up_to_the_limit() throws Exception {
        var value = new GeneratedBytes().then("01" + wide(200_000)).thenRepeated("'m'", 200_000);
        value.then(littleEndian(0, 8));

        CountedCommands commands = decode(RdbType.ZSET_2, value);

        assertThat(commands.largeCommands).isZero();
        assertThat(commands.longest).isGreaterThan(200_000);
    }

    @Test
    void a_sorted_sets_member_beyond_the_limit_makes_the_value_unsupported_and_leaves_nothing() throws Exception {
        var value = new GeneratedBytes().then("03 01 'a'" + littleEndian(0, 8) + wide(100 * MEGABYTE));
        value.thenRepeated("'m'", 100 * MEGABYTE).then(littleEndian(0, 8) + "01 'b'" + littleEndian(0, 8));
        var commands = new CountedCommands();
        var in = new RdbInput(value, 0);

        assertThatThrownBy(() -> new ValueDecoder(in, Decoding.ANYTHING).decode(RdbType.ZSET_2, KEY, 1, commands))
                .isInstanceOf(UnsupportedValueException.class)
                .hasMessage("sorted set 'k' has an entry of more than 16777216 bytes, which must be held in memory"
                        + " to be sent; copy this key by other means");

        assertThat(commands.last()).isEqualTo("*2 $3 DEL $1 k ");
        assertThat(in.offset()).isEqualTo(value.length());
    }

    @Test
    void the_last_value_of_a_stream_entry_may_be_large() throws Exception {
        // Master entry: 1 live, 0 deleted, field f. Entry: same fields, ids as the master's, value, 4 elements.
        long length = 6 + 3 * 2 + 3 + 2 + 3 * 2 + 1_000_008 + 2 + 1;
        String head = "01 10" + bigEndian(5, 8) + bigEndian(1, 8) + wide(length) + littleEndian(length, 4)
                + "0a 00  01 01 00 01 01 01 81 'f' 02 00 01";
        var value = new GeneratedBytes().then(head + "02 01 00 01 00 01 f0" + littleEndian(1_000_000, 4));
        value.thenRepeated("'v'", 1_000_000).then("3d 84 c5 04 01 ff 01 05 01 00");

        CountedCommands commands = decode(RdbType.STREAM_LISTPACKS, value, Decoding.only(Ability.STREAMS));

        assertThat(commands.largeCommands).isEqualTo(1);
        assertThat(commands.last()).isEqualTo("*3 $6 XSETID $1 k $3 5-1 ");
    }
}
