package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.dialect.Destinations;
import io.caravan.replication.ShardState;
import io.caravan.replication.ShardStatus;
import io.caravan.servers.Await;
import io.caravan.servers.Comparison;
import io.caravan.servers.Deployment;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import io.caravan.servers.ServerProgram;
import io.caravan.sync.RecordedStreams.Recording;
import io.caravan.sync.RecordedStreams.Scenario;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What servers of every version sent is replayed into a task by a master of ours, and the destination compared with what the
 * clients' commands leave on a server that runs here: on every version of standard server at hand, and on a cluster.
 */
class StreamCorpusIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A task begins, and reads the stream, that much after the clients' commands were run. */
    private static final long TOLERANCE_MILLIS = 20_000;

    /** Databases that the scenarios use. */
    private static final Integer[] DATABASES = {0, 1, 2, 3, 5, 6};

    private static RecordedStreams recorded;
    private static RedisServer reference;
    private static final Map<ServerProgram, RedisServer> STANDARDS = new HashMap<>();
    private static RedisCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        recorded = RecordedStreams.load();
        reference = RedisServer.start(newest());
    }

    @AfterAll
    static void stop() {
        STANDARDS.values().forEach(RedisServer::close);
        if (cluster != null) {
            cluster.close();
        }
        reference.close();
    }

    /** The newest that is always at hand; the recordings' meanings are in its words. */
    private static ServerProgram newest() {
        return ServerProgram.of("7.4.1");
    }

    static Stream<Arguments> versionsAndDestinations() throws IOException {
        List<String> versions = List.copyOf(RecordedStreams.load().versions());
        return ServerProgram.all().stream()
                .filter(program -> program.atLeast("4.0"))
                .flatMap(program -> versions.stream().map(version -> Arguments.of(version, program)));
    }

    static Stream<String> versions() throws IOException {
        return RecordedStreams.load().versions().stream();
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("versionsAndDestinations")
    void what_a_version_sends_leaves_on_a_standard_server_what_its_clients_meant(String version, ServerProgram program)
            throws Exception {
        RedisServer standard = STANDARDS.computeIfAbsent(program, RedisServer::start);
        replay(version, standard, List.of(standard), scenario -> fits(scenario, program), DATABASES);
    }

    @ParameterizedTest(name = "{0} to a cluster")
    @MethodSource("versions")
    void what_a_version_sends_leaves_on_a_cluster_what_its_clients_meant(String version) throws Exception {
        if (cluster == null) {
            cluster = RedisCluster.on(newest()).start();
        }
        replay(version, cluster, cluster.masters(), StreamCorpusIT::usesOneDatabase, 0);
    }

    private static boolean fits(Scenario scenario, ServerProgram program) {
        return scenario.needs().isEmpty()
                || Destinations.takes(program, scenario.needs().get());
    }

    private static boolean usesOneDatabase(Scenario scenario) {
        return scenario.recordings().stream()
                .flatMap(recording -> recording.stream().stream())
                .noneMatch(command -> command.matches("(SELECT|MOVE|SWAPDB|COPY .* DB|EVAL .*select).*"));
    }

    private static void replay(
            String version,
            Deployment destination,
            List<RedisServer> masters,
            Predicate<Scenario> fits,
            Integer... databases)
            throws Exception {
        var script = new ReplayScript();
        for (Scenario scenario : recorded.scenarios()) {
            Optional<Recording> recording = scenario.of(version);
            if (recording.isPresent() && recording.get().leftOut().isEmpty() && fits.test(scenario)) {
                script.add(scenario, recording.get());
            }
        }
        empty(List.of(reference));
        empty(masters);
        script.runMeaning(reference);

        try (var master = new ReplayedMaster(script.stream(), reference);
                RunningTask task = RunningTask.between(master.address(), Pair.nodes(masters))
                        .with("checkpoint", "none")
                        .start()) {
            Await.until(
                    "the stream of " + version + " is applied",
                    PATIENCE,
                    () -> task.shards().stream().findFirst(),
                    shard -> shard.isPresent() && isDone(shard.get(), master.endOffset()));
            assertThat(task.shards())
                    .allSatisfy(shard -> assertThat(shard.problem()).isEmpty());
        }

        assertThat(Comparison.of(reference, destination)
                        .databases(databases)
                        .toleranceMillis(TOLERANCE_MILLIS)
                        .run())
                .satisfies(
                        report -> assertThat(report.isEqual()).as("%s", report).isTrue());
        System.out.printf("%s to %s: %d scenarios are equal%n", version, masters.get(0), script.scenarios());
    }

    private static boolean isDone(ShardStatus shard, long endOffset) {
        return shard.appliedOffset() >= endOffset || shard.state() == ShardState.FAILED;
    }

    private static void empty(List<RedisServer> masters) {
        for (RedisServer master : masters) {
            try (RespClient client = master.client()) {
                client.pipeline(List.of(Request.of("FLUSHALL"), Request.of("FUNCTION", "FLUSH"))); // not before 7.0
            }
        }
    }
}
