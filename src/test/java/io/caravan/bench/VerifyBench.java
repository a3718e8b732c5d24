package io.caravan.bench;

import static io.caravan.bench.BenchData.bytes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.servers.Await;
import io.caravan.servers.Load;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import io.caravan.sync.CaravanProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Verification on real servers: three masters to three masters (Redis 7.0.15), a process of Caravan between them, and
 * {@code bin/caravan verify} as a process of its own with the start script's flags. Tells how many keys a second are compared, how much
 * memory that takes, whether anything is said to differ while the source is written to, and whether what differs is found and
 * repaired meanwhile.
 *
 * <p>Arguments: number of keys (default 1000000), writes a second (20000), runs beside them (10; 0 for no writes at all).
 */
public final class VerifyBench {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int OF_ALL_COMMANDS = 2_000;

    /** Those of the start script. */
    private static final String[] FLAGS = {
        "-XX:+UseSerialGC",
        "-Xms72m",
        "-Xmx128m",
        "-Xmn42m",
        "-XX:SurvivorRatio=4",
        "-XX:TargetSurvivorRatio=90",
        "-XX:MinHeapFreeRatio=25",
        "-XX:MaxDirectMemorySize=96m",
        "-XX:TieredStopAtLevel=1"
    };

    private final int keys;
    private final int perSecond;
    private final int runs;
    private final RedisCluster source;
    private final RedisCluster destination;
    private final int port;
    private boolean failed;

    private VerifyBench(int keys, int perSecond, int runs, RedisCluster source, RedisCluster destination)
            throws IOException {
        this.keys = keys;
        this.perSecond = perSecond;
        this.runs = runs;
        this.source = source;
        this.destination = destination;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
    }

    public static void main(String[] arguments) throws Exception {
        int keys = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        int perSecond = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20_000;
        int runs = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10;
        ServerProgram program = ServerProgram.of("7.0.15");
        boolean failed;
        try (RedisCluster source = start(program);
                RedisCluster destination = start(program)) {
            var bench = new VerifyBench(keys, perSecond, runs, source, destination);
            bench.run();
            failed = bench.failed;
        }
        System.exit(failed ? 1 : 0);
    }

    private static RedisCluster start(ServerProgram program) {
        return RedisCluster.on(program)
                .option("client-output-buffer-limit", "replica 0 0 0")
                .option("repl-backlog-size", "64mb")
                .nodeTimeoutMillis(60_000) // on a machine that has more to do than it can
                .start();
    }

    private void run() throws Exception {
        fill();
        InjectedDifferences.prepare(source);
        try (CaravanProcess caravan = settings().start()) {
            Await.until("all keys are there", PATIENCE, () -> destination.dbsize() >= source.dbsize());
            awaitApplied();
            expectEqual("idle", verify());
            expectEqual("idle, again", verify());
            if (runs == 0) {
                caravan.terminate();
                return;
            }
            try (var load = new VerifyLoad(source, perSecond - OF_ALL_COMMANDS);
                    Load others =
                            Load.on(source).seed(5).perSecond(OF_ALL_COMMANDS).start()) {
                for (int i = 1; i <= runs; i++) {
                    expectEqual("run " + i + " of " + runs, verify());
                }
                InjectedDifferences.inject(destination);
                expectDifferences(verify());
                Outcome repaired = verify("--repair");
                expectEqual("repair: " + repaired.report().path("repaired").asInt() + " keys repaired", repaired);
                check(
                        repaired.report().path("repaired").asInt() == InjectedDifferences.COUNT,
                        "all of them are repaired");
                expectEqual("after the repair", verify());
                say("written meanwhile: %,d commands/s, and %,d of all kinds", load.perSecond(), others.acknowledged());
                others.stop();
            }
            awaitApplied();
            expectEqual("idle, at the end", verify());
            caravan.terminate();
        }
    }

    private void fill() throws IOException {
        try (var writer = new RawWriter(source)) {
            for (int i = 0; i < keys; i++) {
                writer.send(bytes("SET"), bytes("key:" + i), bytes(Integer.toHexString(i * 0x9E3779B9)));
            }
            writer.finish();
        }
    }

