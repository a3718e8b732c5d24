package io.caravan.cluster;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection whose other end is gone without a word (a machine without power, a firewall that has forgotten it): if
 * something was written and nothing has been read since, for too long. The operating system alone would take a quarter of an
 * hour for that. As long as the other end still takes a command that is being sent, it is not gone.
 *
 * <p>Stands first in the pipeline of every connection to a destination; runs on its event loop.
 */
final class SilenceHandler extends ChannelDuplexHandler {

    static final String NAME = "caravan-silence";

    private static final Logger LOG = LoggerFactory.getLogger(SilenceHandler.class);
    private static final long LOOK_MILLIS = 1000;

    private final Duration limit;
    private BooleanSupplier awaitsMore = () -> false;
    private @Nullable ScheduledFuture<?> looks;
    private boolean waiting;
    private long waitingSinceNanos;

    /** Bytes written so far, and how many of them the operating system had taken at the last look. */
    private long writtenBytes;

    private long takenBytes;

    /** @param limit how long an answer may take */
    SilenceHandler(Duration limit) {
        this.limit = limit;
    }

    /** Says, behind what has been read, whether more answers are to come; if nobody says so, none is until something is written. */
    void awaitsMore(BooleanSupplier question) {
        awaitsMore = question;
    }

    /** For how long an answer has been waited for, in milliseconds; 0 if none is. */
    long silentMillis() {
        return waiting ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - waitingSinceNanos) : 0;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        looks = context.channel()
                .eventLoop()
                .scheduleWithFixedDelay(() -> look(context), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        context.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (looks != null) {
            looks.cancel(false);
        }
        waiting = false;
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        waiting = false;
        context.fireChannelRead(message);
        if (awaitsMore.getAsBoolean()) {
            waiting = true;
            waitingSinceNanos = System.nanoTime();
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!waiting) {
            waiting = true;
            waitingSinceNanos = System.nanoTime();
        }
        if (message instanceof ByteBuf bytes) {
            writtenBytes += bytes.readableBytes();
        }
        context.write(message, promise);
    }

    private void look(ChannelHandlerContext context) {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        long pendingBytes = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long taken = writtenBytes - pendingBytes;
        if (pendingBytes > 0 && taken > takenBytes) {
            waitingSinceNanos = System.nanoTime();
        }
        takenBytes = taken;
        if (waiting && silentMillis() > limit.toMillis()) {
            LOG.warn(
                    "destination {} has not answered for {} ms (responseTimeout); closing the connection",
                    context.channel().remoteAddress(),
                    silentMillis());
            context.close();
        }
    }
}
