package io.caravan.app;

import io.caravan.camel.RedisReplicationEndpoint;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * UP while every task that was ever declared is running. Camel's own checks look at the routes that exist, and are UP when
 * none does; a reload of a broken file takes routes away.
 */
final class TasksHealthCheck extends AbstractHealthCheck {

    private final CamelContext context;
    private final Set<String> declared = new ConcurrentSkipListSet<>();

    TasksHealthCheck(CamelContext context) {
        super("caravan", "tasks");
        this.context = context;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        Set<String> running = new ConcurrentSkipListSet<>();
        for (Route route : context.getRoutes()) {
            if (route.getEndpoint() instanceof RedisReplicationEndpoint) {
                declared.add(route.getRouteId());
                if (context.getRouteController().getRouteStatus(route.getRouteId()) == ServiceStatus.Started) {
                    running.add(route.getRouteId());
                }
            }
        }
        Set<String> missing = new ConcurrentSkipListSet<>(declared);
        missing.removeAll(running);
        builder.detail("tasks.declared", declared);
        builder.detail("tasks.running", running);
        if (declared.isEmpty()) {
            builder.down().message("no task is declared: no route of routes/ begins with redis-replication:");
        } else if (missing.isEmpty()) {
            builder.up();
        } else {
            builder.down().message("not running: " + String.join(", ", missing));
        }
    }
}
