package io.caravan.resp;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyDecoderTest {

    private static final byte[] REPLIES =
            bytes("+PONG\r\n-NOPERM no\r\n:-42\r\n$5\r\na\r\nb!\r\n$-1\r\n$0\r\n\r\n*-1\r\n"
                    + "*3\r\n$6\r\nmaster\r\n:4711\r\n*1\r\n+in\r\n*0\r\n");

    private static final List<String> DECODED = List.of(
            "Status PONG",
            "Failure NOPERM no",
            "Number -42",
            "Bulk a\r\nb!",
            "Nothing ",
            "Bulk ",
            "Nothing ",
            "Elements master 4711 in",
            "Elements ");

    @Test
    void every_kind_of_reply_is_decoded() {
        assertThat(decode(REPLIES, REPLIES.length)).isEqualTo(DECODED);
    }

    @Test
    void replies_split_at_every_byte_are_decoded_the_same() {
        for (int split = 1; split < REPLIES.length; split++) {
            assertThat(decode(REPLIES, split)).as("split at byte %d", split).isEqualTo(DECODED);
        }
    }

    @Test
    void newlines_that_keep_a_link_alive_are_passed_over() {
        assertThat(decode(bytes("\n\n\r\n+FULLRESYNC id 1\r\n\n"), 2)).containsExactly("Status FULLRESYNC id 1");
    }

    @Test
    void a_line_may_end_with_a_newline_alone() {
        assertThat(decode(bytes("+CONTINUE\n"), 100)).containsExactly("Status CONTINUE");
    }

    @Test
    void what_was_not_consumed_is_handed_out_once() {
        var decoder = new ReplyDecoder();
        byte[] received = bytes("+CONTINUE\r\n*1\r\n$4\r\nPI");
        decoder.add(received, 0, received.length);
        decoder.next();

        byte[] rest = decoder.rest();

        assertThat(rest).isEqualTo(bytes("*1\r\n$4\r\nPI"));
        assertThat(decoder.rest()).isEmpty();
    }

    @Test
    void an_incomplete_reply_consumes_nothing() {
        var decoder = new ReplyDecoder();
        byte[] received = bytes("*2\r\n+a\r\n$3\r\nb");
        decoder.add(received, 0, received.length);

        Optional<Reply> reply = decoder.next();

        assertThat(reply).isEmpty();
        assertThat(decoder.rest()).isEqualTo(received);
    }

    @Test
    void a_value_larger_than_the_first_window_is_decoded() {
        String large = "0123456789".repeat(10_000);

        assertThat(decode(bytes("$100000\r\n" + large + "\r\n+OK\r\n"), 999))
                .containsExactly("Bulk " + large, "Status OK");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello\r\n", ":abc\r\n", "$x\r\n", "*?\r\n", "*1\r\n\r\n"})
    void bytes_that_are_no_reply_are_refused(String malformed) {
        assertThatThrownBy(() -> decode(bytes(malformed), 100)).isInstanceOf(MalformedRespException.class);
    }

    @Test
    void arrays_nested_without_end_are_refused() {
        assertThatThrownBy(() -> decode(bytes("*1\r\n".repeat(20)), 100))
                .isInstanceOf(MalformedRespException.class)
                .hasMessageContaining("nested more than 16 deep");
    }

    @Test
    void the_code_of_a_failure_is_its_first_word() {
        assertThat(new Reply.Failure("NOAUTH Authentication required.").code()).isEqualTo("NOAUTH");
        assertThat(new Reply.Failure("ERR").code()).isEqualTo("ERR");
    }

    private static List<String> decode(byte[] received, int pieceLength) {
        var decoder = new ReplyDecoder();
        var decoded = new ArrayList<String>();
        for (int from = 0; from < received.length; from += pieceLength) {
            decoder.add(received, from, Math.min(pieceLength, received.length - from));
            for (Optional<Reply> reply = decoder.next(); reply.isPresent(); reply = decoder.next()) {
                decoded.add(reply.get().getClass().getSimpleName() + " "
                        + reply.get().text());
            }
        }
        return decoded;
    }
}
