package io.caravan.bench;

import io.caravan.servers.Await;
import io.caravan.servers.Comparison;
import io.caravan.servers.ComparisonReport;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import io.caravan.sync.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Measures the main job on real servers: three masters to three masters on this machine, Caravan as a process of its own.
 *
 * <p>Arguments: number of keys (default 1260000), of commands (2000000), Redis version (7.0.15).
 */
public final class MainJobBench {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** In place of those of the start script, if set. */
    private static final String JAVA_OPTIONS = System.getProperty("caravan.java.options", "");

    private final int keys;
    private final int commands;
    private final RedisCluster source;
    private final RedisCluster destination;
    private final BenchData data = new BenchData();

    private MainJobBench(int keys, int commands, RedisCluster source, RedisCluster destination) {
        this.keys = keys;
        this.commands = commands;
        this.source = source;
        this.destination = destination;
    }

    public static void main(String[] arguments) throws Exception {
        int keys = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_260_000;
        int commands = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2_000_000;
        ServerProgram program = ServerProgram.of(arguments.length > 2 ? arguments[2] : "7.0.15");
        try (RedisCluster source = start(program);
                RedisCluster destination = start(program)) {
            new MainJobBench(keys, commands, source, destination).run();
        }
        System.exit(0);
    }

    /** Nothing of the servers' protection of themselves may end a run: no limit on what a replica may be behind. */
    private static RedisCluster start(ServerProgram program) {
        return RedisCluster.on(program)
                .option("client-output-buffer-limit", "replica 0 0 0")
                .option("repl-backlog-size", "64mb")
                .start();
    }

