package io.caravan.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.cluster.DestinationSettings.OnError;
import io.caravan.precheck.PrecheckSettings.ConflictMode;
import io.caravan.replication.SourceSettings.SnapshotTransfer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import org.apache.camel.Exchange;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Options as they are written in a URI, set by the generated configurers. Nothing is connected. */
class EndpointOptionsTest {

    private final DefaultCamelContext context = new DefaultCamelContext();

    @BeforeEach
    void start() {
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void every_kind_of_option_of_a_source_can_be_written_in_a_uri() {
        RedisReplicationConfiguration configuration = source("redis-replication:10.0.0.1:7000,10.0.0.2:7001"
                        + "?memoryLimit=128MB&maxBatchCommands=10&snapshotTransfer=disk&replicationTimeout=5s"
                        + "&checkpoint=file:/var/lib/caravan/orders&task=orders&hostnameVerification=false"
                        + "&precheck=true&conflictMode=ignore")
                .getConfiguration();

        assertThat(configuration.getNodes()).isEqualTo("10.0.0.1:7000,10.0.0.2:7001");
        assertThat(configuration.getMemoryLimit()).isEqualTo("128MB");
        assertThat(configuration.getMaxBatchCommands()).isEqualTo(10);
        assertThat(configuration.getSnapshotTransfer()).isEqualTo(SnapshotTransfer.DISK);
        assertThat(configuration.getReplicationTimeout()).isEqualTo(5000);
        assertThat(configuration.getCheckpoint()).isEqualTo("file:/var/lib/caravan/orders");
        assertThat(configuration.getTask()).isEqualTo("orders");
        assertThat(configuration.isPrecheck()).isTrue();
        assertThat(configuration.getConflictMode()).isEqualTo(ConflictMode.IGNORE);
        assertThat(configuration.isHostnameVerification()).isFalse();
    }

    @Test
    void every_kind_of_option_of_a_destination_can_be_written_in_a_uri() {
        RedisClusterConfiguration configuration =
                sink("redis-cluster:10.0.0.9:7000?onError=skip&connectTimeout=2s&topologyRefresh=1m&retryDelay=7")
                        .getConfiguration();

        assertThat(configuration.getNodes()).isEqualTo("10.0.0.9:7000");
        assertThat(configuration.getOnError()).isEqualTo(OnError.SKIP);
        assertThat(configuration.getConnectTimeout()).isEqualTo(2000);
        assertThat(configuration.getTopologyRefresh()).isEqualTo(60_000);
        assertThat(configuration.getRetryDelay()).isEqualTo(7);
    }

    @Test
    void a_secret_may_hold_any_character() {
        assertThat(source("redis-replication:a:1?password=RAW(alice:p&a+s%s=?)")
                        .getConfiguration()
                        .getPassword())
                .isEqualTo("alice:p&a+s%s=?");
        assertThat(sink("redis-cluster:a:1?password=RAW(p&a+s%s)")
                        .getConfiguration()
                        .getPassword())
                .isEqualTo("p&a+s%s");
    }

    @Test
    void a_secret_may_come_from_a_placeholder() {
        context.getPropertiesComponent().addInitialProperty("secret", "s&cret");

        assertThat(source("redis-replication:a:1?password=RAW({{secret}})")
                        .getConfiguration()
                        .getPassword())
                .isEqualTo("s&cret");
    }

    @Test
    void a_secret_is_never_shown() {
        assertThat(source("redis-replication:a:1?password=RAW(alice:hidden)").toString())
                .doesNotContain("hidden")
                .contains("password=xxxxxx");
        assertThat(sink("redis-cluster:a:1?password=hidden").toString()).doesNotContain("hidden");
    }

    @Test
    void an_unknown_option_is_refused_by_name() {
        assertThatThrownBy(() -> source("redis-replication:a:1?maxBatchComands=10"))
                .isInstanceOf(ResolveEndpointFailedException.class)
                .hasMessageContaining("maxBatchComands=10");
    }

    @Test
    void an_endpoint_without_nodes_is_refused_when_it_is_used() {
        assertThatThrownBy(() -> source("redis-replication:")).isInstanceOf(ResolveEndpointFailedException.class);
    }

    @Test
    void options_of_the_component_are_the_defaults_of_its_endpoints() {
        var component = context.getComponent("redis-replication", RedisReplicationComponent.class);
        component.getConfiguration().setMemoryLimit("16MB");
        component.getConfiguration().setTask("default");

        RedisReplicationConfiguration configuration =
                source("redis-replication:a:1?task=own").getConfiguration();

        assertThat(configuration.getMemoryLimit()).isEqualTo("16MB");
        assertThat(configuration.getTask()).isEqualTo("own");
        assertThat(component.getConfiguration().getTask())
                .as("the component's own")
                .isEqualTo("default");
    }

    @Test
    void beans_are_named_with_a_hash() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        context.getRegistry().bind("loops", group);
        var tls = new SSLContextParameters();
        context.getRegistry().bind("tls", tls);

        RedisReplicationConfiguration configuration = source(
                        "redis-replication:a:1?workerGroup=#loops&sslContextParameters=#tls")
                .getConfiguration();

        assertThat(configuration.getWorkerGroup()).isSameAs(group);
        assertThat(configuration.getSslContextParameters()).isSameAs(tls);
        group.shutdownGracefully();
    }

