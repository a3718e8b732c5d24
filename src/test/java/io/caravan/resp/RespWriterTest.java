package io.caravan.resp;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RespWriterTest {

    @Test
    void a_command_is_an_array_of_its_arguments() {
        byte[] written = new RespWriter(16).command("SET", "key", "grün").toByteArray();

        assertThat(written).isEqualTo(bytes("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\ngr\u00c3\u00bcn\r\n"));
    }

    @Test
    void an_argument_may_be_a_slice_of_an_array() {
        byte[] written = new RespWriter(16).bulk(bytes("..key.."), 2, 3).toByteArray();

        assertThat(written).isEqualTo(bytes("$3\r\nkey\r\n"));
    }

    @Test
    void an_argument_may_be_written_in_pieces() {
        byte[] written = new RespWriter(16)
                .bulkHeader(4)
                .raw('a')
                .raw(bytes("bcd"), 0, 3)
                .endOfLine()
                .toByteArray();

        assertThat(written).isEqualTo(bytes("$4\r\nabcd\r\n"));
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                -1,
                9,
                10,
                -10,
                99,
                100,
                4711,
                Integer.MAX_VALUE,
                Integer.MIN_VALUE,
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                Long.MIN_VALUE + 1
            })
    void a_number_is_written_in_decimal_digits(long number) {
        byte[] written = new RespWriter(16).bulk(number).toByteArray();

        String digits = Long.toString(number);
        assertThat(written).isEqualTo(bytes("$" + digits.length() + "\r\n" + digits + "\r\n"));
    }

    @RepeatedTest(5)
    void any_number_has_the_length_that_is_announced(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        for (int i = 0; i < 1000; i++) {
            long number = random.nextLong() >> random.nextInt(64);

            assertThat(RespWriter.decimalLength(number))
                    .as("%d", number)
                    .isEqualTo(Long.toString(number).length());
        }
    }

    @Test
    void what_is_written_grows_beyond_the_first_capacity() {
        var writer = new RespWriter(0);
        for (int i = 0; i < 1000; i++) {
            writer.command("SET", "key:" + i, "value");
        }

        var scanner = new CommandScanner();
        int from = 0;
        for (int i = 0; i < 1000; i++) {
            assertThat(scanner.scan(writer.bytes(), from, writer.length())).isTrue();
            assertThat(scanner.text(1)).isEqualTo("key:" + i);
            from = scanner.end();
            scanner.next();
        }
        assertThat(from).isEqualTo(writer.length());
    }

    @Test
    void what_was_written_last_can_be_cut_off() {
        var writer = new RespWriter(16).command("PING");
        int before = writer.length();
        writer.command("SET", "k", "v");

        writer.truncate(before);

        assertThat(writer.toByteArray()).isEqualTo(Typed.commands("PING"));
    }

    @Test
    void a_cleared_writer_begins_anew_in_the_same_array() {
        var writer = new RespWriter(64).command("SET", "k", "v");
        byte[] array = writer.bytes();

        writer.clear();
        writer.command("PING");

        assertThat(writer.toByteArray()).isEqualTo(Typed.commands("PING"));
        assertThat(writer.bytes()).isSameAs(array);
    }

    @Test
    void a_detached_array_is_not_written_to_again() {
        var writer = new RespWriter(64).command("DEL", "a");

        byte[] detached = writer.detach(64);
        writer.command("SET", "b", "c");

        assertThat(detached).startsWith(Typed.commands("DEL a"));
        assertThat(writer.toByteArray()).isEqualTo(Typed.commands("SET b c"));
    }

    @Test
    void a_writer_whose_array_was_taken_grows_from_nothing() {
        var writer = new RespWriter(64);
        writer.detach(0);

        writer.command("SET", "key", "value");

        assertThat(writer.toByteArray()).isEqualTo(Typed.commands("SET key value"));
    }
}
