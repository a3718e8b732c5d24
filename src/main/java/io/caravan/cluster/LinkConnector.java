package io.caravan.cluster;

import io.caravan.node.ServerInfo;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one {@link NodeLink} connected: has Lettuce open and authenticate a connection, takes it over, and begins again
 * when it is lost, until it is closed.
 *
 * <p>Runs on the destination's event loop, except that Lettuce may tell of a new connection on another thread.
 */
final class LinkConnector {

    private static final Logger LOG = LoggerFactory.getLogger(LinkConnector.class);
    private static final int WRITE_BUFFER_LOW = 128 * 1024;
    private static final int WRITE_BUFFER_HIGH = 512 * 1024;
    private static final int LONGEST_BACKOFF_FACTOR = 50;
    private static final long PERMIT_MILLIS = 50;

    /** What goes for every link of a destination. */
    record LinkRules(Duration firstBackoff, OldLinks oldLinks, Permits permits, Restarts restarts) {}

    private final NodeLink link;
    private final LettuceClients clients;
    private final Duration firstBackoff;
    private final OldLinks oldLinks;
    private final Permits permits;
    private final Restarts restarts;
    private final Runnable onChange;
    private final ClientResources resources;
    private final RedisClient client;
    private volatile @Nullable Channel opened;
    private @Nullable SilenceHandler silence;
    private String whyDown = "";
    private int attempts;
    private boolean closed;
    private boolean renewed;

    /** @param onChange run on the event loop after the link went up or down */
    LinkConnector(NodeLink link, LettuceClients clients, LinkRules rules, Runnable onChange) {
        this.link = link;
        this.clients = clients;
        firstBackoff = rules.firstBackoff();
        oldLinks = rules.oldLinks();
        permits = rules.permits();
        restarts = rules.restarts();
        this.onChange = onChange;
        resources = clients.tapped(new NettyCustomizer() {
            @Override
            public void afterChannelInitialized(Channel channel) {
                clients.limitSilence(channel);
                opened = channel;
            }
        });
        client = clients.nodeClient(resources);
    }

    /** Begins to connect. */
    void connect() {
        client.connectAsync(ByteArrayCodec.INSTANCE, clients.uri(link.address()))
                .whenComplete((connection, failure) -> {
                    Channel channel = opened;
                    if (failure == null && channel != null) {
                        channel.eventLoop().execute(() -> endOldLinks(connection.async(), channel));
                    } else {
                        clients.eventLoop().execute(() -> failed(failure));
                    }
                });
    }

    /** For how long an answer has been waited for, in milliseconds. */
    long silentMillis() {
        return silence == null || !link.isUp() ? 0 : silence.silentMillis();
    }

    /** Why there is no connection, in words; of the last time if there is one. */
    String whyDown() {
        return whyDown;
    }

    /** Gives the link up. */
    void close() {
        closed = true;
        client.shutdownAsync(0, 1, TimeUnit.SECONDS)
                .whenComplete((done, failure) -> resources.shutdown(0, 0, TimeUnit.SECONDS));
    }

    /** The past ends first, also what is known of it only since this began. */
    private void endOldLinks(RedisAsyncCommands<byte[], byte[]> node, Channel channel) {
        Set<String> over = oldLinks.over();
        oldLinks.end(node, link.address().toString(), over)
                .whenComplete((done, failure) -> channel.eventLoop().execute(() -> {
                    if (failure != null) {
                        channel.close();
                        failed(failure);
                    } else if (over.equals(oldLinks.over())) {
                        meet(node, channel);
                    } else {
                        endOldLinks(node, channel);
                    }
                }));
    }

    /** What the node has lost is known before anything is sent to it. */
    private void meet(RedisAsyncCommands<byte[], byte[]> node, Channel channel) {
        restarts.meet(link.address(), new Asked(node))
                .whenComplete((done, failure) -> channel.eventLoop().execute(() -> {
                    if (failure != null) {
                        channel.close();
                        failed(failure);
                    } else {
                        takeOver(channel);
                    }
                }));
    }

    /** A node that is asked by a connection that nothing else is sent by yet. */
    private record Asked(RedisAsyncCommands<byte[], byte[]> node) implements Restarts.Questions {

        @Override
        public CompletionStage<ServerInfo> info() {
            return node.info().exceptionally(failure -> passIfRefused(failure)).thenApply(ServerInfo::parse);
        }

        @Override
        public CompletionStage<byte @Nullable []> get(byte[] key) {
            return node.get(key);
        }

        private static String passIfRefused(Throwable failure) {
            if (DestinationAdmin.reason(failure).startsWith("NOPERM")) {
                return "";
            }
            throw new CompletionException(failure);
        }
    }

    /** Ends the connection, so that the next one ends those of writers that were not known when it began. */
    void renew() {
        renewed = link.isUp();
        link.close();
    }

    private void takeOver(Channel channel) {
        if (!closed && channel.isActive() && !permits.areGranted()) {
            channel.eventLoop().schedule(() -> takeOver(channel), PERMIT_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        if (closed || !channel.isActive()) {
            channel.close();
            if (!closed) {
                failed(null);
            }
            return;
        }
        attempts = 0;
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(WRITE_BUFFER_LOW, WRITE_BUFFER_HIGH));
        ChannelPipeline pipeline = channel.pipeline();
        var tap = new LinkTap(link, new LinkTap.Events() {
            @Override
            public void writable() {
                link.flush();
            }

            @Override
            public void lost(String reason) {
                LinkConnector.this.lost(reason);
            }
        });
        SslHandler tls = pipeline.get(SslHandler.class);
        silence = pipeline.get(SilenceHandler.class);
        silence.awaitsMore(() -> !link.isIdle());
        pipeline.addAfter(
                tls == null ? SilenceHandler.NAME : pipeline.context(tls).name(), "caravan-tap", tap);
        link.connected(channel, pipeline.context(tap));
        link.counters().connected();
        LOG.info("destination {}: connected", link.address());
        onChange.run();
    }

    private void lost(String reason) {
        if (!closed && !renewed) {
            LOG.warn("destination {}: connection lost ({}); connecting again", link.address(), reason);
        }
        renewed = false;
        whyDown = reason;
        try {
            link.lost();
            restarts.lost(link);
            onChange.run();
        } finally {
            if (!closed) {
                connect();
            }
        }
    }

    private void failed(@Nullable Throwable failure) {
        if (closed) {
            return;
        }
        whyDown = failure == null ? "connection lost" : DestinationAdmin.reason(failure);
        long factor = Math.min(LONGEST_BACKOFF_FACTOR, 1L << Math.min(attempts, 6));
        long pauseMillis = firstBackoff.toMillis() * factor;
        if (attempts == 0) {
            LOG.warn(
                    "destination {} cannot be connected to: {}; trying again with pauses of up to {} ms",
                    link.address(),
                    whyDown,
                    firstBackoff.toMillis() * LONGEST_BACKOFF_FACTOR);
        }
        attempts++;
        onChange.run();
        clients.eventLoop().schedule(this::connect, pauseMillis, TimeUnit.MILLISECONDS);
    }
}
