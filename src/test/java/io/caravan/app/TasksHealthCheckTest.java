package io.caravan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.camel.RedisReplicationComponent;
import io.caravan.camel.RedisReplicationConfiguration;
import io.caravan.camel.RedisReplicationEndpoint;
import java.util.Map;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TasksHealthCheckTest {

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final TasksHealthCheck check = new TasksHealthCheck(context);

    @BeforeEach
    void start() {
        context.addComponent("redis-replication", new Unconnected());
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void an_application_without_a_task_is_down() throws Exception {
        add("timer", "direct:something");

        HealthCheck.Result result = check.call();

        assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(result.getMessage())
                .contains("no task is declared: no route of routes/ begins with redis-replication:");
    }

    @Test
    void an_application_is_up_while_every_task_runs() throws Exception {
        add("orders", "redis-replication:a:1");
        add("invoices", "redis-replication:b:1");

        HealthCheck.Result result = check.call();

        assertThat(result.getState()).isEqualTo(HealthCheck.State.UP);
        assertThat(result.getDetails().get("tasks.running")).hasToString("[invoices, orders]");
    }

    @Test
    void a_task_that_was_stopped_is_named() throws Exception {
        add("orders", "redis-replication:a:1");
        add("invoices", "redis-replication:b:1");

        context.getRouteController().stopRoute("orders");

        assertThat(check.call().getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(check.call().getMessage()).contains("not running: orders");
    }

    @Test
    void a_task_that_a_reload_took_away_is_missed() throws Exception {
        add("orders", "redis-replication:a:1");
        check.call();

        context.getRouteController().stopRoute("orders");
        context.removeRoute("orders");

        assertThat(check.call().getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(check.call().getMessage()).contains("not running: orders");
    }

    @Test
    void a_task_that_runs_again_is_up_again() throws Exception {
        add("orders", "redis-replication:a:1");
        context.getRouteController().stopRoute("orders");
        check.call();

        context.getRouteController().startRoute("orders");

        assertThat(check.call().getState()).isEqualTo(HealthCheck.State.UP);
    }

    private void add(String routeId, String uri) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(uri).routeId(routeId).to("log:" + routeId);
            }
        });
    }

    /** Makes endpoints whose consumers do nothing. */
    private static final class Unconnected extends RedisReplicationComponent {

        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
            return new RedisReplicationEndpoint(uri, this, new RedisReplicationConfiguration()) {
                @Override
                public Consumer createConsumer(Processor processor) {
                    return new DefaultConsumer(this, processor);
                }
            };
        }
    }
}
