package io.caravan.app;

import io.caravan.control.ManagementServerFactory;
import io.caravan.control.Tasks;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainHttpServerFactory;
import org.apache.camel.main.MainListenerSupport;

/**
 * Gives the application what it has besides routes: the tasks with their management API, the health check of them, and a word
 * about settings that are misspelt.
 */
final class TaskWatch extends MainListenerSupport {

    private final ManagementServerFactory servers = new ManagementServerFactory();

    @Override
    public void beforeInitialize(BaseMainSupport main) {
        MisspeltSettings.watch(main.getCamelContext());
    }

    @Override
    public void beforeConfigure(BaseMainSupport main) {
        main.getCamelContext().getRegistry().bind("caravanManagementServer", MainHttpServerFactory.class, servers);
    }

    @Override
    public void afterConfigure(BaseMainSupport main) {
        HealthCheckRegistry registry = HealthCheckRegistry.get(main.getCamelContext());
        if (registry != null) {
            registry.register(new TasksHealthCheck(main.getCamelContext()));
        }
        try {
            var tasks = new Tasks(main.getCamelContext());
            main.getCamelContext().addService(tasks, true, true);
            main.getCamelContext()
                    .addService(servers.serving(tasks), true, true); // behind the server, which is started first
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeCamelException(e);
        }
    }
}
