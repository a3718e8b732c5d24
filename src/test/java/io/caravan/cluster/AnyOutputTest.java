package io.caravan.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.resp.Reply;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnyOutputTest {

    private final AnyOutput output = new AnyOutput();

    @Test
    void a_status_is_text() {
        output.setSingle(bytes("OK"));

        assertThat(output.get()).isEqualTo("OK");
    }

    @Test
    void a_value_is_bytes() {
        output.set(bytes("value"));

        assertThat(output.get()).isEqualTo("value".getBytes(UTF_8));
    }

    @Test
    void a_number_is_a_number() {
        output.set(42L);

        assertThat(output.get()).isEqualTo(42L);
    }

    @Test
    void nothing_is_null() {
        output.set((ByteBuffer) null);

        assertThat(output.get()).isNull();
    }

    @Test
    void an_array_is_a_list_of_its_elements_nested_ones_too() {
        output.multi(4);
        output.set(1L);
        output.multi(2);
        output.setSingle(bytes("a"));
        output.set((ByteBuffer) null);
        output.multi(0);
        output.set(2L);

        assertThat(output.get()).isEqualTo(List.of(1L, Arrays.asList("a", null), List.of(), 2L));
    }

    @Test
    void an_array_of_nothing_is_null() {
        output.multi(-1);

        assertThat(output.get()).isNull();
    }

    @Test
    void a_reply_has_a_type_for_other_rooms() {
        Reply typed = AnyOutput.typed(Arrays.asList("OK", bytes("v").array(), 1L, null, List.of()));

        assertThat(typed.text()).isEqualTo("OK v 1  ");
        assertThat(((Reply.Elements) typed).replies())
                .extracting(reply -> (Object) reply.getClass())
                .containsExactly(
                        Reply.Status.class,
                        Reply.Bulk.class,
                        Reply.Number.class,
                        Reply.Nothing.class,
                        Reply.Elements.class);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
