package io.caravan.camel;

import io.caravan.replication.ReplicationSession;
import io.caravan.replication.ShardCounters;
import io.caravan.replication.ShardStatus;
import io.caravan.replication.SpoolUse;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.component.micrometer.MicrometerUtils;

/**
 * Shows a session as meters, in the registry that Camel Micrometer uses. Read by the registry's thread.
 */
final class ReplicationMeters implements AutoCloseable {

    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();
    private final DistributionSummary batchSize;

    private ReplicationMeters(MeterRegistry registry, String task, ReplicationSession session) {
        this.registry = registry;
        batchSize = register(DistributionSummary.builder("caravan.replication.batch.size")
                .description("Commands in a batch")
                .tag("task", task)
                .register(registry));
        register(Gauge.builder("caravan.replication.stale.slots", session, ReplicationSession::staleSlots)
                .baseUnit("slots")
                .description("Slots whose keys are being put right at the destination, beside the streams")
                .tag("task", task)
                .register(registry));
        session.counters()
                .forEach((shard, counters) -> bind(Tags.of("task", task, "shard", shard), shard, counters, session));
    }

    static ReplicationMeters bind(CamelContext context, String task, ReplicationSession session) {
        MeterRegistry registry = MicrometerUtils.getOrCreateMeterRegistry(
                context.getRegistry(), MicrometerConstants.METRICS_REGISTRY_NAME);
        return new ReplicationMeters(registry, task, session);
    }

    /** A batch of so many commands was sent; any thread. */
    void batch(int commands) {
        batchSize.record(commands);
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }

    private void bind(Tags tags, String shard, ShardCounters counters, ReplicationSession session) {
        counter("caravan.replication.batches", "Batches sent into the route", tags, counters, ShardCounters::batches);
        counter(
                "caravan.replication.commands",
                "Stream commands sent into the route",
                tags,
                counters,
                ShardCounters::commands);
        counter("caravan.replication.bytes", "Bytes sent into the route", tags, counters, ShardCounters::bytes);
        counter(
                "caravan.snapshot.keys",
                "Snapshot keys sent into the route",
                tags,
                counters,
                ShardCounters::snapshotKeys);
        counter("caravan.replication.reconnections", "Lost links", tags, counters, ShardCounters::reconnections);
        counter(
                "caravan.replication.full.resynchronizations",
                "Snapshots begun",
                tags,
                counters,
                ShardCounters::fullResynchronizations);
        counter(
                "caravan.replication.dissolved.transactions",
                "Transactions too large to be kept together",
                tags,
                counters,
                ShardCounters::dissolvedTransactions);
        counter(
                "caravan.replication.large.commands",
                "Commands that went through a temporary file",
                tags,
                counters,
                ShardCounters::largeCommands);
        counter(
                "caravan.replication.other.databases",
                "Commands and values of databases that are not synchronized",
                tags,
                counters,
                ShardCounters::ofOtherDatabases);
        counter(
                "caravan.replication.prefix.collisions",
                "Commands and values on keys of database 0 that begin with another database's prefix",
                tags,
                counters,
                ShardCounters::prefixCollisions);
        gauge(
                "caravan.replication.lag.bytes",
                "bytes",
                "Bytes the destination is behind",
                tags,
                session,
                shard,
                status -> status.lagBytes().isPresent() ? status.lagBytes().getAsLong() : Double.NaN);
        gauge(
                "caravan.replication.lag",
                "seconds",
                "Age of the oldest batch on its way",
                tags,
                session,
                shard,
                status -> status.lagMillis() / 1000.0);
        gauge(
                "caravan.replication.lag.heartbeat",
                "seconds",
                "Time that a heartbeat takes from the source to the destination; none where none is written",
                tags,
                session,
                shard,
                status -> status.heartbeatMillis().isPresent()
                        ? status.heartbeatMillis().getAsLong() / 1000.0
                        : Double.NaN);
        gauge(
                "caravan.replication.offset.received",
                "bytes",
                "Offset received",
                tags,
                session,
                shard,
                ShardStatus::receivedOffset);
        gauge(
                "caravan.replication.offset.applied",
                "bytes",
                "Offset applied",
                tags,
                session,
                shard,
                status -> Math.max(0, status.appliedOffset()));
        gauge(
                "caravan.snapshot.bytes",
                "bytes",
                "Bytes of the snapshot read",
                tags,
                session,
                shard,
                status -> status.snapshot().bytes());
        spoolGauge("caravan.spool.bytes", "bytes", "Bytes in the spool", tags, session, SpoolUse::bytes);
        spoolGauge("caravan.spool.segments", "segments", "Files of the spool", tags, session, SpoolUse::segments);
        spoolGauge("caravan.spool.limit", "bytes", "Most bytes in the spool", tags, session, SpoolUse::limitBytes);
        gauge(
                "caravan.replication.state",
                "state",
                "0 connecting, 1 waiting for snapshot, 2 snapshot, 3 streaming, 4 failed, 5 stopped",
                tags,
                session,
                shard,
                status -> status.state().ordinal());
    }

    private void counter(
            String name, String description, Tags tags, ShardCounters counters, ToDoubleFunction<ShardCounters> value) {
        register(FunctionCounter.builder(name, counters, value)
                .description(description)
                .tags(tags)
                .register(registry));
    }

    private void gauge(
            String name,
            String unit,
            String description,
            Tags tags,
            ReplicationSession session,
            String shard,
            ToDoubleFunction<ShardStatus> value) {
        register(Gauge.builder(
                        name,
                        session,
                        s -> s.status().stream()
                                .filter(status -> status.name().equals(shard))
                                .mapToDouble(value)
                                .findFirst()
                                .orElse(0))
                .baseUnit(unit)
                .description(description)
                .tags(tags)
                .register(registry));
    }

    private void spoolGauge(
            String name,
            String unit,
            String description,
            Tags tags,
            ReplicationSession session,
            ToDoubleFunction<SpoolUse> value) {
        String shard = tags.stream()
                .filter(tag -> tag.getKey().equals("shard"))
                .map(Tag::getValue)
                .findFirst()
                .orElseThrow();
        register(
                Gauge.builder(name, session, s -> value.applyAsDouble(s.spools().get(shard)))
                        .baseUnit(unit)
                        .description(description)
                        .tags(tags)
                        .register(registry));
    }

    private <M extends Meter> M register(M meter) {
        meters.add(meter);
        return meter;
    }
}
