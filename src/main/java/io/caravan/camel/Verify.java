package io.caravan.camel;

import io.caravan.verify.VerifyReport;
import io.caravan.verify.VerifySettings;
import io.caravan.verify.VerifySettings.Mode;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.Metadata;

/**
 * A step that compares the source and the destination of a task of this application, and makes the report the message's body: its
 * text, and the report itself as the property {@value #REPORT}. So a verification can be scheduled, and its report sent
 * wherever a route leads.
 *
 * <p>Waits until the comparison has ended, on the thread of the exchange.
 */
@Metadata(
        label = "bean",
        description = "Compares the source and the destination of a task",
        annotations = {"interfaceName=org.apache.camel.Processor"})
@Configurer(metadataOnly = true)
public final class Verify implements Processor {

    /** The exchange property that holds the {@link VerifyReport}. */
    public static final String REPORT = "CaravanVerifyReport";

    /** The header that says whether nothing differs. */
    public static final String EQUAL = "CaravanVerifyEqual";

    private static final Set<Mode> MODES = Set.of(Mode.FULL, Mode.SAMPLE, Mode.COUNT);

    @Metadata(description = "Id of the route that begins with redis-replication:; empty if there is one alone")
    private String route = "";

    @Metadata(description = "How thoroughly: FULL, SAMPLE or COUNT", defaultValue = "FULL")
    private String mode = Mode.FULL.name();

    @Metadata(description = "About how many keys SAMPLE compares", defaultValue = "10000")
    private long sample = 10_000;

    @Metadata(
            description = "Most keys a second that are read from each side; 0: as many as they give",
            defaultValue = "0")
    private long keysPerSecond;

    @Metadata(
            description = "Whether keys that differ are read again at the source and written; the task must run in this"
                    + " application",
            defaultValue = "false")
    private boolean repair;

    public String getRoute() {
        return route;
    }

    /** Id of the route; empty if there is one alone. */
    public void setRoute(String route) {
        this.route = route;
    }

    public String getMode() {
        return mode;
    }

    /**
     * How thoroughly.
     *
     * @throws IllegalArgumentException if there is no such mode, or it takes keys, which are not named here
     */
    public void setMode(String mode) {
        if (MODES.stream().noneMatch(each -> each.name().equals(mode))) {
            throw new IllegalArgumentException("mode=" + mode + " is none; write FULL, SAMPLE or COUNT");
        }
        this.mode = mode;
    }

    public long getSample() {
        return sample;
    }

    /** About how many keys are compared, at least 1. */
    public void setSample(long sample) {
        this.sample = sample;
    }

    public long getKeysPerSecond() {
        return keysPerSecond;
    }

    /** Most keys a second, 0 for no limit. */
    public void setKeysPerSecond(long keysPerSecond) {
        this.keysPerSecond = keysPerSecond;
    }

    public boolean isRepair() {
        return repair;
    }

    /** Whether keys that differ are written again. */
    public void setRepair(boolean repair) {
        this.repair = repair;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        List<RouteVerification> tasks = RouteVerification.ofAll(exchange.getContext()).stream()
                .filter(task -> route.isEmpty() || task.routeId().equals(route))
                .toList();
        if (tasks.size() != 1) {
            throw new IllegalArgumentException(
                    tasks.isEmpty()
                            ? "there is no route " + route + " that begins with redis-replication:"
                            : "there are " + tasks.size()
                                    + " routes that begin with redis-replication:; name one (route)");
        }
        VerifySettings settings = new VerifySettings(
                Mode.valueOf(mode),
                sample,
                List.of(),
                keysPerSecond,
                VerifySettings.FULL.expiryTolerance(),
                VerifySettings.FULL.patience());
        VerifyReport report = tasks.get(0).run(settings, repair, begun -> {});
        exchange.setProperty(REPORT, report);
        exchange.getMessage().setHeader(EQUAL, report.isEqual());
        exchange.getMessage().setBody("task " + tasks.get(0).task() + ": " + report.text());
    }
}
