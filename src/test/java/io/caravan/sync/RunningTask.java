package io.caravan.sync;

import io.caravan.app.Caravan;
import io.caravan.camel.RedisReplicationConsumer;
import io.caravan.precheck.PrecheckReport;
import io.caravan.replication.ShardCounters;
import io.caravan.replication.ShardState;
import io.caravan.replication.ShardStatus;
import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.main.Main;

/**
 * The application in this JVM, with the shipped route (or another) and settings of its own.
 *
 * <p>Started, asked and closed by the test's thread.
 */
public final class RunningTask implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Main main;
    private final Path ownFolder;

    private RunningTask(Main main, Path ownFolder) {
        this.main = main;
        this.ownFolder = ownFolder;
    }

    /** What a task is started with. */
    public static final class Settings {

        private final Map<String, String> properties = new TreeMap<>();

        private Settings() {
            with("camel.management.enabled", "false");
            with("camel.main.jmx-enabled", "false");
            with("camel.main.auto-configuration-log-summary", "false");
            with("camel.main.startup-summary-level", "off");
            with("caravan.state.directory", "");
            with("precheck", "false"); // most tests begin with what a precheck would refuse, and some with its absence
        }

        /** Sets a property of {@code config/application.properties}. */
        public Settings with(String name, String value) {
            properties.put(name, value);
            return this;
        }

        /** Checks the task without starting it. */
        public PrecheckReport precheck() throws Exception {
            Main main = Caravan.application();
            properties.forEach(main::addOverrideProperty);
            try {
                return Caravan.precheck(main).get(0);
            } finally {
                main.stop();
            }
        }

        /** Starts the application; throws what the start throws. */
        public RunningTask start() throws Exception {
            Path ownFolder = Files.createTempDirectory("caravan-task-");
            Main main = Caravan.application();
            properties.putIfAbsent("spoolDirectory", ownFolder.toString());
            properties.forEach(main::addOverrideProperty);
            main.start();
            return new RunningTask(main, ownFolder);
        }
    }

    /** A task from source to destination, each given by nodes. */
    public static Settings between(String source, String destination) {
        return new Settings().with("source", source).with("destination", destination);
    }

    public CamelContext context() {
        return main.getCamelContext();
    }

    /** Every source shard at this moment. */
    public List<ShardStatus> shards() {
        return consumer().status();
    }

    /** What every source shard has done since the start. */
    public Collection<ShardCounters> counters() {
        return consumer().counters().values();
    }

    /** How many commands the destination refused, by {@code <command> <error>}. */
    public Map<String, Long> refused() {
        MeterRegistry registry = context()
                .getRegistry()
                .lookupByNameAndType(MicrometerConstants.METRICS_REGISTRY_NAME, MeterRegistry.class);
        Map<String, Long> refused = new TreeMap<>();
        for (FunctionCounter counter :
                registry.find("caravan.destination.refused").functionCounters()) {
            String kind =
                    counter.getId().getTag("command") + " " + counter.getId().getTag("error");
            refused.merge(kind, (long) counter.count(), Long::sum);
        }
        return refused;
    }

    /** The sum of all meters of that name, 0 if there is none. */
    public double meter(String name) {
        MeterRegistry registry = context().getRegistry().findSingleByType(MeterRegistry.class);
        return registry.find(name).meters().stream()
                .mapToDouble(meter -> meter.measure().iterator().next().getValue())
                .sum();
    }

    /** What the health checks say that are DOWN, by the name of the check; empty if none is. */
    public Map<String, String> health() {
        Map<String, String> down = new TreeMap<>();
        for (HealthCheck.Result result : HealthCheckHelper.invoke(context())) {
            if (result.getState() == HealthCheck.State.DOWN) {
                down.put(result.getCheck().getId(), result.getMessage().orElse(""));
            }
        }
        return down;
    }

    /** Waits until some health check is DOWN and says a text. */
    public void awaitDown(String text) {
        Await.until(
                "a health check says '" + text + "'",
                PATIENCE,
                this::health,
                down -> down.values().stream().anyMatch(message -> message.contains(text)));
    }

    /** Waits until every health check is UP. */
    public void awaitHealthy() {
        Await.until("every health check is UP", PATIENCE, this::health, Map::isEmpty);
    }

    /** Waits until every shard is past its snapshot. */
    public RunningTask awaitStreaming() {
        Await.until(
                "every shard streams",
                PATIENCE,
                this::shards,
                shards -> !shards.isEmpty() && shards.stream().allMatch(s -> s.state() == ShardState.STREAMING));
        return this;
    }

    /** Waits until the destination has acknowledged all that has been received, the snapshot too. */
    public RunningTask awaitLagZero() {
        Await.until("lag 0", PATIENCE, this::shards, shards -> shards.stream().allMatch(RunningTask::isWithoutLag));
        return this;
    }

    private static boolean isWithoutLag(ShardStatus shard) {
        return shard.appliedOffset() >= 0 && shard.lagBytes().orElse(-1) == 0 && shard.lagMillis() == 0;
    }

    /** Waits until the destination has acknowledged all that these masters of the source have written by now. */
    public RunningTask awaitApplied(List<RedisServer> masters) {
        for (RedisServer master : masters) {
            long written = Long.parseLong(master.info("replication", "master_repl_offset"));
            Await.until(master + " is applied up to " + written, PATIENCE, this::shards, shards -> {
                String history = master.info("replication", "master_replid"); // another one with its first replica
                return shards.stream().anyMatch(s -> s.replicationId().equals(history) && s.appliedOffset() >= written);
            });
        }
        return this;
    }

    /** Waits until the problem of some shard contains a text. */
    public ShardStatus awaitProblem(String text) {
        return Await.until(
                        "a shard has the problem '" + text + "'",
                        PATIENCE,
                        () -> shards().stream()
                                .filter(s -> s.problem().contains(text))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Waits until the spools of all shards together hold at least so much. */
    public RunningTask awaitSpooled(long bytes) {
        Await.until(bytes + " bytes are spooled", PATIENCE, this::spooledBytes, spooled -> spooled >= bytes);
        return this;
    }

    /** Waits until nothing is on the disk any more. */
    public RunningTask awaitSpoolEmpty() {
        Await.until("the spools are empty", PATIENCE, this::spooledBytes, spooled -> spooled == 0);
        return this;
    }

    private long spooledBytes() {
        return shards().stream().mapToLong(ShardStatus::spooledBytes).sum();
    }

    @Override
    public void close() {
        main.stop();
        try (Stream<Path> files = Files.walk(ownFolder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What replicates. */
    public RedisReplicationConsumer consumer() {
        for (Route route : context().getRoutes()) {
            if (route.getConsumer() instanceof RedisReplicationConsumer consumer) {
                return consumer;
            }
        }
        throw new IllegalStateException("no route begins with redis-replication:");
    }
}
