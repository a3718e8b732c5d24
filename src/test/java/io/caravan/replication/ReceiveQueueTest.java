package io.caravan.replication;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.resp.Typed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ReceiveQueueTest {

    private final List<String> valve = new ArrayList<>();
    private final ReceiveQueue queue = new ReceiveQueue(100, open -> valve.add(open ? "open" : "shut"));
    private final byte[] target = new byte[1000];

    @AfterEach
    void close() {
        queue.close();
    }

    @Test
    void bytes_are_read_in_the_order_in_which_they_came() throws IOException {
        queue.add(buffer("ab"));
        queue.add(buffer("cde"));

        int count = queue.read(target, 10, 100);

        assertThat(count).isEqualTo(5);
        assertThat(text(10, 5)).isEqualTo("abcde");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void no_more_is_read_than_there_is_room() throws IOException {
        queue.add(buffer("abcdef"));

        assertThat(queue.read(target, 0, 4)).isEqualTo(4);
        assertThat(queue.isEmpty()).isFalse();
        assertThat(queue.read(target, 4, 100)).isEqualTo(2);
        assertThat(text(0, 6)).isEqualTo("abcdef");
    }

    @Test
    void bytes_that_wait_keep_the_time_of_their_arrival() throws IOException {
        queue.add(buffer("ab"));
        long between = System.nanoTime();
        queue.add(buffer("cd"));

        queue.read(target, 0, 2);
        long first = queue.arrivedNanos();
        queue.read(target, 0, 1);
        long second = queue.arrivedNanos();

        assertThat(between - first).isNotNegative();
        assertThat(second - between).isNotNegative();
    }

    @Test
    void buffers_are_released_when_they_have_been_read() throws IOException {
        ByteBuf first = buffer("abc");
        ByteBuf second = buffer("def");
        queue.add(first);
        queue.add(second);

        queue.read(target, 0, 4);

        assertThat(first.refCnt()).isZero();
        assertThat(second.refCnt()).isEqualTo(1);
        assertThat(queue.heldBytes()).isEqualTo(3);
    }

    @Test
    void buffers_are_released_when_the_queue_is_closed() {
        ByteBuf unread = buffer("abc");
        ByteBuf late = buffer("def");
        queue.add(unread);

        queue.close();
        queue.add(late);

        assertThat(unread.refCnt()).isZero();
        assertThat(late.refCnt()).isZero();
        assertThat(queue.heldBytes()).isZero();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void an_empty_buffer_is_released_at_once() {
        ByteBuf empty = Unpooled.buffer(10);

        queue.add(empty);

        assertThat(empty.refCnt()).isZero();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void the_valve_shuts_when_more_than_the_limit_is_held() {
        queue.add(buffer("x".repeat(60)));
        queue.add(buffer("x".repeat(40)));
        assertThat(valve).isEmpty();

        queue.add(buffer("x"));

        assertThat(valve).containsExactly("shut");
    }

    @Test
    void the_valve_opens_when_half_of_the_limit_is_gone() throws IOException {
        queue.add(buffer("x".repeat(50)));
        queue.add(buffer("x".repeat(60)));
        queue.read(target, 0, 40);
        assertThat(valve).containsExactly("shut");

        queue.read(target, 0, 70);

        assertThat(valve).containsExactly("shut", "open");
    }

    @Test
    void the_valve_is_not_turned_twice_the_same_way() throws IOException {
        for (int i = 0; i < 3; i++) {
            queue.add(buffer("x".repeat(200)));
        }
        queue.read(target, 0, 600);
        queue.add(buffer("x".repeat(10)));
        queue.read(target, 0, 600);

        assertThat(valve).containsExactly("shut", "open");
    }

    @Test
    void what_came_before_the_end_is_read_first() throws IOException {
        queue.add(buffer("abc"));
        queue.end(new EOFException("source closed"));

        assertThat(queue.read(target, 0, 100)).isEqualTo(3);
        assertThatThrownBy(() -> queue.read(target, 0, 100))
                .isInstanceOf(EOFException.class)
                .hasMessage("source closed");
    }

    @Test
    void the_first_reason_of_an_end_is_the_reason() {
        queue.end(new IOException("timeout"));
        queue.end(new IOException("closed"));

        assertThatThrownBy(() -> queue.read(target, 0, 100)).hasMessage("timeout");
    }

    @Test
    void a_reader_waits_for_bytes() throws Exception {
        var reading = Background.run(() -> queue.read(target, 0, 100)).awaitWaiting();

        queue.add(buffer("abc"));

        assertThat(reading.result()).isEqualTo(3);
    }

    @Test
    void a_waiting_reader_is_told_of_the_end() {
        var reading = Background.run(() -> queue.read(target, 0, 100)).awaitWaiting();

        queue.end(new EOFException("source closed"));

        assertThatThrownBy(reading::result).hasMessage("source closed");
    }

    @RepeatedTest(5)
    void everything_sent_by_one_thread_is_read_by_another_within_the_limit(RepetitionInfo repetition) throws Exception {
        byte[] sent = new byte[200_000];
        new Random(repetition.getCurrentRepetition()).nextBytes(sent);
        var mayRead = new Semaphore(1);
        var bounded = new ReceiveQueue(4096, open -> {
            if (open) {
                mayRead.release();
            } else {
                mayRead.tryAcquire();
            }
        });
        var sender = Background.run(() -> send(sent, bounded, mayRead, new Random(repetition.getCurrentRepetition())));

        var read = new ByteArrayOutputStream();
        byte[] window = new byte[777];
        long most = 0;
        try {
            while (true) {
                read.write(window, 0, bounded.read(window, 0, window.length));
                most = Math.max(most, bounded.heldBytes());
            }
        } catch (EOFException end) {
            assertThat(end).hasMessage("all sent");
        }

        assertThat(sender.result()).isEqualTo(sent.length);
        assertThat(read.toByteArray()).isEqualTo(sent);
        assertThat(most).isLessThan(4096 + 500);
    }

    /** An event loop that reads the socket only as long as the valve is open. */
    private static int send(byte[] bytes, ReceiveQueue queue, Semaphore mayRead, Random random) throws Exception {
        int at = 0;
        while (at < bytes.length) {
            if (!mayRead.tryAcquire(10, TimeUnit.SECONDS)) {
                throw new AssertionError("the valve stays shut");
            }
            mayRead.release();
            int count = Math.min(1 + random.nextInt(500), bytes.length - at);
            queue.add(Unpooled.copiedBuffer(bytes, at, count));
            at += count;
        }
        queue.end(new EOFException("all sent"));
        return at;
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.wrappedBuffer(Typed.bytes(text));
    }

    private String text(int from, int length) {
        return new String(target, from, length, ISO_8859_1);
    }
}
