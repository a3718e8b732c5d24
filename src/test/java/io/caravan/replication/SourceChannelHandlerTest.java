package io.caravan.replication;

import static io.caravan.resp.Typed.bytes;
import static io.caravan.resp.Typed.commands;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.node.NodeAddress;
import io.caravan.replication.SourceException.Remedy;
import io.caravan.resp.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SourceChannelHandlerTest {

    private final SourceChannelHandler handler = new SourceChannelHandler(new NodeAddress("10.0.0.7", 6379));
    private final EmbeddedChannel channel = new EmbeddedChannel(handler);
    private final ReceiveQueue queue = new ReceiveQueue(1000, open -> {});

    @AfterEach
    void close() {
        queue.close();
        channel.finishAndReleaseAll();
    }

    @Test
    void requests_are_written_and_answered_in_their_order() {
        CompletableFuture<Reply> first = request("PING");
        CompletableFuture<Reply> second = request("INFO server");

        receive("+PONG\r\n$3\r\na:1\r\n");

        assertThat(written()).isEqualTo(new String(commands("PING", "INFO server"), ISO_8859_1));
        assertThat(first.join().text()).isEqualTo("PONG");
        assertThat(second.join().text()).isEqualTo("a:1");
    }

    @Test
    void a_reply_may_come_in_pieces() {
        CompletableFuture<Reply> reply = request("PING");

        receive("+PO");
        assertThat(reply).isNotDone();
        receive("NG\r\n");

        assertThat(reply.join().text()).isEqualTo("PONG");
    }

    @Test
    void what_follows_a_granted_psync_goes_into_the_queue_as_it_is() throws IOException {
        CompletableFuture<Reply> reply = psync();

        receive("+FULLRESYNC 8d5f 4711\r\n$5\r\nhe");
        receive("llo*1\r\n");

        assertThat(reply.join().text()).isEqualTo("FULLRESYNC 8d5f 4711");
        byte[] target = new byte[100];
        int count = queue.read(target, 0, 100);
        assertThat(new String(target, 0, count, ISO_8859_1)).isEqualTo("$5\r\nhello*1\r\n");
    }

    @Test
    void newlines_before_the_answer_to_psync_are_no_part_of_the_stream() {
        CompletableFuture<Reply> reply = psync();

        receive("\n\n+CONTINUE\r\n");

        assertThat(reply.join().text()).isEqualTo("CONTINUE");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void a_refused_psync_is_a_reply_like_any_other() {
        CompletableFuture<Reply> reply = psync();
        CompletableFuture<Reply> next = request("PING");

        receive("-NOMASTERLINK Can't SYNC\r\n+PONG\r\n");

        assertThat(reply.join()).isInstanceOf(Reply.Failure.class);
        assertThat(next.join().text()).isEqualTo("PONG");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void a_closed_connection_ends_requests_and_stream() {
        psync();
        receive("+CONTINUE\r\n");

        channel.close();

        assertThatThrownBy(() -> queue.read(new byte[1], 0, 1))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.remedy()).isEqualTo(Remedy.RETRY))
                .hasMessage("source 10.0.0.7:6379 closed the connection");
    }

    @Test
    void requests_that_were_not_answered_fail_when_the_connection_is_closed() {
        CompletableFuture<Reply> reply = request("PING");

        channel.close();

        assertThatThrownBy(reply::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("source 10.0.0.7:6379 closed the connection");
    }

    @Test
    void a_request_on_a_closed_connection_fails_with_the_reason_of_the_close() {
        handler.fail(SourceException.stop("told to stop"));

        CompletableFuture<Reply> reply = request("PING");

        assertThatThrownBy(reply::join).hasRootCauseMessage("told to stop");
    }

    @Test
    void bytes_that_are_no_reply_close_the_connection() {
        CompletableFuture<Reply> reply = request("PING");

        receive("HTTP/1.1 400 Bad Request\r\n");

        assertThat(channel.isOpen()).isFalse();
        assertThatThrownBy(reply::join).rootCause().hasMessageContaining("HTTP/1.1 400 Bad Request");
        assertThatThrownBy(reply::join).cause().hasMessageContaining("source 10.0.0.7:6379 sent what is no reply");
    }

    @Test
    void a_reply_that_nobody_asked_for_closes_the_connection() {
        receive("+OK\r\n");

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void received_bytes_are_counted() {
        psync();

        receive("+CONTINUE\r\n");
        receive("12345");

        assertThat(handler.receivedBytes()).isEqualTo(16);
    }

    private CompletableFuture<Reply> request(String line) {
        return send(line, null);
    }

    private CompletableFuture<Reply> psync() {
        return send("PSYNC ? -1", queue);
    }

    private CompletableFuture<Reply> send(String line, ReceiveQueue streamInto) {
        CompletableFuture<Reply> reply = handler.request(channel, Unpooled.wrappedBuffer(commands(line)), streamInto);
        channel.runPendingTasks();
        return reply;
    }

    private void receive(String text) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes(text)));
    }

    private String written() {
        var text = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            text.append(bytes.toString(ISO_8859_1));
            bytes.release();
        }
        return text.toString();
    }
}
