package io.caravan.camel;

import io.caravan.cluster.Destination;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.WritableHealthCheckRepository;

/**
 * A destination that an endpoint is connected to, with the meters and the health check that show it.
 *
 * <p>Opened and closed under the endpoint's lock; the rest from any thread.
 */
final class HeldDestination implements AutoCloseable {

    private final CamelContext context;
    private final Destination destination;
    private final DestinationMeters meters;
    private final RedisClusterHealthCheck healthCheck;

    private HeldDestination(RedisClusterEndpoint endpoint, Destination destination) {
        context = endpoint.getCamelContext();
        this.destination = destination;
        meters = DestinationMeters.bind(context, endpoint.getNodes(), destination);
        healthCheck = new RedisClusterHealthCheck(
                destination, endpoint.getNodes(), endpoint.getComponent().isHealthCheckProducerEnabled());
        withHealthChecks(repository -> repository.addHealthCheck(healthCheck));
    }

    /**
     * Connects. Waits for the network.
     *
     * @throws IOException if it cannot be reached, or cannot serve as a destination
     */
    static HeldDestination open(RedisClusterEndpoint endpoint) throws IOException {
        return new HeldDestination(endpoint, Destination.open(endpoint.settings()));
    }

    Destination destination() {
        return destination;
    }

    /** Camel's repository of producers' checks, which is off unless camel.health.producers-enabled is true. */
    private void withHealthChecks(Consumer<WritableHealthCheckRepository> action) {
        WritableHealthCheckRepository repository =
                HealthCheckHelper.getHealthCheckRepository(context, "producers", WritableHealthCheckRepository.class);
        if (repository != null) {
            action.accept(repository);
        }
    }

    /** Waits for the connections to be closed; a stop that Camel forces comes with an interrupt, which must not keep them open. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            withHealthChecks(repository -> repository.removeHealthCheck(healthCheck));
            meters.close();
            destination.close();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
