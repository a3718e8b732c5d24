package io.caravan.cluster;

import io.caravan.resp.ReplyScanner;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Sits in front of Lettuce's handlers of a connection that Lettuce has opened and authenticated: keeps the replies from
 * them, since the commands did not come from them either.
 *
 * <p>Runs on the destination's event loop.
 */
final class LinkTap extends ChannelInboundHandlerAdapter {

    /** What the tap tells besides replies. */
    interface Events {
        void writable();

        void lost(String reason);
    }

    private final ReplyScanner scanner = new ReplyScanner();
    private final ReplyScanner.Replies replies;
    private final Events events;
    private String reason = "the node closed the connection";

    LinkTap(ReplyScanner.Replies replies, Events events) {
        this.replies = replies;
        this.events = events;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var bytes = (ByteBuf) message;
        try {
            int count = bytes.readableBytes();
            byte[] window = scanner.window(count);
            bytes.readBytes(window, scanner.writeIndex(), count);
            scanner.received(count, replies);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            events.writable();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        reason = String.valueOf(cause.getMessage());
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        events.lost(reason);
        context.fireChannelInactive();
    }
}