    private CaravanProcess.Settings settings() {
        return CaravanProcess.settings()
                .with("source", source.nodes())
                .with("destination", destination.nodes())
                .with("camel.management.enabled", "true")
                .with("camel.management.port", Integer.toString(port));
    }

    /** What a verification has said, and what it took. */
    private record Outcome(
            int exitCode, JsonNode report, long peakMegabytes, double cpuSeconds, double serverSeconds, String output) {

        double keysPerSecond() {
            return report.path("compared").asLong()
                    * 1000.0
                    / Math.max(1, report.path("tookMillis").asLong());
        }
    }

    private Outcome verify(String... arguments) throws Exception {
        CaravanProcess.Settings settings = settings().argument("verify").argument("--json");
        for (String flag : FLAGS) {
            settings.java(flag);
        }
        for (String argument : arguments) {
            settings.argument(argument);
        }
        try (CaravanProcess verify = settings.start()) {
            long peak = 0;
            double cpu = 0;
            double servers = serverSeconds();
            while (verify.isAlive()) {
                peak = Math.max(peak, verify.peakMemoryKilobytes());
                cpu = Math.max(cpu, verify.cpuSeconds());
                Await.moment(System.nanoTime() + 50_000_000);
            }
            int exitCode = verify.awaitEnd();
            String output = verify.output();
            int begin = output.indexOf("{\n");
            JsonNode report = new ObjectMapper().readTree(begin < 0 ? "{}" : output.substring(begin));
            return new Outcome(
                    exitCode, report.path("tasks").path(0), peak / 1024, cpu, serverSeconds() - servers, output);
        }
    }

    /** Of all masters of both sides, user and system, since they were started. */
    private double serverSeconds() {
        return Stream.concat(source.masters().stream(), destination.masters().stream())
                .mapToDouble(master -> Double.parseDouble(master.info("cpu", "used_cpu_user"))
                        + Double.parseDouble(master.info("cpu", "used_cpu_sys")))
                .sum();
    }

    private void expectEqual(String what, Outcome outcome) {
        say(
                "%s: exit code %d, %,d keys in %.1f s: %,.0f keys/s, %d different, %d undecided, resident set at most %d MB;"
                        + " CPU s: verify %.1f, servers %.1f",
                what,
                outcome.exitCode(),
                outcome.report().path("compared").asLong(),
                outcome.report().path("tookMillis").asLong() / 1000.0,
                outcome.keysPerSecond(),
                outcome.report().path("different").asLong(),
                outcome.report().path("undecided").asLong(),
                outcome.peakMegabytes(),
                outcome.cpuSeconds(),
                outcome.serverSeconds());
        boolean equal = outcome.report().path("equal").asBoolean();
        check(equal, "nothing is said to differ");
        if (!equal || outcome.report().path("undecided").asLong() > 0) {
            say("%s", outcome.output());
        }
    }

    private void expectDifferences(Outcome outcome) {
        Map<String, Integer> kinds = new TreeMap<>();
        int strangers = 0;
        for (JsonNode difference : outcome.report().path("differences")) {
            kinds.merge(difference.path("kind").asText(), 1, Integer::sum);
            if (!difference.path("key").asText().startsWith("injected:")) {
                strangers++;
            }
        }
        say("injected %s, found %s", InjectedDifferences.expected(), kinds);
        check(strangers == 0, "nothing else is said to differ");
        if (!kinds.equals(InjectedDifferences.expected())) {
            check(false, "all of them are found, each for what it is");
            say("%s", outcome.output());
        }
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            failed = true;
            say("NOT TRUE: %s", what);
        }
    }

    private void awaitApplied() {
        for (RedisServer master : source.masters()) {
            long written = Long.parseLong(master.info("replication", "master_repl_offset"));
            Await.until("applied up to " + written, PATIENCE, () -> {
                master.command("WAIT", "1", "50");
                return Long.parseLong(master.info("replication", "slave0").replaceAll(".*offset=(\\d+).*", "$1"))
                        >= written;
            });
        }
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
