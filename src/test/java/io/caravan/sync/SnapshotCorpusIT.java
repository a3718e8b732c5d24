package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.rdb.SnapshotFixture;
import io.caravan.rdb.SnapshotFixture.Key;
import io.caravan.resp.MalformedRespException;
import io.caravan.servers.Await;
import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.RespClient;
import io.caravan.servers.ServerProgram;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/**
 * Serves the snapshots that servers of twenty versions wrote to a task with a real destination, and asks that for what it
 * has then: every value that it can hold, and of the others each was named in an error and counted.
 *
 * <p>The newest destination at hand gets all of them, the others those that differ most; {@code -Dcaravan.corpus=all} brings
 * all to all.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class SnapshotCorpusIT {

    private static final boolean ALL = System.getProperty("caravan.corpus", "").equals("all");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern REFUSAL = Pattern.compile(
            "WARN RESTORE of key '(.*)' \\(source .*, database (\\d+)\\) cannot be applied: .+", Pattern.DOTALL);

    /** What became of the snapshots of each server at each destination. */
    private static final Map<String, Map<String, Outcome>> TABLE = new TreeMap<>();

    private static final Set<String> DESTINATIONS = new TreeSet<>();

    @BeforeAll
    static void look() {
        SnapshotFixture.assumePresent();
    }

    @AfterAll
    static void printTable() {
        System.out.println(
                "snapshots brought, all equal; in brackets values that the destination cannot hold, named and counted");
        System.out.printf(
                "%-20s %s%n", "", DESTINATIONS.stream().map("%-18s"::formatted).collect(Collectors.joining()));
        TABLE.forEach((server, outcomes) -> System.out.printf(
                "%-20s %s%n",
                server,
                DESTINATIONS.stream()
                        .map(destination -> "%-18s".formatted(outcomes.getOrDefault(destination, new Outcome(0, 0))))
                        .collect(Collectors.joining())));
    }

    /** How many snapshots arrived, and how many of their values could not. */
    private record Outcome(int snapshots, int refused) {

        private Outcome plus(Outcome other) {
            return new Outcome(snapshots + other.snapshots, refused + other.refused);
        }

        @Override
        public String toString() {
            return snapshots == 0 ? "-" : refused == 0 ? "" + snapshots : snapshots + " (" + refused + ")";
        }
    }

    @EachServer(min = "4.0")
    void a_snapshot_of_every_version_arrives(ServerProgram program) throws Exception {
        DESTINATIONS.add(program.toString());
        List<String> failures = new ArrayList<>();
        try (RedisServer destination = RedisServer.start(program);
                RespClient client = destination.client()) {
            for (SnapshotFixture snapshot : SnapshotFixture.all()) {
                if (ALL || program.equals(ServerProgram.newest()) || differsMost(snapshot)) {
                    bring(snapshot, destination, program, client, failures);
                }
            }
        }
        assertThat(failures).isEmpty();
    }

    private static boolean differsMost(SnapshotFixture snapshot) {
        return snapshot.server().matches("modules|synthetic")
                || snapshot.file().matches("(default|noncompact|idmp)\\.rdb");
    }

    private static void bring(
            SnapshotFixture snapshot,
            RedisServer destination,
            ServerProgram program,
            RespClient client,
            List<String> failures) {
        try {
            client.call("FLUSHALL");
            if (program.atLeast("7.0")) {
                client.call("FUNCTION", "FLUSH");
            }
            int refused = bring(snapshot, destination, program, client);
            TABLE.computeIfAbsent(snapshot.server(), server -> new TreeMap<>())
                    .merge(program.toString(), new Outcome(1, refused), Outcome::plus);
        } catch (Exception | AssertionError e) {
            failures.add(snapshot + ": " + e);
        }
    }

    /** Answers how many values were refused. */
    private static int bring(
            SnapshotFixture snapshot, RedisServer destination, ServerProgram program, RespClient client)
            throws Exception {
        Set<Key> unrepresentable = snapshot.unrepresentableAt(program);
        try (ScriptedServer master = master(snapshot).start();
                var log = CapturedLog.of("io.caravan.cluster.RefusedCommands");
                RunningTask task = RunningTask.between(master.address(), Pair.nodes(List.of(destination)))
                        .with("onError", "SKIP")
                        .with("checkpoint", "none")
                        .with("missingModules", "IGNORE")
                        .start()) {
            Await.until(
                    "the snapshot is applied",
                    PATIENCE,
                    task::shards,
                    shards -> shards.stream().anyMatch(shard -> shard.appliedOffset() >= RdbMaster.OFFSET));

            snapshot.assertHeldBy(client, program, unrepresentable);
            assertThat(named(log.lines())).isEqualTo(quoted(unrepresentable));
            assertThat(task.refused().getOrDefault("RESTORE UNREPRESENTABLE", 0L))
                    .isEqualTo(unrepresentable.size());
            assertFunctions(snapshot.functions(), program, client, task.refused());
        }
        return unrepresentable.size();
    }

    /** Functions came with Redis 7.0; an older destination is not given them, and what they write arrives as commands. */
    private static void assertFunctions(
            int functions, ServerProgram program, RespClient client, Map<String, Long> refused) {
        assertThat(refused.keySet()).isSubsetOf("RESTORE UNREPRESENTABLE");
        if (program.atLeast("7.0")) {
            assertThat((List<?>) client.call("FUNCTION", "LIST")).hasSize(functions);
        }
    }

    private static RdbMaster master(SnapshotFixture snapshot) {
        RdbMaster master = RdbMaster.serving(snapshot.bytes());
        if (snapshot.server().equals("modules")) {
            master = master.withModules(snapshot.file().contains("bloom") ? "bf" : "tairstring");
        }
        return snapshot.file().contains("-eof") ? master.framedBy(RdbMaster.Framing.END_MARK) : master;
    }

    /** The keys that the log names, each quoted behind its database. */
    private static Set<String> named(List<String> lines) {
        Set<String> named = new TreeSet<>();
        for (String line : lines) {
            Matcher refusal = REFUSAL.matcher(line);
            if (refusal.matches()) {
                named.add(refusal.group(2) + " " + refusal.group(1));
            }
        }
        return named;
    }

    private static Set<String> quoted(Set<Key> keys) {
        return keys.stream()
                .map(key -> key.database() + " "
                        + MalformedRespException.quote(key.name().getBytes(StandardCharsets.ISO_8859_1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
