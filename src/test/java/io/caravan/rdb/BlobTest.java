package io.caravan.rdb;

import static io.caravan.rdb.Decoding.commandsOf;
import static io.caravan.rdb.Decoding.faultOf;
import static io.caravan.rdb.Literal.listpack;
import static io.caravan.rdb.Literal.littleEndian;
import static io.caravan.rdb.Literal.string;
import static io.caravan.rdb.Literal.ziplist;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Entries of every width in listpacks, ziplists, intsets and zipmaps, and every way in which their lengths can lie. */
class BlobTest {

    private static final String TEN = "'0123456789'";

    @Test
    void a_listpack_has_integers_of_every_width() throws Exception {
        String value = listpack(
                "7f",
                "df ff",
                "d0 00",
                "cf ff", // 127, -1, -4096, 4095
                "f1 ff 7f",
                "f1 00 80",
                "f2 ff ff 7f",
                "f2 00 00 80",
                "f3" + littleEndian(Integer.MIN_VALUE, 4),
                "f4" + littleEndian(Long.MAX_VALUE, 8));

        assertThat(commandsOf(RdbType.SET_LISTPACK, value))
                .containsExactly(
                        "DEL k",
                        "SADD k 127 -1 -4096 4095 32767 -32768 8388607 -8388608 -2147483648 9223372036854775807");
    }

    @Test
    void a_listpack_has_strings_of_every_width() throws Exception {
        String value = listpack("80", "8a" + TEN, "e0 0a" + TEN, "f0 0a 00 00 00" + TEN);

        assertThat(commandsOf(RdbType.SET_LISTPACK, value))
                .containsExactly("DEL k", "SADD k  0123456789 0123456789 0123456789");
    }

    @Test
    void backward_lengths_of_more_bytes_have_the_most_significant_first() throws Exception {
        // 2 + 200 bytes: the backward length 202 is 01 ca.
        String text = "x".repeat(200);
        String value = string(littleEndian(6 + 202 + 2 + 1, 4) + "01 00 e0 c8 '" + text + "' 01 ca ff");

        assertThat(commandsOf(RdbType.SET_LISTPACK, value)).containsExactly("DEL k", "SADD k " + text);
    }

    @Test
    void a_listpack_of_unknown_count_ends_with_its_end() throws Exception {
        assertThat(commandsOf(RdbType.SET_LISTPACK, string("09 00 00 00 ff ff 07 01 ff")))
                .containsExactly("DEL k", "SADD k 7");
    }

    @Test
    void a_listpack_whose_lengths_lie_is_corrupt() {
        assertListpackFault("0a 00 00 00 01 00 07 01 ff", "a listpack of 10 bytes in a string of 9");
        assertListpackFault("09 00 00 00 02 00 07 01 ff", "a listpack of 2 entries has 1");
        assertListpackFault("09 00 00 00 01 00 07 02 ff", "the backward length of a listpack entry of 1 bytes");
        assertListpackFault("0a 00 00 00 01 00 82 'a' 02 ff", "a listpack entry of 2 bytes, of which 3 are there");
        assertListpackFault(
                "0c 00 00 00 01 00 f0 ff ff ff 7f ff", "a listpack entry of 2147483647 bytes, of which 1 are there");
        assertListpackFault("0a 00 00 00 01 00 07 01 ff ff", "a listpack ends 1 bytes before its string");
        assertListpackFault("08 00 00 00 01 00 07 01", "a string ends too early");
        assertListpackFault("08 00 00 00 01 00 f5 ff", "unknown listpack encoding 245");
        assertListpackFault("06 00 00 00 00 00", "a listpack of 6 bytes in a string of 6");
    }

    private static void assertListpackFault(String blob, String message) {
        assertThat(faultOf(RdbType.SET_LISTPACK, string(blob)))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessageContaining(message)
                .hasMessageMatching("(?s)corrupt snapshot at byte \\d+: .*");
    }

    @Test
    void a_ziplist_has_integers_of_every_width() throws Exception {
        String value = ziplist(
                "f1",
                "fd",
                "fe 80",
                "c0 00 80",
                "f0 00 00 80",
                "d0" + littleEndian(Integer.MIN_VALUE, 4),
                "e0" + littleEndian(Long.MAX_VALUE, 8));

        assertThat(commandsOf(RdbType.LIST_ZIPLIST, value))
                .containsExactly("RPUSH k 0 12 -128 -32768 -8388608 -2147483648 9223372036854775807");
    }

    @Test
    void a_ziplist_has_strings_of_every_width() throws Exception {
        String value = ziplist("00", "0a" + TEN, "40 0a" + TEN, "80 00 00 00 0a" + TEN);

        assertThat(commandsOf(RdbType.LIST_ZIPLIST, value))
                .containsExactly("RPUSH k  0123456789 0123456789 0123456789");
    }

    @Test
    void a_ziplists_backward_length_may_be_wide() throws Exception {
        // Second entry: 254 and four bytes, although one would do (Redis leaves it so after an update).
        String blob = "14 00 00 00 0c 00 00 00 02 00  00 f2  fe 02 00 00 00 01 'b' ff";

        assertThat(commandsOf(RdbType.LIST_ZIPLIST, string(blob))).containsExactly("RPUSH k 1 b");
    }

