package io.caravan.app;

import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;

/** Gives the application its own health check: every declared task is running. */
final class TaskWatch extends MainListenerSupport {

    @Override
    public void afterConfigure(BaseMainSupport main) {
        HealthCheckRegistry registry = HealthCheckRegistry.get(main.getCamelContext());
        if (registry != null) {
            registry.register(new TasksHealthCheck(main.getCamelContext()));
        }
    }
}
