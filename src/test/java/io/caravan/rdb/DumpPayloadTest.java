package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DumpPayloadTest {

    /** {@code SET k hello}, {@code DUMP k} on Redis 7.0.15. */
    private static final byte[] HELLO = Literal.bytes("00 05 'hello' 0a 00 63 72 df 76 65 34 20 0a");

    private static final byte[] KEY = "k".getBytes(StandardCharsets.US_ASCII);

    @Test
    void a_payload_has_type_version_and_value() throws Exception {
        DumpPayload payload = DumpPayload.of(HELLO);

        assertThat(payload.type()).isEqualTo(RdbType.STRING);
        assertThat(payload.version()).isEqualTo(10);
        assertThat(payload.value().offset()).isEqualTo(1);
    }

    @Test
    void its_value_is_decoded() throws Exception {
        DumpPayload payload = DumpPayload.of(HELLO);
        var commands = new RecordedCommands();

        new ValueDecoder(payload.value(), Decoding.ANYTHING).decode(payload.type(), KEY, RdbReader.NO_EXPIRY, commands);

        assertThat(commands.lines()).containsExactly("SET k hello");
    }

    @Test
    void another_version_is_stamped_on_a_copy() throws Exception {
        byte[] before = HELLO.clone();

        byte[] restamped = DumpPayload.of(HELLO).restamped(80);

        assertThat(HELLO).isEqualTo(before);
        assertThat(DumpPayload.of(restamped).version()).isEqualTo(80);
        assertThat(restamped).startsWith(Literal.bytes("00 05 'hello' 50 00"));
        assertThat(DumpPayload.of(restamped).restamped(10)).isEqualTo(HELLO);
    }

    @Test
    void a_payload_is_composed_around_a_value_in_a_window() throws Exception {
        byte[] window = Literal.bytes("ff ff 05 'hello' ff");
        byte[] payload = new byte[DumpPayload.lengthOf(6)];
        payload[0] = RdbType.STRING;
        System.arraycopy(window, 2, payload, 1, 6);

        DumpPayload.writeFooter(payload, 7, 10, DumpPayload.checksum(RdbType.STRING, window, 2, 6, 10));

        assertThat(payload).isEqualTo(HELLO);
    }

    @Test
    void composing_allocates_nothing() throws Exception {
        byte[] window = new byte[1000];
        byte[] payload = new byte[DumpPayload.lengthOf(1000)];
        compose(window, payload);

        long allocated = Allocation.bytesOf(() -> {
            for (int i = 0; i < 10_000; i++) {
                compose(window, payload);
            }
            return 0;
        });

        assertThat(allocated).isLessThan(10_000);
    }

    private static void compose(byte[] window, byte[] payload) {
        DumpPayload.writeFooter(payload, 1001, 11, DumpPayload.checksum(RdbType.STRING, window, 0, 1000, 11));
    }

    @Test
    void a_damaged_payload_is_told() {
        byte[] damaged = HELLO.clone();
        damaged[3]++;

        assertThatThrownBy(() -> DumpPayload.of(damaged))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessageContaining("a DUMP payload with checksum 0a20346576df7263");
        assertThatThrownBy(() -> DumpPayload.of(new byte[10]))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessage("corrupt snapshot at byte 10: a DUMP payload of 10 bytes");
    }
}
