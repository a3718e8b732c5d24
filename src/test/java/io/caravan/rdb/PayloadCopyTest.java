package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadCopyTest {

    private static final long MEGABYTE = 1 << 20;

    /** A module's id, a number, a double, and the length of a string of 200,000 bytes, more than the window holds. */
    private static final String HEAD =
            "81 00 00 00 00 00 00 04 00  02 2a  04 00 00 00 00 00 00 f0 3f  05 80 00 03 0d 40";

    private static byte[] value() {
        return Literal.bytes(HEAD + " " + "'0123456789' ".repeat(20_000) + " 00");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000, 65_536, 1_000_000})
    void the_payload_of_a_value_is_the_same_however_it_arrives(int piece) throws Exception {
        byte[] value = value();
        byte[] snapshot = new byte[3 + value.length + 5];
        System.arraycopy(value, 0, snapshot, 3, value.length);
        var in = new RdbInput(ByteSources.inPieces(snapshot, piece), 0);
        in.skip(3);
        var copied = new ByteArrayOutputStream();

        new PayloadCopy(in).copy(RdbType.MODULE_2, 8, copied::write);

        assertThat(in.offset()).as("the input is behind the value").isEqualTo(3 + value.length);
        DumpPayload payload = DumpPayload.of(copied.toByteArray()); // checks its checksum
        assertThat(payload.type()).isEqualTo(RdbType.MODULE_2);
        assertThat(payload.version()).isEqualTo(8);
        assertThat(payload.value().rest()).isEqualTo(value);
    }

    @Test
    void what_is_behind_the_value_is_not_copied() throws Exception {
        var in = new RdbInput(ByteSources.inPieces(Literal.bytes("01 02 01 00  01 02 02 00"), 1), 0);
        var copied = new ByteArrayOutputStream();

        new PayloadCopy(in).copy(RdbType.MODULE_2, 8, copied::write);
        in.skip(4);

        assertThat(copied.size()).isEqualTo(1 + 4 + DumpPayload.FOOTER_LENGTH);
    }

    @Test
    void a_value_of_300_megabytes_needs_no_more_memory_than_the_window() throws Exception {
        var value = new GeneratedBytes().then("01");
        for (int string = 0; string < 300; string++) {
            value.then("05 80 00 10 00 00").thenRepeated("'0123456789abcdef'", MEGABYTE / 16);
        }
        value.then("00");
        var in = new RdbInput(value, 0);
        long[] length = new long[1];

        long allocated = Allocation.bytesOf(() -> {
            new PayloadCopy(in).copy(RdbType.MODULE_2, 8, (bytes, from, count) -> length[0] += count);
            return 0;
        });

        assertThat(length[0]).isEqualTo(1 + value.length() + DumpPayload.FOOTER_LENGTH);
        assertThat(allocated).isLessThan(MEGABYTE);
    }

    @Test
    void a_value_that_is_not_of_its_layout_is_told_by_its_byte() {
        var in = new RdbInput(ByteSources.whole(Literal.bytes("01 09")), 0);

        assertThatThrownBy(() -> new PayloadCopy(in).copy(RdbType.MODULE_2, 8, (bytes, from, count) -> {}))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessage("corrupt snapshot at byte 2: unknown module opcode 9");
    }
}
