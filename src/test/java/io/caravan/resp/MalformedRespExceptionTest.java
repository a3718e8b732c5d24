package io.caravan.resp;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MalformedRespExceptionTest {

    @Test
    void printable_bytes_are_quoted_as_they_are() {
        assertThat(MalformedRespException.quote(bytes("user:42 ~{tag}"))).isEqualTo("user:42 ~{tag}");
    }

    @Test
    void control_characters_and_backslashes_are_escaped() {
        assertThat(MalformedRespException.quote(bytes("a\r\nb\\c\0\t\u007f\u00ff")))
                .isEqualTo("a\\r\\nb\\\\c\\x00\\x09\\x7f\\xff");
    }

    @Test
    void a_quotation_is_cut_at_100_bytes() {
        assertThat(MalformedRespException.quote(bytes("x".repeat(100)))).isEqualTo("x".repeat(100));
        assertThat(MalformedRespException.quote(bytes("x".repeat(101)))).isEqualTo("x".repeat(100) + "…");
    }

    @Test
    void a_part_of_an_array_is_quoted_alone() {
        assertThat(MalformedRespException.quote(bytes("[inner]"), 1, 6)).isEqualTo("inner");
        assertThat(MalformedRespException.quote(bytes("abc"), -2, 2)).isEqualTo("ab");
    }

    @Test
    void text_is_quoted_as_its_bytes() {
        assertThat(MalformedRespException.quote("ü")).isEqualTo("\\xc3\\xbc");
    }
}
