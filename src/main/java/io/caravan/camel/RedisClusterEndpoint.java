package io.caravan.camel;

import io.caravan.cluster.Destination;
import io.caravan.cluster.DestinationSettings;
import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.apache.camel.AsyncEndpoint;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.EndpointServiceLocation;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.jspecify.annotations.Nullable;

/**
 * Apply commands to a Redis Cluster or a standard Redis server, each to the master of its slot, in order.
 *
 * <p>Owns the destination that its producers, and the checkpoints of consumers that lead to it, share, with its meters and its health
 * check.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = RedisClusterConstants.SCHEME,
        title = "Redis Cluster",
        syntax = "redis-cluster:nodes",
        producerOnly = true,
        category = {Category.CACHE, Category.DATABASE},
        headersClass = RedisClusterConstants.class)
@ManagedResource(description = "Managed Redis Cluster Endpoint")
public class RedisClusterEndpoint extends DefaultEndpoint implements AsyncEndpoint, EndpointServiceLocation {

    @UriParam
    private final RedisClusterConfiguration configuration;

    private @Nullable HeldDestination held;
    private @Nullable IOException deferred;
    private int users;

    public RedisClusterEndpoint(String uri, RedisClusterComponent component, RedisClusterConfiguration configuration) {
        super(uri, component);
        this.configuration = configuration;
    }

    @Override
    public RedisClusterComponent getComponent() {
        return (RedisClusterComponent) super.getComponent();
    }

    @Override
    public Producer createProducer() {
        return new RedisClusterProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException(
                "redis-cluster: writes to a destination; to read one use redis-replication:"
                        + configuration.getNodes());
    }

    @Override
    public boolean isSingletonProducer() {
        return true;
    }

    /**
     * The destination, connected to by its first user and closed by the last; each user calls {@link #release()} once.
     * Waits for the network.
     *
     * @throws IOException if it cannot be reached, or cannot serve as a destination
     */
    synchronized Destination acquire() throws IOException {
        HeldDestination open = held == null ? HeldDestination.open(this) : held;
        held = open;
        users++;
        return open.destination();
    }

    /**
     * The destination, as {@link #acquire}; empty if that is not possible and a precheck follows: it says what
     * else is wrong, and keeps the route from starting.
     *
     * @throws IOException if none follows
     */
    synchronized Optional<Destination> acquireOrDefer() throws IOException {
        deferred = null;
        try {
            return Optional.of(acquire());
        } catch (IOException e) {
            if (!RoutePrecheck.follows(getCamelContext(), this)) {
                throw e;
            }
            deferred = e;
            return Optional.empty();
        }
    }

    /**
     * Called when the precheck is over.
     *
     * @throws IOException what kept a producer from starting, if the precheck has not found it any more
     */
    synchronized void requireProducer() throws IOException {
        if (deferred != null) {
            throw deferred;
        }
    }

    /** A user is done with the destination. Waits for the connections to be closed if it was the last. */
    synchronized void release() {
        HeldDestination last = held;
        if (--users == 0 && last != null) {
            held = null; // whatever becomes of its connections, the next user makes new ones
            last.close();
        }
    }

    public RedisClusterConfiguration getConfiguration() {
        return configuration;
    }

    @ManagedAttribute(description = "Nodes of the destination")
    public String getNodes() {
        return configuration.getNodes();
    }

    @Override
    public String getServiceUrl() {
        return configuration.getNodes();
    }

    @Override
    public String getServiceProtocol() {
        return "redis";
    }

    @Override
    public Map<String, String> getServiceMetadata() {
        return Map.of();
    }

    /**
     * What a destination is told of these options.
     *
     * @throws IOException if the SSL context parameters cannot be used
     */
    DestinationSettings settings() throws IOException {
        String password = configuration.getPassword();
        return new DestinationSettings(
                NodeAddress.parseList(configuration.getNodes()),
                password == null ? Credentials.NONE : Credentials.parse(password),
                tls(),
                Duration.ofMillis(configuration.getConnectTimeout()),
                Duration.ofMillis(configuration.getResponseTimeout()),
                Duration.ofMillis(configuration.getTopologyRefresh()),
                Duration.ofMillis(configuration.getRetryDelay()),
                configuration.getOnError(),
                configuration.getFlush(),
                configuration.getAcknowledge(),
                configuration.getScripts(),
                configuration.getInDoubt(),
                Duration.ofMillis(configuration.getRefreshInterval()));
    }

    private DestinationSettings.@Nullable Tls tls() throws IOException {
        SSLContextParameters parameters = configuration.getSslContextParameters();
        if (parameters == null) {
            return null;
        }
        parameters.setCamelContext(getCamelContext());
        try {
            KeyManager[] keys = parameters.getKeyManagers() == null
                    ? new KeyManager[0]
                    : parameters.getKeyManagers().createKeyManagers();
            TrustManager[] trust = parameters.getTrustManagers() == null
                    ? new TrustManager[0]
                    : parameters.getTrustManagers().createTrustManagers();
            return new DestinationSettings.Tls(
                    keys.length == 0 ? null : keys[0],
                    trust.length == 0 ? null : trust[0],
                    configuration.isHostnameVerification());
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "sslContextParameters of redis-cluster:" + configuration.getNodes() + " cannot be used: "
                            + e.getMessage(),
                    e);
        }
    }
}
