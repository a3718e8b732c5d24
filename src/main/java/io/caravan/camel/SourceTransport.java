package io.caravan.camel;

import io.caravan.replication.Transport;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.component.netty.NettyWorkerPoolBuilder;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.jspecify.annotations.Nullable;

/**
 * The threads and the encryption of the connections to a source, by the means of Camel and Camel Netty: a worker pool that
 * is shared, or made here and ended with the consumer, and SSL context parameters.
 */
final class SourceTransport implements AutoCloseable {

    private final Transport transport;
    private final @Nullable NettyWorkerPoolBuilder own;

    private SourceTransport(Transport transport, @Nullable NettyWorkerPoolBuilder own) {
        this.transport = transport;
        this.own = own;
    }

    static SourceTransport open(CamelContext context, RedisReplicationConfiguration configuration) throws IOException {
        SSLContext tls = tls(context, configuration);
        EventLoopGroup group = configuration.getWorkerGroup();
        NettyWorkerPoolBuilder own = null;
        if (group == null) {
            own = new NettyWorkerPoolBuilder()
                    .withName("RedisReplicationLink")
                    .withPattern(context.getExecutorServiceManager().getThreadNamePattern())
                    .withWorkerCount(configuration.getWorkerCount())
                    .withNativeTransport(configuration.isNativeTransport());
            group = own.build();
        }
        Class<? extends SocketChannel> channel =
                configuration.isNativeTransport() ? EpollSocketChannel.class : NioSocketChannel.class;
        var transport = new Transport(
                group,
                channel,
                tls,
                configuration.isHostnameVerification(),
                Duration.ofMillis(configuration.getConnectTimeout()),
                Duration.ofMillis(configuration.getRequestTimeout()));
        return new SourceTransport(transport, own);
    }

    Transport transport() {
        return transport;
    }

    @Override
    public void close() {
        if (own != null) {
            own.destroy();
        }
    }

    private static @Nullable SSLContext tls(CamelContext context, RedisReplicationConfiguration configuration)
            throws IOException {
        SSLContextParameters parameters = configuration.getSslContextParameters();
        if (parameters == null) {
            return null;
        }
        try {
            return parameters.createSSLContext(context);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "sslContextParameters of redis-replication:" + configuration.getNodes() + " cannot be used: "
                            + e.getMessage(),
                    e);
        }
    }
}
