package io.caravan.servers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RespTest {
    private static InputStream stream(String bytes) {
        return new ByteArrayInputStream(bytes.getBytes(ISO_8859_1));
    }

    @Test
    void every_kind_of_reply_is_read_the_same_wherever_the_bytes_are_split() throws IOException {
        String bytes = "*6\r\n+OK\r\n-MOVED 1 127.0.0.1:2\r\n:-7\r\n$4\r\n\r\n\u00ff\u0000\r\n$-1\r\n*-1\r\n";

        for (int split = 0; split <= bytes.length(); split++) {
            RespReader reader = new RespReader(
                    new SequenceInputStream(stream(bytes.substring(0, split)), stream(bytes.substring(split))));
            List<?> reply = ValueReading.list(reader.read());

            assertThat(reply).hasSize(6);
            assertThat(reply.get(0)).isEqualTo("OK");
            assertThat(reply.get(1))
                    .isInstanceOfSatisfying(
                            RespError.class,
                            error -> assertThat(error.words()).containsExactly("MOVED", "1", "127.0.0.1:2"));
            assertThat(reply.get(2)).isEqualTo(-7L);
            assertThat((byte[]) reply.get(3)).containsExactly('\r', '\n', 0xff, 0);
            assertThat(reply.get(4)).isNull();
            assertThat(reply.get(5)).isNull();
        }
    }

    @Test
    void an_end_in_mid_reply_is_an_error() {
        assertThatThrownBy(() -> new RespReader(stream("$5\r\nabc")).read()).isInstanceOf(EOFException.class);
    }

    @Test
    void a_request_is_written_as_an_array_of_bulk_strings() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        Request.of("SET", new byte[] {(byte) 0xff}, 12).writeTo(out);

        assertThat(out.toString(ISO_8859_1)).isEqualTo("*3\r\n$3\r\nSET\r\n$1\r\n\u00ff\r\n$2\r\n12\r\n");
    }

    @Test
    void a_transaction_answers_with_the_reply_of_exec() throws IOException {
        Request transaction = Request.transaction(List.of(Request.of("INCR", "a"), Request.of("INCR", "a")));

        Object reply =
                transaction.readReplyFrom(new RespReader(stream("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n:2\r\n")));

        assertThat(reply).isEqualTo(List.of(1L, 2L));
    }

    @Test
    void a_refused_transaction_answers_with_the_first_refusal() throws IOException {
        Request transaction = Request.transaction(List.of(Request.of("INCR", "a"), Request.of("INCR", "a")));

        Object reply = transaction.readReplyFrom(
                new RespReader(stream("+OK\r\n+QUEUED\r\n-ASK 1 h:2\r\n-EXECABORT sorry\r\n")));

        assertThat(reply)
                .isInstanceOfSatisfying(
                        RespError.class, error -> assertThat(error.code()).isEqualTo("ASK"));
    }

    @Test
    void the_key_of_a_request_is_where_the_command_has_it() {
        assertThat(key("SET", "k", "v")).isEqualTo("k");
        assertThat(key("eval", "return 1", "1", "k")).isEqualTo("k");
        assertThat(key("XREADGROUP", "GROUP", "g", "c", "STREAMS", "k", ">")).isEqualTo("k");
        assertThat(key("XGROUP", "CREATE", "k", "g", "0")).isEqualTo("k");
        assertThat(Request.of("DBSIZE").key()).isEmpty();
        assertThat(Request.of("INFO", "server").key()).isEmpty();
    }

    private static String key(Object... words) {
        return new String(Request.of(words).key().orElseThrow(), ISO_8859_1);
    }

    @Test
    void slots_are_those_of_the_cluster_specification() {
        assertThat(slot("123456789")).isEqualTo(0x31C3);
        assertThat(slot("foo")).isEqualTo(12_182);
        assertThat(slot("{user1000}.following")).isEqualTo(slot("user1000"));
        assertThat(slot("foo{}{bar}")).isNotEqualTo(slot("bar"));
        assertThat(slot("foo{{bar}}zap")).isEqualTo(slot("{bar"));
        assertThat(slot("")).isZero();
    }

    private static int slot(String key) {
        return HashSlots.of(key.getBytes(ISO_8859_1));
    }

    @Test
    void bytes_are_printed_readably_and_cut() {
        assertThat(Printable.of(new byte[] {'a', 0, '\\', (byte) 0xff})).isEqualTo("a\\x00\\x5c\\xff");
        byte[] many = new byte[300];
        Arrays.fill(many, (byte) 'x');
        assertThat(Printable.of(many)).isEqualTo("x".repeat(100) + "… (300 bytes)");
    }
}
