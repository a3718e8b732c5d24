package io.caravan.camel;

import io.caravan.precheck.PrecheckReport;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.CamelEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a task does that its route's status does not tell, for Camel's event notifiers.
 *
 * <p>Sent on the thread that it happens on, which the notifiers must not hold up.
 */
public final class TaskEvent implements CamelEvent {

    private static final Logger LOG = LoggerFactory.getLogger(TaskEvent.class);

    /** What happens. */
    public enum Kind {
        /** The precheck of a start begins. */
        PRECHECKING,
        /** The precheck of a start has ended, maybe with failures: see {@link #report()}. */
        PRECHECKED,
        /** The route is about to be stopped, and started again, by itself: the source has been resharded, or the lease was lost. */
        RESTARTS,
        /** A start has failed: see {@link #failure()}. */
        START_FAILED
    }

    private final String route;
    private final Kind kind;
    private final @Nullable PrecheckReport report;
    private final @Nullable Throwable failure;
    private long timestamp = System.currentTimeMillis();

    private TaskEvent(String route, Kind kind, @Nullable PrecheckReport report, @Nullable Throwable failure) {
        this.route = route;
        this.kind = kind;
        this.report = report;
        this.failure = failure;
    }

    static void prechecking(CamelContext context, String route) {
        send(context, new TaskEvent(route, Kind.PRECHECKING, null, null));
    }

    static void prechecked(CamelContext context, String route, PrecheckReport report) {
        send(context, new TaskEvent(route, Kind.PRECHECKED, report, null));
    }

    static void restarts(CamelContext context, String route) {
        send(context, new TaskEvent(route, Kind.RESTARTS, null, null));
    }

    static void startFailed(CamelContext context, String route, Throwable failure) {
        send(context, new TaskEvent(route, Kind.START_FAILED, null, failure));
    }

    private static void send(CamelContext context, TaskEvent event) {
        try {
            context.getManagementStrategy().notify(event);
        } catch (Exception e) {
            LOG.warn("route {}: an event notifier has failed at {}", event.route, event.kind, e);
        }
    }

    /** What happens. */
    public Kind kind() {
        return kind;
    }

    /** What the precheck has found; empty unless it has ended. */
    public Optional<PrecheckReport> report() {
        return Optional.ofNullable(report);
    }

    /** Why the start has failed; empty unless it has. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public Type getType() {
        return Type.Custom;
    }

    /** The id of the route. */
    @Override
    public String getSource() {
        return route;
    }

    @Override
    public long getTimestamp() {
        return timestamp;
    }

    @Override
    public void setTimestamp(long timestamp) {
        this.timestamp = timestamp;
    }

    @Override
    public String toString() {
        return "route " + route + ": " + kind;
    }
}