    private void run() throws Exception {
        say(
                "%s, %d processors, Java %s, %s",
                program(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                JAVA_OPTIONS.isEmpty() ? "flags of the start script" : JAVA_OPTIONS);
        try (Installation installation = Installation.unpacked();
                RawWriter writer = new RawWriter(source)) {
            firstStart(installation);
            data.keys(writer, keys);
            long before = System.nanoTime();
            try (MeasuredProcess caravan = start(installation)) {
                snapshot(caravan, before);
                burst(caravan, writer, "stream, cold");
                burst(caravan, writer, "stream, warm");
                catchUp(caravan, writer);
                idle(caravan);
                latency(caravan, writer, 500);
                latency(caravan, writer, 20_000);
                awaitApplied();
                say("peak resident set: %d MB", caravan.peakMegabytes());
                ComparisonReport report = Comparison.of(source, destination).run();
                say("%s", report.isEqual() ? "equal: " + report.keys() + " keys" : "DIFFERENT: " + report);
            }
            destination.masters().forEach(master -> master.command("FLUSHALL"));
            compareWithTheServersThemselves(writer);
        }
    }

    /** Of a new installation, between empty clusters; it leaves the archive of classes behind that later starts share. */
    private void firstStart(Installation installation) throws Exception {
        try (MeasuredProcess caravan = start(installation)) {
            Await.until("it replicates", PATIENCE, () -> caravan.output().contains("snapshot of 0 keys"));
            say("first start, between empty clusters: %.2f CPU s", caravan.cpuSeconds());
        }
        destination.masters().forEach(master -> master.command("FLUSHALL"));
    }

    private MeasuredProcess start(Installation installation) throws IOException {
        Process process = installation.start(source.nodes(), destination.nodes(), JAVA_OPTIONS);
        return new MeasuredProcess(installation.output(), process);
    }

    private void snapshot(MeasuredProcess caravan, long launchedNanos) throws Exception {
        Await.until("the snapshot begins", PATIENCE, () -> caravan.output().contains("full resynchronization"));
        long begun = System.nanoTime();
        double start = caravan.cpuSeconds();
        Await.until("all keys are there", PATIENCE, () -> destination.dbsize() >= keys);
        long ended = System.nanoTime();
        double seconds = (ended - begun) / 1e9;
        say(
                "snapshot: %,d keys in %.2f s: %,.0f keys/s; %.2f CPU s per million keys, start of the JVM included;"
                        + " the start alone took %.2f CPU s; %.2f s from the launch of the process",
                keys, seconds, keys / seconds, caravan.cpuSeconds() * 1e6 / keys, start, (ended - launchedNanos) / 1e9);
    }

    /** Written as fast as the source takes it, while it is synchronized. */
    private void burst(MeasuredProcess caravan, RawWriter writer, String name) throws Exception {
        double cpu = caravan.cpuSeconds();
        long begun = System.nanoTime();
        data.commands(writer, 0, commands);
        writer.finish();
        double written = (System.nanoTime() - begun) / 1e9;
        awaitApplied();
        report(name, (System.nanoTime() - begun) / 1e9, caravan.cpuSeconds() - cpu);
        say("  (the source alone took %.2f s to be written to)", written);
    }

    /** Written while Caravan stands still: how fast it is when the source costs nothing meanwhile. */
    private void catchUp(MeasuredProcess caravan, RawWriter writer) throws Exception {
        caravan.signal("STOP");
        data.commands(writer, 0, commands);
        writer.finish();
        double cpu = caravan.cpuSeconds();
        long begun = System.nanoTime();
        caravan.signal("CONT");
        awaitApplied();
        report("stream, catching up after a stop", (System.nanoTime() - begun) / 1e9, caravan.cpuSeconds() - cpu);
    }

    /** The same with replicas of Redis's own: what this machine allows at this moment. */
    private void compareWithTheServersThemselves(RawWriter writer) throws IOException {
        long there = source.dbsize();
        try (var replicas = new NativeReplication(source)) {
            double seconds = replicas.snapshot();
            say("native replication, snapshot: %,d keys in %.2f s: %,.0f keys/s", there, seconds, there / seconds);

            long begun = System.nanoTime();
            data.commands(writer, 0, commands);
            writer.finish();
            replicas.awaitApplied();
            report("native replication, stream", (System.nanoTime() - begun) / 1e9);

            replicas.pause();
            data.commands(writer, 0, commands);
            writer.finish();
            begun = System.nanoTime();
            replicas.resume();
            replicas.awaitApplied();
            report("native replication, catching up after a stop", (System.nanoTime() - begun) / 1e9);
        }
    }

    private void report(String name, double seconds) {
        say("%s: %,d commands in %.2f s: %,.0f commands/s", name, commands, seconds, commands / seconds);
    }

    private void report(String name, double seconds, double cpuSeconds) {
        say(
                "%s: %,d commands in %.2f s: %,.0f commands/s; %.2f CPU s per million",
                name, commands, seconds, commands / seconds, cpuSeconds * 1e6 / commands);
    }

    private void idle(MeasuredProcess caravan) throws Exception {
        double cpu = caravan.cpuSeconds();
        pause(10);
        say("idle: %.1f %% of a processor", (caravan.cpuSeconds() - cpu) * 10);
    }

    private void latency(MeasuredProcess caravan, RawWriter writer, int perSecond) throws Exception {
        ScheduledExecutorService load = Executors.newSingleThreadScheduledExecutor();
        int each = Math.max(1, perSecond / 200); // bursts, 200 a second
        long period = each * 1_000_000_000L / perSecond;
        try {
            load.scheduleAtFixedRate(
                    () -> {
                        try {
                            data.commands(writer, 0, each);
                            writer.flush();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    0,
                    period,
                    TimeUnit.NANOSECONDS);
            pause(2);
            double cpu = caravan.cpuSeconds();
            long begun = System.nanoTime();
            long[] micros = new LatencyProbe(source, destination).measure(2000, 100);
            double seconds = (System.nanoTime() - begun) / 1e9;
            say(
                    "latency at %,d writes/s: p50 %.2f ms, p99 %.2f ms, max %.2f ms; %.1f %% of a processor",
                    perSecond,
                    micros[micros.length / 2] / 1e3,
                    micros[micros.length * 99 / 100] / 1e3,
                    micros[micros.length - 1] / 1e3,
                    (caravan.cpuSeconds() - cpu) * 100 / seconds);
        } finally {
            load.shutdownNow();
        }
    }

    private void awaitApplied() {
        for (RedisServer master : source.masters()) {
            long written = Long.parseLong(master.info("replication", "master_repl_offset"));
            // Acknowledgements come once a second; a WAIT makes the source ask for one now.
            Await.until("applied up to " + written, PATIENCE, () -> {
                master.command("WAIT", "1", "50");
                return acknowledged(master) >= written;
            });
        }
    }

    private static long acknowledged(RedisServer master) {
        return Long.parseLong(master.info("replication", "slave0").replaceAll(".*offset=(\\d+).*", "$1"));
    }

    private String program() {
        return source.servers().get(0).program().toString();
    }

    private static void pause(int seconds) throws InterruptedException {
        new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
