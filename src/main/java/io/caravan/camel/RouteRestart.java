package io.caravan.camel;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.SuspendableService;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops and starts the route of a task that has to begin again from its checkpoints: the source has been resharded, and keys of the slots
 * that a shard was given since are to be read again; or another process may have had the task.
 *
 * <p>{@link #begin} does not wait, and counts once; the restart has a thread of its own.
 */
final class RouteRestart {

    private static final Logger LOG = LoggerFactory.getLogger(RouteRestart.class);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /**
     * How long what is on its way may take to end. It may never: a key that is to be read again, and has gone to another shard, can
     * be read by the next start only. Whatever is left is in doubt, and put right by that.
     */
    private static final long DRAIN_SECONDS = 2;

    private final CamelContext context;
    private final RedisReplicationEndpoint endpoint;
    private final String route;
    private final String task;
    private final Runnable before;
    private final AtomicBoolean begun = new AtomicBoolean();

    /** @param before run before the route is stopped */
    RouteRestart(RedisReplicationEndpoint endpoint, String route, String task, Runnable before) {
        this.before = before;
        this.endpoint = endpoint;
        context = endpoint.getCamelContext();
        this.route = route;
        this.task = task;
    }

    /**
     * Begins.
     *
     * @param why what has happened
     * @param consequence what the next start does about it
     */
    void begin(String why, String consequence) {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        LOG.warn("task {}: {}; route {} is started again, {}", task, why, route, consequence);
        endpoint.restartBegins();
        context.getExecutorServiceManager()
                .newThread("CaravanRestart", this::restart)
                .start();
    }

    /** The route is being stopped already: whatever comes to be known now does not start it again. */
    void isTooLate() {
        begun.set(true);
    }

    private void restart() {
        awaitStarted();
        boolean paused = consumer().filter(SuspendableService::isSuspended).isPresent();
        while (context.isStarted() && endpoint.mayRestart()) {
            try {
                before.run();
                context.getRouteController().stopRoute(route, DRAIN_SECONDS, TimeUnit.SECONDS);
                if (endpoint.mayRestart()) {
                    start(paused);
                    return;
                }
            } catch (Exception e) {
                TaskEvent.startFailed(context, route, e);
                LOG.warn(
                        "task {}: route {} could not be started again: {}; tried every {} s",
                        task,
                        route,
                        e.getMessage(),
                        TimeUnit.NANOSECONDS.toSeconds(PAUSE_NANOS));
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        LOG.info("task {}: route {} is not started again: it was stopped meanwhile", task, route);
    }

    /** The start that this one ends may not be over, nor that of the application. */
    private void awaitStarted() {
        while (context.isStarting() || isRouteStarting()) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private boolean isRouteStarting() {
        ServiceStatus status = context.getRouteController().getRouteStatus(route);
        return status != null && status.isStarting();
    }

    private void start(boolean paused) throws Exception {
        if (paused) {
            endpoint.startsPaused();
        }
        try {
            context.getRouteController().startRoute(route);
        } finally {
            endpoint.takePaused(); // if this start has not come so far, it is not meant for the next one
        }
        if (paused) {
            consumer().ifPresent(ServiceHelper::suspendService);
        }
    }

    private Optional<SuspendableService> consumer() {
        Route made = context.getRoute(route);
        return made != null && made.getConsumer() instanceof SuspendableService consumer
                ? Optional.of(consumer)
                : Optional.empty();
    }
}
