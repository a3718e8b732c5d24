package io.caravan.control;

import io.caravan.camel.RedisReplicationConsumer;
import io.caravan.control.Observed.RouteStatus;
import io.caravan.precheck.Outcome;
import io.caravan.precheck.PrecheckReport;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.spi.RouteController;
import org.jspecify.annotations.Nullable;

/** What Camel's route controller says of a route, and whether it starts it again by itself. Any thread. */
final class Retries {

    private Retries() {}

    /** How a route is; a consumer that is suspended alone counts as much as a route that is. */
    static RouteStatus statusOf(CamelContext context, String route, @Nullable RedisReplicationConsumer consumer) {
        ServiceStatus status = context.getRouteController().getRouteStatus(route);
        if (status == null) {
            return context.isStarted() ? RouteStatus.GONE : RouteStatus.STOPPED;
        }
        return switch (status) {
            case Initializing, Starting -> RouteStatus.STARTING;
            case Started ->
                consumer != null && consumer.isSuspendingOrSuspended() ? RouteStatus.SUSPENDED : RouteStatus.STARTED;
            case Suspending, Suspended -> RouteStatus.SUSPENDED;
            case Stopping -> RouteStatus.STOPPING;
            case Initialized, Stopped -> RouteStatus.STOPPED;
        };
    }

    /** Whether a route that has not started is started again by itself. */
    static boolean isRetried(CamelContext context, String route) {
        RouteController controller = context.getRouteController();
        return controller.isSupervising()
                && controller.supervising().getRestartingRoutes().stream()
                        .anyMatch(each -> each.getRouteId().equals(route));
    }

    /**
     * Whether a supervising controller is about to start a route for the first time: it knows those of them that are to be started
     * automatically, also before the context has them.
     */
    static boolean isToBeStarted(CamelContext context, String route) {
        RouteController controller = context.getRouteController();
        return controller.isSupervising()
                && controller.getControlledRoutes().stream()
                        .anyMatch(each -> each.getRouteId().equals(route));
    }

    /** Why the last start of a supervised route has failed. */
    static Optional<Throwable> failure(CamelContext context, String route) {
        RouteController controller = context.getRouteController();
        return controller.isSupervising()
                ? Optional.ofNullable(controller.supervising().getRestartException(route))
                : Optional.empty();
    }

    /** Whether the next precheck may pass without anybody having done anything: servers did not answer, and that is all. */
    static boolean mayPass(PrecheckReport failed) {
        return failed.items().stream()
                .filter(item -> item.outcome() == Outcome.FAILED)
                .allMatch(item -> item.name().endsWith(" nodes"));
    }
}
