package io.caravan.camel;

import io.caravan.cluster.DestinationSettings;
import io.caravan.command.Edition;
import io.caravan.precheck.Finding;
import io.caravan.precheck.Outcome;
import io.caravan.precheck.Precheck;
import io.caravan.precheck.PrecheckItem;
import io.caravan.precheck.PrecheckReport;
import io.caravan.precheck.PrecheckSettings;
import io.caravan.precheck.PrecheckSettings.Checkpoints;
import io.caravan.precheck.PrecheckSettings.Unlisted;
import io.caravan.rdb.DecodeTarget;
import io.caravan.transform.SupportedCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The precheck of a route that begins with {@code redis-replication:}, by what the route says: its endpoints, and the steps
 * between. The route itself need not run.
 *
 * <p>Waits for the network; called by the thread of a start or of a command line.
 */
public final class RoutePrecheck {

    private static final Logger LOG = LoggerFactory.getLogger(RoutePrecheck.class);
    private static final String FILE = "file:";

    private RoutePrecheck() {}

    /**
     * Checks every route of a context that begins with {@code redis-replication:}, one after the other, in their order.
     *
     * @param context with its routes loaded; they need not be started
     * @throws IOException if settings cannot be used
     */
    public static List<PrecheckReport> ofAll(CamelContext context) throws IOException {
        List<PrecheckReport> reports = new ArrayList<>();
        for (TaskRoute route : TaskRoute.in(context)) {
            reports.add(of(context, route.id(), route.configuration()));
        }
        return reports;
    }

    /**
     * Checks one route, whether or not it runs.
     *
     * @throws IOException if settings cannot be used
     */
    public static PrecheckReport of(CamelContext context, TaskRoute route) throws IOException {
        return of(context, route.id(), route.configuration());
    }

    /** Whether a route that leads to a destination begins its start with a precheck: consumers start after producers. */
    static boolean follows(CamelContext context, RedisClusterEndpoint destination) {
        return TaskRoute.in(context).stream()
                .anyMatch(route -> route.configuration().isPrecheck()
                        && RouteInspection.of(context, route.id()).sinks().contains(destination));
    }

    /**
     * Checks one.
     *
     * @throws IOException if settings cannot be used
     * @throws IllegalArgumentException if settings make no sense
     */
    static PrecheckReport of(CamelContext context, String routeId, RedisReplicationConfiguration configuration)
            throws IOException {
        var threads = context.getExecutorServiceManager();
        ScheduledExecutorService scheduler = threads.newSingleThreadScheduledExecutor(configuration, "RedisPrecheck");
        try (SourceTransport transport = SourceTransport.open(context, configuration)) {
            return new Precheck(settings(context, routeId, configuration, transport), scheduler).run();
        } finally {
            threads.shutdownNow(scheduler);
        }
    }

    /**
     * Logs what somebody should know.
     *
     * @throws PrecheckFailedException if the route must not start
     */
    static void require(PrecheckReport report) throws PrecheckFailedException {
        if (!report.passed()) {
            throw new PrecheckFailedException(report);
        }
        for (PrecheckItem item : report.items()) {
            for (Finding finding : item.findings()) {
                LOG.warn(
                        "task {}: precheck, {}: {}; {}",
                        report.task(),
                        item.name(),
                        finding.sentence(),
                        finding.remedy());
            }
        }
        LOG.info(
                "task {}: the precheck is passed, {} items, {} with warnings, in {} ms",
                report.task(),
                report.items().size(),
                report.count(Outcome.WARNING),
                report.took().toMillis());
    }

    private static PrecheckSettings settings(
            CamelContext context,
            String routeId,
            RedisReplicationConfiguration configuration,
            SourceTransport transport)
            throws IOException {
        RouteInspection route = RouteInspection.of(context, routeId);
        List<DestinationSettings> destinations = new ArrayList<>();
        for (RedisClusterEndpoint sink : route.sinks()) {
            destinations.add(sink.settings());
        }
        Optional<SupportedCommands> supported = route.supportedCommands();
        String task = new TaskRoute(routeId, configuration).task(context);
        return new PrecheckSettings(
                task,
                SourceSettingsFactory.settings(
                        configuration,
                        transport.transport(),
                        SourceSettingsFactory.rates(configuration),
                        DecodeTarget.NEWEST),
                destinations,
                checkpoints(configuration.getCheckpoint()),
                configuration.getConflictMode(),
                configuration.getSweep() == RedisReplicationConfiguration.Sweep.ALWAYS,
                supported.map(step -> Edition.of(step.getEdition())).orElse(Edition.ALL),
                supported.map(step -> unlisted(step.getUnsupported())).orElse(Unlisted.FORWARDED),
                configuration.getMissingModules() == RedisReplicationConfiguration.MissingModules.FAIL,
                SourceSettingsFactory.spool(configuration, task),
                SourceSettingsFactory.heartbeat(configuration, task));
    }

    private static Checkpoints checkpoints(String place) {
        return place.startsWith(FILE)
                ? new Checkpoints(false, Optional.of(Path.of(place.substring(FILE.length()))))
                : new Checkpoints(place.equals("destination"), Optional.empty());
    }

    private static Unlisted unlisted(String unsupported) {
        return switch (unsupported.trim().toLowerCase(Locale.ROOT)) {
            case "skip" -> Unlisted.SKIPPED;
            case "reject" -> Unlisted.REJECTED;
            default -> Unlisted.FORWARDED;
        };
    }
}
