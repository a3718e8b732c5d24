package io.caravan.camel;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
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

/**
 * Replicate a Redis Cluster or a standard Redis server: the values it holds, then every write command it runs.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = RedisReplicationConstants.SCHEME,
        title = "Redis Replication",
        syntax = "redis-replication:nodes",
        consumerOnly = true,
        category = {Category.CACHE, Category.DATABASE},
        headersClass = RedisReplicationConstants.class)
@ManagedResource(description = "Managed Redis Replication Endpoint")
public class RedisReplicationEndpoint extends DefaultEndpoint implements AsyncEndpoint, EndpointServiceLocation {

    @UriParam
    private final RedisReplicationConfiguration configuration;

    private final AtomicBoolean goingOn = new AtomicBoolean();
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final AtomicBoolean paused = new AtomicBoolean();
    private final AtomicBoolean restarting = new AtomicBoolean();

    public RedisReplicationEndpoint(
            String uri, RedisReplicationComponent component, RedisReplicationConfiguration configuration) {
        super(uri, component);
        this.configuration = configuration;
    }

    @Override
    public RedisReplicationComponent getComponent() {
        return (RedisReplicationComponent) super.getComponent();
    }

    @Override
    public Producer createProducer() {
        throw new UnsupportedOperationException(
                "redis-replication: reads a source; to write use redis-cluster:" + configuration.getNodes());
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        var consumer = new RedisReplicationConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    public RedisReplicationConfiguration getConfiguration() {
        return configuration;
    }

    /** The next start goes on with what this process has been doing: no precheck, which it has passed. Any thread. */
    void goesOn() {
        goingOn.set(true);
    }

    /** Whether {@link #goesOn} has been said since the last start. */
    boolean takeGoingOn() {
        return goingOn.getAndSet(false);
    }

    /** A person wants the next start, even if the task was cut over. Any thread. */
    void startIsWanted() {
        wanted.set(true);
    }

    /** Whether {@link #startIsWanted} has been said since the last start. */
    boolean takeWanted() {
        return wanted.getAndSet(false);
    }

    /** The next start sends nothing until the consumer is resumed. Any thread. */
    void startsPaused() {
        paused.set(true);
    }

    /** Whether {@link #startsPaused} has been said since the last start. */
    boolean takePaused() {
        return paused.getAndSet(false);
    }

    /** The route is stopped, and started again, by itself. Any thread. */
    void restartBegins() {
        restarting.set(true);
    }

    /** Somebody has stopped the route, and it stays so. Any thread. */
    void staysStopped() {
        restarting.set(false);
    }

    /** Whether nobody has stopped the route since {@link #restartBegins}. */
    boolean mayRestart() {
        return restarting.get();
    }

    @ManagedAttribute(description = "Nodes of the source")
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
}
