package io.caravan.resp;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandScannerTest {

    private static final byte[] PIPELINE = bytes(
            "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\n\r\n*1\r\r\n" // value holds line ends
                    + "*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nDEL\r\n$0\r\n\r\n");

    private static final List<List<String>> COMMANDS =
            List.of(List.of("SET", "k", "\r\n*1\r"), List.of("PING"), List.of("DEL", ""));

    @Test
    void commands_that_arrived_whole_are_found_one_after_the_other() {
        var scanner = new CommandScanner();
        var found = new ArrayList<List<String>>();
        int from = 0;

        while (from < PIPELINE.length && scanner.scan(PIPELINE, from, PIPELINE.length)) {
            found.add(argumentsOf(scanner));
            from = scanner.end();
            scanner.next();
        }

        assertThat(found).isEqualTo(COMMANDS);
        assertThat(from).isEqualTo(PIPELINE.length);
    }

    @Test
    void commands_split_at_every_byte_are_found_once_the_rest_has_come() {
        for (int split = 0; split <= PIPELINE.length; split++) {
            assertThat(scanInSteps(PIPELINE, split, PIPELINE.length))
                    .as("split at byte %d", split)
                    .isEqualTo(COMMANDS);
        }
    }

    @Test
    void commands_that_arrive_byte_by_byte_are_found() {
        int[] everyByte = new int[PIPELINE.length + 1];
        Arrays.setAll(everyByte, i -> i);

        assertThat(scanInSteps(PIPELINE, everyByte)).isEqualTo(COMMANDS);
    }

    @Test
    void a_command_is_incomplete_until_its_last_byte_has_come() {
        byte[] command = Typed.commands("SET key value");
        var scanner = new CommandScanner();

        for (int to = 0; to < command.length; to++) {
            assertThat(scanner.scan(command, 0, to)).as("%d bytes", to).isFalse();
        }

        assertThat(scanner.scan(command, 0, command.length)).isTrue();
    }

    @Test
    void bytes_behind_the_received_ones_are_not_looked_at() {
        byte[] window = Typed.commands("SET key value", "DEL key");
        int received = Typed.commands("SET key value").length - 1;

        boolean complete = new CommandScanner().scan(window, 0, received);

        assertThat(complete).isFalse();
    }

    @Test
    void the_window_may_be_moved_between_two_scans() {
        byte[] command = Typed.commands("ZADD board 1.5 member");
        var scanner = new CommandScanner();

        for (int received = 1; received < command.length; received++) {
            int shift = received * 7 % 30;
            scanner.scan(movedBy(shift, command), shift, shift + received);
        }
        boolean complete = scanner.scan(movedBy(3, command), 3, 3 + command.length);

        assertThat(complete).isTrue();
        assertThat(argumentsOf(scanner)).containsExactly("ZADD", "board", "1.5", "member");
        assertThat(scanner.end()).isEqualTo(3 + command.length);
    }

    @RepeatedTest(20)
    void bytes_that_are_not_needed_any_more_may_leave_the_window(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        byte[] command = commandWithLongArguments(random);
        var scanner = new CommandScanner();
        byte[] window = new byte[48];
        var gone = new ByteArrayOutputStream();
        int end = 0;
        int read = 0;

        while (!scanner.scan(window, -gone.size(), end)) {
            int released = scanner.neededFrom(end);
            gone.write(window, 0, released);
            System.arraycopy(window, released, window, 0, end - released);
            end -= released;
            int count = Math.min(1 + random.nextInt(window.length - end), command.length - read);
            System.arraycopy(command, read, window, end, count);
            read += count;
            end += count;
        }

        gone.write(window, 0, scanner.end());
        assertThat(gone.toByteArray()).isEqualTo(command);
        assertThat(scanner.count()).isEqualTo(4);
    }

    @Test
    void a_header_that_is_not_complete_is_needed_as_a_whole() {
        byte[] beginning = bytes("*2\r\n$3\r\nDEL\r\n$1");
        var scanner = new CommandScanner();

        scanner.scan(beginning, 0, beginning.length);

        assertThat(scanner.neededFrom(beginning.length)).isEqualTo(beginning.length - 2);
    }

    @Test
    void of_a_long_argument_only_the_last_two_bytes_are_needed() {
        byte[] beginning = bytes("*2\r\n$3\r\nDEL\r\n$1000\r\nabcdefgh");
        var scanner = new CommandScanner();

        scanner.scan(beginning, 0, beginning.length);

        assertThat(scanner.neededFrom(beginning.length)).isEqualTo(beginning.length - 2);
    }

    @Test
    void arguments_that_are_complete_can_be_read_before_the_command_is() {
        byte[] beginning = bytes("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$100\r\nval");
        var scanner = new CommandScanner();

        boolean complete = scanner.scan(beginning, 0, beginning.length);

        assertThat(complete).isFalse();
        assertThat(argumentsOf(scanner)).containsExactly("SET", "key");
    }

    @Test
    void a_command_of_many_arguments_is_found_and_the_next_one_too() {
        var many = new ArrayList<String>();
        many.add("RPUSH");
        for (int i = 0; i < 20_000; i++) {
            many.add("element:" + i);
        }
        byte[] both = Typed.join(
                new RespWriter(64).command(many.toArray(new String[0])).toByteArray(), Typed.commands("DEL k"));

        assertThat(scanInSteps(both, both.length / 3, both.length)).containsExactly(many, List.of("DEL", "k"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*1000000000\r\n", "*2\r\n$3\r\nDEL\r\n$1999999999\r\nabc", "*3\r\n"})
    void a_forged_number_only_means_that_more_bytes_are_awaited(String forged) {
        byte[] bytes = bytes(forged);

        boolean complete = new CommandScanner().scan(bytes, 0, bytes.length);

        assertThat(complete).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+OK\r\n", // a reply
                "PING\r\n", // an inline command
                "\n",
                "*\r\n", // no number
                "*-1\r\n",
                "*0\r\n", // a command without a name
                "*1x\r\n",
                "*1\rx",
                "*99999999999999999999\r\n", // more than any command can have
                "*00000000000000000000000000000000001\r\n",
                "*1\r\n*1\r\n",
                "*1\r\n+OK\r\n",
                "*1\r\n$\r\n",
                "*1\r\n$-1\r\n",
                "*1\r\n$3\r\nabcd\r\n", // longer than announced
                "*1\r\n$3\r\nabc\rx",
                "*1\r\n$3000000000\r\n", // longer than any command can be
            })
    void bytes_that_are_no_command_are_refused(String malformed) {
        byte[] bytes = bytes(malformed);

        assertThatThrownBy(() -> new CommandScanner().scan(bytes, 0, bytes.length))
                .isInstanceOf(MalformedRespException.class);
    }

    @Test
    void the_message_says_what_was_expected_and_quotes_what_was_found() {
        byte[] reply = bytes("-ERR unknown command\r\n");

        assertThatThrownBy(() -> new CommandScanner().scan(reply, 0, reply.length))
                .hasMessage("expected a command ('*' and its number of arguments)"
                        + " but found '-ERR unknown command\\r\\n'");
    }

    @Test
    void an_argument_is_read_as_bytes_text_number_or_keyword() {
        byte[] command = Typed.commands("expire key 4711 nx");
        var scanner = new CommandScanner();
        scanner.scan(command, 0, command.length);

        assertThat(scanner.copy(1)).isEqualTo(bytes("key"));
        assertThat(scanner.text(0)).isEqualTo("expire");
        assertThat(scanner.number(2)).isEqualTo(4711);
        assertThat(scanner.is(0, "EXPIRE")).isTrue();
        assertThat(scanner.is(3, "NX")).isTrue();
        assertThat(scanner.is(3, "XX")).isFalse();
        assertThat(scanner.is(3, "NXX")).isFalse();
        assertThatThrownBy(() -> scanner.number(1)).isInstanceOf(NumberFormatException.class);
    }

    /** Scans with more and more bytes received; each number of {@code received} is one arrival. */
    private static List<List<String>> scanInSteps(byte[] stream, int... received) {
        var scanner = new CommandScanner();
        var found = new ArrayList<List<String>>();
        int from = 0;
        for (int to : received) {
            while (scanner.scan(stream, from, to)) {
                found.add(argumentsOf(scanner));
                from = scanner.end();
                scanner.next();
            }
        }
        return found;
    }

    private static byte[] movedBy(int shift, byte[] command) {
        byte[] window = new byte[shift + command.length + 5];
        Arrays.fill(window, (byte) '?');
        System.arraycopy(command, 0, window, shift, command.length);
        return window;
    }

    private static byte[] commandWithLongArguments(Random random) {
        byte[][] arguments = new byte[4][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = new byte[random.nextInt(300)];
            random.nextBytes(arguments[i]);
        }
        return new RespWriter(64).command(arguments).toByteArray();
    }

    private static List<String> argumentsOf(Arguments arguments) {
        var texts = new ArrayList<String>();
        for (int i = 0; i < arguments.count(); i++) {
            texts.add(arguments.text(i));
        }
        return texts;
    }
}