    @Test
    void a_ziplist_whose_lengths_lie_is_corrupt() {
        assertZiplistFault("0e 00 00 00 0a 00 00 00 01 00 00 f2 ff", "a ziplist of 14 bytes in a string of 13");
        assertZiplistFault("0d 00 00 00 0a 00 00 00 02 00 00 f2 ff", "a ziplist of 2 entries has 1");
        assertZiplistFault("0d 00 00 00 0b 00 00 00 01 00 00 f2 ff", "a ziplist's last entry is at 10, not at 11");
        assertZiplistFault(
                "0d 00 00 00 0a 00 00 00 01 00 01 f2 ff", "the backward length of a ziplist entry of 0 bytes is 1");
        assertZiplistFault(
                "0e 00 00 00 0a 00 00 00 01 00 00 02 'a' ff", "a ziplist entry of 2 bytes, of which 2 are there");
        assertZiplistFault("0e 00 00 00 0a 00 00 00 01 00 00 f2 ff ff", "a ziplist ends 1 bytes before its string");
        assertZiplistFault("0d 00 00 00 0a 00 00 00 01 00 00 90 ff", "unknown ziplist encoding 144");
        assertZiplistFault("0d 00 00 00 0a 00 00 00 01 00 00 c1 ff", "unknown ziplist encoding 193");
    }

    private static void assertZiplistFault(String blob, String message) {
        assertThat(faultOf(RdbType.LIST_ZIPLIST, string(blob)))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessageContaining(message);
    }

    @Test
    void an_intset_whose_lengths_lie_is_corrupt() {
        assertThat(faultOf(RdbType.SET_INTSET, string("03 00 00 00 01 00 00 00 01 00 00")))
                .hasMessageContaining("an intset of integers of 3 bytes");
        assertThat(faultOf(RdbType.SET_INTSET, string("02 00 00 00 02 00 00 00 01 00")))
                .hasMessageContaining("an intset of 2 integers of 2 bytes in 10 bytes");
        assertThat(faultOf(RdbType.SET_INTSET, string("02 00 00 00 ff ff ff ff 01 00")))
                .hasMessageContaining("an intset of 4294967295 integers");
    }

    @Test
    void a_zipmap_has_wide_lengths_and_may_not_tell_its_count() throws Exception {
        assertThat(commandsOf(RdbType.HASH_ZIPMAP, string("fe fe 01 00 00 00 'f' fe 01 00 00 00 00 'v' ff")))
                .containsExactly("DEL k", "HSET k f v");
    }

    @Test
    void a_zipmap_whose_lengths_lie_is_corrupt() {
        assertZipmapFault("02 01 'f' 01 00 'v' ff", "a zipmap of 2 fields has 1");
        assertZipmapFault("01 09 'f' 01 00 'v' ff", "a zipmap entry of 9 bytes, of which 5 are there");
        assertZipmapFault("01 01 'f' 01 05 'v' ff", "a zipmap entry of 1 bytes, of which 2 are there");
        assertZipmapFault("00 01 'f' ff", "a hash has a field without value");
        assertZipmapFault("01 01 'f' 01 00 'v' ff ff", "a zipmap ends 1 bytes before its string");
    }

    private static void assertZipmapFault(String blob, String message) {
        assertThat(faultOf(RdbType.HASH_ZIPMAP, string(blob)))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessageContaining(message);
    }

    @Test
    void pairs_that_do_not_come_out_even_are_corrupt() {
        assertThat(faultOf(RdbType.HASH_LISTPACK, listpack("81 'f'"))).hasMessageContaining("a field without value");
        assertThat(faultOf(RdbType.HASH_ZIPLIST, ziplist("01 'f'"))).hasMessageContaining("a field without value");
        assertThat(faultOf(RdbType.ZSET_LISTPACK, listpack("81 'm'"))).hasMessageContaining("a member without score");
        assertThat(faultOf(RdbType.HASH, "81 7f ff ff ff ff ff ff ff"))
                .hasMessageContaining("a length of 2^62 or more");
        assertThat(faultOf(RdbType.HASH_LISTPACK_EX, littleEndian(0, 8) + listpack("81 'f'", "81 'v'", "81 't'")))
                .hasMessageContaining("no integer where one is expected");
    }

    @Test
    void a_list_node_of_an_unknown_container_is_corrupt() {
        assertThat(faultOf(RdbType.LIST_QUICKLIST_2, "01 03 00")).hasMessageContaining("unknown container 3");
    }

    @Test
    void a_compressed_string_that_lies_is_corrupt() {
        assertStringFault("c3 03 05 01 'ab'", "ends 3 bytes before its announced length");
        assertStringFault("c3 03 01 01 'ab'", "longer than announced");
        assertStringFault("c3 02 02 01 'a'", "a compressed string ends within a run");
        assertStringFault("c3 04 05 00 'a' 20 01", "refers to bytes before its first");
        assertStringFault(
                "c3 02 81 3f ff ff ff ff ff ff ff 00 'a'", "2 compressed bytes cannot become 4611686018427387903");
        assertStringFault("c3 03 01 00 'a' 00", "a compressed string ends within a run");
        assertStringFault("c3 02 00 00 'a'", "2 bytes of a compressed string are left");
    }

    @Test
    void an_unknown_encoding_is_corrupt() {
        assertStringFault("c4", "unknown string encoding 4");
        assertStringFault("82", "unknown length encoding 130");
        assertStringFault("81 ff ff ff ff ff ff ff ff", "a length of 2^62 or more");
        assertThat(faultOf(RdbType.LIST, "c0 01")).hasMessageContaining("a length was expected");
    }

    private static void assertStringFault(String notation, String message) {
        assertThat(faultOf(RdbType.STRING, notation))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessageContaining(message);
    }
}
