package io.caravan.replication;

import io.caravan.node.NodeAddress;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import io.caravan.resp.ReplyDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Matches replies to requests, until a {@code PSYNC} is granted; from then on hands on the bytes as they are.
 *
 * <p>All state belongs to the channel's event loop; {@link #lastReceivedNanos()} and {@link #receivedBytes()} may be read
 * from any thread.
 */
final class SourceChannelHandler extends ChannelInboundHandlerAdapter {

    private record Request(
            CompletableFuture<Reply> reply, @Nullable ByteInlet streamInto) {}

    private final NodeAddress node;
    private final ArrayDeque<Request> pending = new ArrayDeque<>();
    private final ReplyDecoder decoder = new ReplyDecoder();
    private volatile @Nullable ByteInlet stream;
    private volatile @Nullable IOException failure;
    private volatile long lastReceivedNanos = System.nanoTime();
    private volatile long receivedBytes;

    SourceChannelHandler(NodeAddress node) {
        this.node = node;
    }

    /** Sends a request; {@code streamInto} receives what follows its reply if that grants a stream. Any thread. */
    CompletableFuture<Reply> request(Channel channel, ByteBuf bytes, @Nullable ByteInlet streamInto) {
        var request = new Request(new CompletableFuture<>(), streamInto);
        channel.eventLoop().execute(() -> send(channel, bytes, List.of(request)));
        return request.reply();
    }

    /** Sends {@code count} requests, which {@code bytes} are, at once. Any thread. */
    List<CompletableFuture<Reply>> requests(Channel channel, ByteBuf bytes, int count) {
        List<Request> requests = Stream.generate(() -> new Request(new CompletableFuture<>(), null))
                .limit(count)
                .toList();
        channel.eventLoop().execute(() -> send(channel, bytes, requests));
        return requests.stream().map(Request::reply).toList();
    }

    private void send(Channel channel, ByteBuf bytes, List<Request> requests) {
        IOException failed = failure;
        if (failed != null) {
            bytes.release();
            requests.forEach(request -> request.reply().completeExceptionally(failed));
            return;
        }
        pending.addAll(requests);
        channel.writeAndFlush(bytes);
    }

    long lastReceivedNanos() {
        return lastReceivedNanos;
    }

    long receivedBytes() {
        return receivedBytes;
    }

    /** Ends everything that waits on this connection. Any thread. */
    void fail(IOException reason) {
        if (failure == null) {
            failure = reason;
        }
        ByteInlet queue = stream;
        if (queue != null) {
            queue.end(reason);
        }
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the event loop alone
    public void channelRead(ChannelHandlerContext context, Object message) {
        var bytes = (ByteBuf) message;
        lastReceivedNanos = System.nanoTime();
        receivedBytes += bytes.readableBytes();
        ByteInlet queue = stream;
        if (queue != null) {
            queue.add(bytes);
            return;
        }
        try {
            byte[] received = new byte[bytes.readableBytes()];
            bytes.readBytes(received);
            decoder.add(received, 0, received.length);
        } finally {
            bytes.release();
        }
        decodeReplies();
    }

    private void decodeReplies() {
        while (stream == null) {
            Optional<Reply> reply = decoder.next();
            if (reply.isEmpty()) {
                return;
            }
            Request request = pending.poll();
            if (request == null) {
                throw new MalformedRespException(
                        "a reply that nobody asked for: '" + reply.get().text() + "'");
            }
            startStreamIfGranted(reply.get(), request);
            request.reply().complete(reply.get());
        }
    }

    private void startStreamIfGranted(Reply reply, Request request) {
        ByteInlet into = request.streamInto();
        if (into != null && reply instanceof Reply.Status status && PsyncReply.grantsStream(status.text())) {
            stream = into;
            into.granted(PsyncReply.of(status, node));
            byte[] rest = decoder.rest();
            if (rest.length > 0) {
                into.add(Unpooled.wrappedBuffer(rest));
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(SourceException.retry("source " + node + " closed the connection"));
        failPending();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(
                cause instanceof IOException io
                        ? SourceException.retry("connection to source " + node + " broke: " + io.getMessage(), io)
                        : SourceException.retry(
                                "source " + node + " sent what is no reply: " + cause.getMessage(), cause));
        failPending();
        context.close();
    }

    private void failPending() {
        IOException reason = failure;
        for (Request request = pending.poll(); request != null; request = pending.poll()) {
            request.reply().completeExceptionally(reason == null ? new IOException("connection closed") : reason);
        }
    }
}
