package io.caravan.rdb;

import static io.caravan.rdb.Decoding.commandsOf;
import static io.caravan.rdb.Decoding.faultOf;
import static io.caravan.rdb.Decoding.only;
import static io.caravan.rdb.Literal.bigEndian;
import static io.caravan.rdb.Literal.hex;
import static io.caravan.rdb.Literal.listpack;
import static io.caravan.rdb.Literal.littleEndian;
import static io.caravan.rdb.Literal.string;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.rdb.DecodeTarget.Ability;
import org.junit.jupiter.api.Test;

class StreamDecoderTest {

    /**
     * Node 5-1 with two entries of the master's field f (5-1, 6-1), a deleted one (7-1), one with fields of its own
     * (8-2).
     */
    private static final String NODE = node(
            5, 1, "03", "01", "01", "81 'f'", "00", // live, deleted, fields; terminator
            "02", "00", "00", "81 'a'", "04", "02", "01", "00", "81 'b'", "04", "03", "02", "00", "81 'c'", "04", "00",
            "03", "01", "02", "81 'x'", "81 'y'", "81 'z'", "07", "08");

    private static final DecodeTarget REDIS_5 = only(Ability.STREAMS);
    private static final DecodeTarget REDIS_6 = only(Ability.STREAMS, Ability.CREATE_CONSUMER);
    private static final DecodeTarget REDIS_7 = only(Ability.STREAMS, Ability.CREATE_CONSUMER, Ability.STREAM_COUNTERS);

    private static String node(long millis, long sequence, String... entries) {
        return string(bigEndian(millis, 8) + bigEndian(sequence, 8)) + listpack(entries);
    }

    @Test
    void live_entries_are_added_and_deleted_ones_are_not() throws Exception {
        String value = "01" + NODE + "03 09 00 00";

        assertThat(commandsOf(RdbType.STREAM_LISTPACKS, value, REDIS_5))
                .containsExactly("DEL k", "XADD k 5-1 f a", "XADD k 6-1 f b", "XADD k 8-2 x y z 7", "XSETID k 9-0");
    }

    @Test
    void a_destination_with_counters_gets_them() throws Exception {
        String value = "01" + NODE + "03 09 00 05 01 07 01 04 00";

        assertThat(commandsOf(RdbType.STREAM_LISTPACKS_2, value, REDIS_7))
                .endsWith("XSETID k 9-0 ENTRIESADDED 4 MAXDELETEDID 7-1");
        assertThat(commandsOf(RdbType.STREAM_LISTPACKS_2, value, REDIS_6)).endsWith("XSETID k 9-0");
    }

    @Test
    void a_greatest_deleted_id_beyond_the_last_id_is_drawn_back_to_it() throws Exception {
        assertThat(commandsOf(RdbType.STREAM_LISTPACKS_2, "00 00 03 00 00 00 05 05 01 00", REDIS_7))
                .endsWith("XSETID k 3-0 ENTRIESADDED 1 MAXDELETEDID 3-0");
    }

    @Test
    void a_stream_without_counters_gets_those_that_loading_it_would_give() throws Exception {
        assertThat(commandsOf(RdbType.STREAM_LISTPACKS, "01" + NODE + "03 09 00 00", REDIS_7))
                .endsWith("XSETID k 9-0 ENTRIESADDED 3 MAXDELETEDID 0-0");
    }

    @Test
    void an_empty_stream_exists_with_its_last_id() throws Exception {
        assertThat(commandsOf(RdbType.STREAM_LISTPACKS, "00 00 05 05 00", REDIS_5))
                .containsExactly("DEL k", "XADD k MAXLEN 0 0-1 x y", "XSETID k 5-5");
        assertThat(commandsOf(RdbType.STREAM_LISTPACKS_2, "00 00 05 05 00 00 05 05 01 00", REDIS_7))
                .containsExactly("DEL k", "XADD k MAXLEN 0 0-1 x y", "XSETID k 5-5 ENTRIESADDED 1 MAXDELETEDID 5-5");
    }

    @Test
    void ids_use_all_64_bits_without_sign() throws Exception {
        String most = "81 ff ff ff ff ff ff ff ff";

        assertThat(commandsOf(RdbType.STREAM_LISTPACKS, "00 00" + most + most + "00", REDIS_5))
                .endsWith("XSETID k 18446744073709551615-18446744073709551615");
    }