    @Test
    void global_ssl_parameters_are_used_only_when_that_is_wanted() {
        var global = new SSLContextParameters();
        context.setSSLContextParameters(global);

        assertThat(sink("redis-cluster:a:1").getConfiguration().getSslContextParameters())
                .isNull();
        context.getComponent("redis-cluster", RedisClusterComponent.class).setUseGlobalSslContextParameters(true);
        context.getComponent("redis-replication", RedisReplicationComponent.class)
                .setUseGlobalSslContextParameters(true);

        assertThat(sink("redis-cluster:b:1").getConfiguration().getSslContextParameters())
                .isSameAs(global);
        assertThat(source("redis-replication:b:1").getConfiguration().getSslContextParameters())
                .isSameAs(global);
    }

    @Test
    void an_address_of_ipv6_can_be_written() {
        assertThat(sink("redis-cluster:[::1]:7000").getNodes()).isEqualTo("[::1]:7000");
        assertThat(source("redis-replication:[::1]:7000,[fe80::2]:7001").getNodes())
                .isEqualTo("[::1]:7000,[fe80::2]:7001");
    }

    @Test
    void each_endpoint_goes_one_way_and_names_the_other() {
        assertThatThrownBy(() -> source("redis-replication:a:1").createProducer())
                .hasMessage("redis-replication: reads a source; to write use redis-cluster:a:1");
        assertThatThrownBy(() -> sink("redis-cluster:a:1").createConsumer(exchange -> {}))
                .hasMessage("redis-cluster: writes to a destination; to read one use redis-replication:a:1");
    }

    @Test
    void endpoints_tell_where_they_lead() {
        assertThat(source("redis-replication:a:1").getServiceUrl()).isEqualTo("a:1");
        assertThat(sink("redis-cluster:a:1").getServiceProtocol()).isEqualTo("redis");
    }

    @Test
    void an_exchange_that_reaches_a_producer_before_its_start_fails() throws Exception {
        var producer = new RedisClusterProducer(sink("redis-cluster:a:1"));
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody("PING");

        producer.process(exchange);

        assertThat(exchange.getException()).hasMessage("redis-cluster:a:1 is not started");
    }

    @Test
    void a_consumer_before_its_start_has_nothing_to_tell() throws Exception {
        var consumer = (RedisReplicationConsumer)
                source("redis-replication:a:1?task=orders").createConsumer(exchange -> {});

        assertThat(consumer.task()).isEqualTo("orders");
        assertThat(consumer.status()).isEmpty();
        assertThat(consumer.getPendingExchangesSize()).isZero();
        assertThat(consumer.isStreaming()).isFalse();
        var health = new RedisReplicationHealthCheck(consumer, "orders", true).call();
        assertThat(health.getState()).hasToString("DOWN");
        assertThat(health.getMessage()).contains("no source shard is being replicated");
    }

    private RedisReplicationEndpoint source(String uri) {
        return context.getEndpoint(uri, RedisReplicationEndpoint.class);
    }

    private RedisClusterEndpoint sink(String uri) {
        return context.getEndpoint(uri, RedisClusterEndpoint.class);
    }
}
