package io.caravan.cluster;

import io.caravan.command.CommandTable;
import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.DefaultEventLoopGroupProvider;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.resource.Transports;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes Lettuce's clients for one destination: all on one event loop, with the destination's credentials and encryption.
 *
 * <p>Thread-safe.
 */
final class LettuceClients implements AutoCloseable {

    private static final long SHUTDOWN_SECONDS = 2;

    private final DestinationSettings settings;
    private final EventLoopGroupProvider eventLoops;
    private final EventLoop eventLoop;
    private final DefaultEventExecutorGroup executor;
    private final ClientResources resources;
    private volatile boolean knowsUsers = true;

    LettuceClients(DestinationSettings settings) {
        this.settings = settings;
        eventLoops = new DefaultEventLoopGroupProvider(1, new NamedThreads("caravan-destination"));
        eventLoop = eventLoops.allocate(Transports.eventLoopGroupClass()).next();
        executor = new DefaultEventExecutorGroup(1, new NamedThreads("caravan-lettuce").getThreadFactory(""));
        resources = DefaultClientResources.builder()
                .eventLoopGroupProvider(eventLoops)
                .eventExecutorGroup(executor)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        limitSilence(channel);
                    }
                })
                .build();
    }

    /** The one event loop on which everything of the destination runs. */
    EventLoop eventLoop() {
        return eventLoop;
    }

    /** The server knows no users: the credentials' whole string is its password. */
    void sendWholeCredentials() {
        knowsUsers = false;
    }

    /** Closes the connection when an answer takes too long. */
    void limitSilence(Channel channel) {
        channel.pipeline().addFirst(SilenceHandler.NAME, new SilenceHandler(settings.responseTimeout()));
    }

    /**
     * Resources for one link, whose channels {@code customizer} gets to see; shut down with it.
     *
     * <p>What they share with the others is handed over by name: what {@code mutate()} copies silently (the timer) is taken for
     * theirs, and would be stopped with them for all.
     */
    ClientResources tapped(NettyCustomizer customizer) {
        return resources
                .mutate()
                .eventLoopGroupProvider(eventLoops)
                .eventExecutorGroup(executor)
                .timer(resources.timer())
                .nettyCustomizer(customizer)
                .build();
    }

    /** A client for single nodes with such resources. */
    RedisClient nodeClient(ClientResources tapped) {
        RedisClient client = RedisClient.create(tapped);
        client.setOptions(base(ClientOptions.builder().autoReconnect(false)).build());
        return client;
    }

    /** A client for single nodes. */
    RedisClient nodeClient() {
        RedisClient client = RedisClient.create(resources);
        client.setOptions(base(ClientOptions.builder()).build());
        return client;
    }

    /** A client for the cluster. */
    RedisClusterClient clusterClient() {
        List<RedisURI> uris = settings.nodes().stream().map(this::uri).toList();
        RedisClusterClient client = RedisClusterClient.create(resources, uris);
        var builder = ClusterClientOptions.builder();
        base(builder);
        client.setOptions(builder.validateClusterNodeMembership(false)
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enableAllAdaptiveRefreshTriggers()
                        .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1))
                        .build())
                .build());
        return client;
    }

    /** How to reach a node. */
    RedisURI uri(NodeAddress node) {
        RedisURI uri = RedisURI.create(node.host(), node.port());
        uri.setTimeout(settings.connectTimeout());
        Credentials credentials = settings.credentials();
        if (!credentials.none()) {
            String password = knowsUsers ? credentials.password() : credentials.whole();
            String user = knowsUsers ? credentials.user().orElse(null) : null;
            uri.setCredentialsProvider(
                    RedisCredentialsProvider.from(() -> RedisCredentials.just(user, password.toCharArray())));
        }
        DestinationSettings.Tls tls = settings.tls();
        if (tls != null) {
            uri.setSsl(true);
            uri.setVerifyPeer(tls.verifyHostname() ? SslVerifyMode.FULL : SslVerifyMode.CA);
        }
        return uri;
    }

    /** Shuts the event loop down; the clients have been shut down before. Waits. */
    @Override
    public void close() {
        resources.shutdown(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(SHUTDOWN_SECONDS * 1000);
        eventLoops.shutdown(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(SHUTDOWN_SECONDS * 1000);
        executor.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(SHUTDOWN_SECONDS * 1000);
    }

    private <B extends ClientOptions.Builder> B base(B builder) {
        builder.protocolVersion(ProtocolVersion.RESP2)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(settings.connectTimeout())
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build())
                .timeoutOptions(TimeoutOptions.enabled(settings.connectTimeout()))
                // Lettuce sends again what was unanswered when a connection broke; only what may be applied twice may
                // be.
                .replayFilter(command -> !CommandTable.standard()
                        .of(command.getType().toString())
                        .repeatable());
        DestinationSettings.Tls tls = settings.tls();
        if (tls != null) {
            builder.sslOptions(sslOptions(tls));
        }
        return builder;
    }

    private static SslOptions sslOptions(DestinationSettings.Tls tls) {
        return SslOptions.builder()
                .jdkSslProvider()
                .sslContext(context -> {
                    if (tls.keys() != null) {
                        context.keyManager(tls.keys());
                    }
                    if (tls.trust() != null) {
                        context.trustManager(tls.trust());
                    }
                })
                .build();
    }
}
