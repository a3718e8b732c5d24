package io.caravan.camel;

import io.caravan.cluster.Destination;
import io.caravan.cluster.NodeCounters;
import io.caravan.refresh.RefreshCounters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.component.micrometer.MicrometerUtils;

/**
 * Shows a destination as meters, in the registry that Camel Micrometer uses. Nodes and kinds of refused commands get their
 * meters when they first appear. Thread-safe.
 */
final class DestinationMeters implements AutoCloseable {

    private final MeterRegistry registry;
    private final String name;
    private final Destination destination;
    private final List<Meter> meters = new CopyOnWriteArrayList<>();
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final Timer roundTrip;

    private DestinationMeters(MeterRegistry registry, String name, Destination destination) {
        this.registry = registry;
        this.name = name;
        this.destination = destination;
        roundTrip = Timer.builder("caravan.destination.round.trip")
                .description("Time from taking a batch to the acknowledgement of its last command")
                .tag("destination", name)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofNanos(100_000))
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(registry);
        meters.add(roundTrip);
        bindRefreshes(destination.refreshes());
        bindNew();
    }

    static DestinationMeters bind(CamelContext context, String name, Destination destination) {
        MeterRegistry registry = MicrometerUtils.getOrCreateMeterRegistry(
                context.getRegistry(), MicrometerConstants.METRICS_REGISTRY_NAME);
        var meters = new DestinationMeters(registry, name, destination);
        destination.onRoundTrip(nanos -> meters.roundTrip.record(nanos, TimeUnit.NANOSECONDS));
        destination.onNewKind(meters::bindNew);
        return meters;
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }

    /** Gives nodes and errors that have appeared since the last call their meters. */
    private void bindNew() {
        destination.counters().forEach((node, counters) -> {
            if (known.add("node " + node)) {
                bindNode(Tags.of("destination", name, "node", node), counters);
            }
        });
        destination.refusedCommands().keySet().forEach(kind -> {
            if (known.add("refused " + kind)) {
                bindRefused(kind);
            }
        });
    }

    private void bindNode(Tags tags, NodeCounters counters) {
        counter("caravan.destination.commands", "Commands sent", tags, counters, NodeCounters::commands);
        counter("caravan.destination.bytes", "Bytes sent", tags, counters, NodeCounters::bytes);
        counter(
                "caravan.destination.errors",
                "Error replies, redirections not included",
                tags,
                counters,
                NodeCounters::errors);
        counter(
                "caravan.destination.redirections",
                "MOVED, ASK and TRYAGAIN",
                tags,
                counters,
                NodeCounters::redirections);
        counter("caravan.destination.connections", "Connections made", tags, counters, NodeCounters::connections);
    }

    private void bindRefreshes(RefreshCounters refreshes) {
        Tags tags = Tags.of("destination", name);
        counter(
                "caravan.refresh.readings",
                "Keys read again at the source because a command could not be sent, or not twice",
                tags,
                refreshes,
                RefreshCounters::readings);
        counter(
                "caravan.refresh.saved.readings",
                "Keys asked for while they were being read already",
                tags,
                refreshes,
                RefreshCounters::savedReadings);
        counter("caravan.refresh.failures", "Readings tried again", tags, refreshes, RefreshCounters::failures);
        meters.add(Gauge.builder("caravan.refresh.waiting", refreshes, RefreshCounters::keysWaiting)
                .description("Keys that are being read, or wait to be")
                .tags(tags)
                .register(registry));
    }

    private void bindRefused(String kind) {
        String[] commandAndError = kind.split(" ", 2);
        meters.add(FunctionCounter.builder(
                        "caravan.destination.refused",
                        destination,
                        d -> d.refusedCommands().getOrDefault(kind, 0L))
                .description("Commands refused for their own sake")
                .tags("destination", name, "command", commandAndError[0], "error", commandAndError[1])
                .register(registry));
    }

    private <T> void counter(String meter, String description, Tags tags, T counters, ToDoubleFunction<T> value) {
        meters.add(FunctionCounter.builder(meter, counters, value)
                .description(description)
                .tags(tags)
                .register(registry));
    }
}
