package io.caravan.resp;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyScannerTest {

    /** Every kind of reply, among them values that look like replies and an array within an array. */
    private static final String PIPELINE = "+OK\r\n"
            + ":42\r\n"
            + "$17\r\nhello\r\n-ERR no\r\n!\r\n"
            + "$-1\r\n"
            + "$0\r\n\r\n"
            + "*-1\r\n"
            + "*0\r\n"
            + "-MOVED 3999 10.0.0.2:6379\r\n"
            + "*3\r\n:1\r\n*2\r\n+a\r\n*0\r\n$3\r\nabc\r\n"
            + "*5\r\n+OK\r\n-WRONGTYPE wrong\r\n*2\r\n:1\r\n-ERR inner\r\n$-1\r\n-ERR last\r\n"
            + ":-7\r\n";

    private static final List<String> TOLD = List.of(
            "reply +",
            "reply :",
            "reply $",
            "reply $",
            "reply $",
            "reply *",
            "reply *",
            "error MOVED 3999 10.0.0.2:6379",
            "reply *",
            "element 1 WRONGTYPE wrong",
            "element 2 ERR inner",
            "element 4 ERR last",
            "reply *",
            "reply :");

    @Test
    void every_kind_of_reply_is_told_once_and_in_order() {
        assertThat(tell(bytes(PIPELINE), Integer.MAX_VALUE)).isEqualTo(TOLD);
    }

    @Test
    void replies_split_at_every_byte_are_told_the_same() {
        byte[] replies = bytes(PIPELINE);
        for (int split = 1; split < replies.length; split++) {
            var scanner = new ReplyScanner();
            var told = new Recorder();

            feed(scanner, told, replies, 0, split);
            feed(scanner, told, replies, split, replies.length);

            assertThat(told.log).as("split at byte %d", split).isEqualTo(TOLD);
        }
    }

    @Test
    void replies_that_arrive_byte_by_byte_are_told_the_same() {
        assertThat(tell(bytes(PIPELINE), 1)).isEqualTo(TOLD);
    }

    @Test
    void a_reply_is_told_only_when_its_last_byte_has_come() {
        byte[] reply = bytes("*2\r\n$3\r\nabc\r\n+OK\r\n");
        var scanner = new ReplyScanner();
        var told = new Recorder();

        feed(scanner, told, reply, 0, reply.length - 1);
        assertThat(told.log).isEmpty();
        feed(scanner, told, reply, reply.length - 1, reply.length);

        assertThat(told.log).containsExactly("reply *");
    }

    @Test
    void an_error_inside_the_answer_of_a_transaction_names_its_element() {
        byte[] reply = bytes("*3\r\n:1\r\n:2\r\n-OOM command not allowed\r\n");

        assertThat(tell(reply, Integer.MAX_VALUE)).containsExactly("element 2 OOM command not allowed", "reply *");
    }

    @Test
    void elements_are_counted_anew_in_each_array() {
        byte[] reply = bytes("*1\r\n+OK\r\n*2\r\n-ERR a\r\n+OK\r\n");

        assertThat(tell(reply, Integer.MAX_VALUE)).containsExactly("reply *", "element 0 ERR a", "reply *");
    }

    @Test
    void a_large_value_is_passed_over_without_being_kept() {
        int length = 8 * 1024 * 1024;
        byte[] piece = new byte[64 * 1024];
        var scanner = new ReplyScanner();
        var told = new Recorder();
        byte[] header = bytes("$" + length + "\r\n");

        feed(scanner, told, header, 0, header.length);
        for (int sent = 0; sent < length; sent += piece.length) {
            feed(scanner, told, piece, 0, piece.length);
        }
        byte[] end = bytes("\r\n+OK\r\n");
        feed(scanner, told, end, 0, end.length);

        assertThat(told.log).containsExactly("reply $", "reply +");
        assertThat(scanner.window(1).length).isLessThanOrEqualTo(2 * piece.length);
    }

    @RepeatedTest(20)
    void random_replies_in_random_pieces_are_all_counted(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        var random = new Random(seed);
        var replies = new StringBuilder();
        int errors = 0;
        int count = 200;
        for (int i = 0; i < count; i++) {
            boolean error = random.nextInt(4) == 0;
            errors += error ? 1 : 0;
            replies.append(error ? "-ERR " + i + "\r\n" : randomReply(random, 0));
        }

        List<String> told = tell(bytes(replies.toString()), 1 + random.nextInt(50));

        assertThat(told).as("seed %d", seed).hasSize(count);
        assertThat(told.stream().filter(line -> line.startsWith("error")))
                .as("seed %d", seed)
                .hasSize(errors);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello\r\n", "\r\n", "$x\r\n", "*1.5\r\n", "*9999999999\r\n", "$\r\n"})
    void bytes_that_are_no_reply_are_refused(String malformed) {
        assertThatThrownBy(() -> tell(bytes(malformed), Integer.MAX_VALUE)).isInstanceOf(MalformedRespException.class);
    }

    @Test
    void a_line_that_does_not_end_is_refused_before_it_fills_the_memory() {
        assertThatThrownBy(() -> tell(bytes("+" + "x".repeat(100_000)), 1000))
                .isInstanceOf(MalformedRespException.class);
    }

    @Test
    void arrays_nested_without_end_are_refused() {
        assertThat(tell(bytes("*1\r\n".repeat(32) + "+OK\r\n"), Integer.MAX_VALUE))
                .containsExactly("reply *");
        assertThatThrownBy(() -> tell(bytes("*1\r\n".repeat(33)), Integer.MAX_VALUE))
                .isInstanceOf(MalformedRespException.class)
                .hasMessageContaining("nested 32 deep");
    }

    private static String randomReply(Random random, int depth) {
        return switch (random.nextInt(depth > 2 ? 4 : 5)) {
            case 0 -> "+OK\r\n";
            case 1 -> ":" + random.nextLong() + "\r\n";
            case 2 -> "$-1\r\n";
            case 3 -> {
                String value = "x\r\n-".repeat(random.nextInt(30));
                yield "$" + value.length() + "\r\n" + value + "\r\n";
            }
            default -> {
                int elements = random.nextInt(4);
                var array = new StringBuilder("*" + elements + "\r\n");
                for (int i = 0; i < elements; i++) {
                    array.append(randomReply(random, depth + 1));
                }
                yield array.toString();
            }
        };
    }

    private static List<String> tell(byte[] replies, int pieceLength) {
        var scanner = new ReplyScanner();
        var told = new Recorder();
        int from = 0;
        while (from < replies.length) {
            int to = (int) Math.min(replies.length, (long) from + pieceLength);
            feed(scanner, told, replies, from, to);
            from = to;
        }
        return told.log;
    }

    private static void feed(ReplyScanner scanner, ReplyScanner.Replies replies, byte[] bytes, int from, int to) {
        byte[] window = scanner.window(to - from);
        System.arraycopy(bytes, from, window, scanner.writeIndex(), to - from);
        scanner.received(to - from, replies);
    }

    private static final class Recorder implements ReplyScanner.Replies {

        private final List<String> log = new ArrayList<>();

        @Override
        public void reply(byte firstByte) {
            log.add("reply " + (char) firstByte);
        }

        @Override
        public void error(String message) {
            log.add("error " + message);
        }

        @Override
        public void elementError(int element, String message) {
            log.add("element " + element + " " + message);
        }
    }
}
