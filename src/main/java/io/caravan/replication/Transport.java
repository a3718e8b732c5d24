package io.caravan.replication;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How connections to the source are made.
 *
 * @param group runs the connections; owned by whoever made it
 * @param channelType the channel that goes with the group
 * @param tls encrypts and authenticates, {@code null} for plain connections
 * @param verifyHostname whether the server's certificate must name the host that was connected to
 * @param connectTimeout how long a connection may take to be made
 * @param requestTimeout how long a reply may take
 */
public record Transport(
        EventLoopGroup group,
        Class<? extends SocketChannel> channelType,
        @Nullable SSLContext tls,
        boolean verifyHostname,
        Duration connectTimeout,
        Duration requestTimeout) {

    /** The same, with no longer patience than this. */
    Transport waitingAtMost(Duration longest) {
        return new Transport(
                group,
                channelType,
                tls,
                verifyHostname,
                connectTimeout.compareTo(longest) < 0 ? connectTimeout : longest,
                requestTimeout.compareTo(longest) < 0 ? requestTimeout : longest);
    }
}