    @Test
    void groups_get_their_consumers_and_what_is_pending() throws Exception {
        String id5 = bigEndian(5, 8) + bigEndian(1, 8);
        String id6 = bigEndian(6, 8) + bigEndian(1, 8);
        String seen = littleEndian(1_600_000_000_000L, 8);
        String delivered = littleEndian(1_700_000_000_000L, 8);
        String pending = "02" + id5 + delivered + "01" + id6 + delivered + "40 64";
        String consumers = "03 02 'c1'" + seen + "01" + id6 + "02 'c2'" + seen + "01" + id5 + "04 'idle'" + seen + "00";
        String value = "01" + NODE + "03 09 00  01 01 'g' 06 01" + pending + consumers;

        assertThat(commandsOf(RdbType.STREAM_LISTPACKS, value, REDIS_6).subList(5, 11))
                .containsExactly(
                        "XGROUP CREATE k g 6-1",
                        "XGROUP CREATECONSUMER k g c1",
                        "XCLAIM k g c1 0 6-1 TIME 1700000000000 RETRYCOUNT 100 FORCE JUSTID LASTID 6-1",
                        "XGROUP CREATECONSUMER k g c2",
                        "XCLAIM k g c2 0 5-1 TIME 1700000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 6-1",
                        "XGROUP CREATECONSUMER k g idle");
        assertThat(commandsOf(RdbType.STREAM_LISTPACKS, value, REDIS_5))
                .noneMatch(line -> line.contains("CREATECONSUMER"));
    }

    @Test
    void a_group_keeps_its_count_of_entries_read_where_that_is_known() throws Exception {
        String unknown = "81 ff ff ff ff ff ff ff ff";
        String head = "01" + NODE + "03 09 00 05 01 07 01 04";
        String value = head + "02  01 'g' 06 01 03 00 00  01 'h' 09 00" + unknown + "00 00";

        assertThat(commandsOf(RdbType.STREAM_LISTPACKS_2, value, REDIS_7))
                .endsWith("XGROUP CREATE k g 6-1 ENTRIESREAD 3", "XGROUP CREATE k h 9-0");
    }

    @Test
    void a_consumers_active_time_is_passed_over() throws Exception {
        String times = littleEndian(1, 8) + littleEndian(-1, 8);
        String value = "00 00 05 05 00 00 00 00 00  01 01 'g' 05 05 00 00 01 01 'c'" + times + "00";

        assertThat(commandsOf(RdbType.STREAM_LISTPACKS_3, value, REDIS_7))
                .endsWith("XGROUP CREATE k g 5-5 ENTRIESREAD 0", "XGROUP CREATECONSUMER k g c");
    }

    @Test
    void the_memory_of_idempotent_producers_is_taken_over_for_entries_that_are_there() throws Exception {
        String producers = "40 c8 0a 01 03 'pid' 02 02 'i1' 06 01 02 'i2' 07 01 02 00"; // 7-1 was deleted
        String value = "01" + NODE + "03 09 00 05 01 07 01 04 00" + producers;

        assertThat(commandsOf(RdbType.STREAM_LISTPACKS_4, value))
                .endsWith("XCFGSET k IDMP-DURATION 200 IDMP-MAXSIZE 10", "XIDMPRECORD k pid i1 6-1");
        assertThat(commandsOf(RdbType.STREAM_LISTPACKS_4, value, REDIS_7))
                .noneMatch(line -> line.startsWith("XCFGSET") || line.startsWith("XIDMPRECORD"));
    }

    @Test
    void a_pending_entry_that_its_group_does_not_know_is_corrupt() {
        String value = "00 00 05 05  01 01 'g' 05 05 00 01 01 'c'" + littleEndian(1, 8) + "01" + bigEndian(5, 8)
                + bigEndian(1, 8);

        assertThat(faultOf(RdbType.STREAM_LISTPACKS, value))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessageContaining("a consumer's pending entry 5-1 is not pending in its group");
    }

    @Test
    void a_node_whose_counts_are_wrong_is_corrupt() {
        String tooFew = node(5, 1, "02", "00", "01", "81 'f'", "00", "02", "00", "00", "81 'a'", "04");
        String wrongLength = node(5, 1, "01", "00", "01", "81 'f'", "00", "02", "00", "00", "81 'a'", "05");
        String noFields = node(5, 1, "01", "00", "00", "00", "02", "00", "00", "03");
        String shortKey = string(hex(new byte[15])) + listpack("00");

        assertThat(faultOf(RdbType.STREAM_LISTPACKS, "01" + tooFew)).hasMessageContaining("of 2 entries has 1");
        assertThat(faultOf(RdbType.STREAM_LISTPACKS, "01" + wrongLength)).hasMessageContaining("the 4 elements");
        assertThat(faultOf(RdbType.STREAM_LISTPACKS, "01" + noFields)).hasMessageContaining("without fields");
        assertThat(faultOf(RdbType.STREAM_LISTPACKS, "01" + shortKey)).hasMessageContaining("key of 15 bytes");
    }
}
