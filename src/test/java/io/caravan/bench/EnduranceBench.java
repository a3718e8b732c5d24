package io.caravan.bench;

import static io.caravan.bench.BenchData.bytes;

import io.caravan.servers.Await;
import io.caravan.servers.Comparison;
import io.caravan.servers.ComparisonReport;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import io.caravan.sync.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * How a process of Caravan does over half an hour: three masters to three masters (Redis 7.0.15), a constant rate of writes to the
 * source, and in the midst of it some minutes in which the network before the destination carries half of them only. Tells
 * resident set, spool, bytes not applied and CPU once in a while, and compares both sides at the end.
 *
 * <p>Arguments: minutes (default 30), writes a second (50000), minutes of the slow destination (5).
 */
public final class EnduranceBench {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int TICKS_PER_SECOND = 200;
    private static final int SAMPLE_SECONDS = 10;
    private static final int KEYS = 100_000;
    private static final int MEMBERS = 20;

    /** Before that the JVM is still growing. */
    private static final int WARM_UP_SECONDS = 120;

    private final int minutes;
    private final int perSecond;
    private final int slowMinutes;
    private final RedisCluster source;
    private final RedisCluster destination;
    private final Random random = new Random(20);
    private final AtomicLong sent = new AtomicLong();
    private final LongSummaryStatistics resident = new LongSummaryStatistics();
    private final LongSummaryStatistics spool = new LongSummaryStatistics();

    private EnduranceBench(int minutes, int perSecond, int slowMinutes, RedisCluster source, RedisCluster destination) {
        this.minutes = minutes;
        this.perSecond = perSecond;
        this.slowMinutes = slowMinutes;
        this.source = source;
        this.destination = destination;
    }

    public static void main(String[] arguments) throws Exception {
        int minutes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 30;
        int perSecond = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 50_000;
        int slowMinutes = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
        ServerProgram program = ServerProgram.of("7.0.15");
        try (RedisCluster source = RedisCluster.on(program).start();
                RedisCluster destination = RedisCluster.on(program).linked().start()) {
            new EnduranceBench(minutes, perSecond, slowMinutes, source, destination).run();
        }
        System.exit(0);
    }

    private void run() throws Exception {
        try (Installation installation = Installation.unpacked();
                RawWriter writer = new RawWriter(source)) {
            Path spoolFolder = installation.work().resolve("spool");
            Process process =
                    installation.start(source.nodes(), destination.nodes(), "", "spoolDirectory = " + spoolFolder);
            try (MeasuredProcess caravan = new MeasuredProcess(installation.output(), process)) {
                Await.until("it streams", PATIENCE, () -> caravan.output().contains("streaming from"));
                ScheduledExecutorService load = Executors.newSingleThreadScheduledExecutor();
                load.scheduleAtFixedRate(
                        () -> write(writer), 0, 1_000_000_000L / TICKS_PER_SECOND, TimeUnit.NANOSECONDS);
                watch(caravan, spoolFolder);
                load.shutdown();
                load.awaitTermination(1, TimeUnit.MINUTES);
                writer.finish();
                Await.until("all is applied", PATIENCE, () -> behind() == 0);
                say(
                        "resident set after %d s: %d to %d MB, %.0f %% of the middle either way; spool at most %,d MB",
                        WARM_UP_SECONDS,
                        resident.getMin(),
                        resident.getMax(),
                        100.0 * (resident.getMax() - resident.getMin()) / (resident.getMax() + resident.getMin()),
                        spool.getMax());
                checkpoints();
                ComparisonReport report = Comparison.of(source, destination).run();
                say("%s", report.isEqual() ? "equal: " + report.keys() + " keys" : "DIFFERENT: " + report);
            }
        }
    }

    /** What checkpoints have cost the destination, by its own account. */
    private void checkpoints() {
        long stored = 0;
        long storing = 0;
        long all = 0;
        for (RedisServer master : destination.masters()) {
            for (String line :
                    String.valueOf(master.command("INFO", "commandstats")).split("\r?\n")) {
                if (line.startsWith("cmdstat_")) {
                    long micros = figure(line, "usec");
                    all += micros;
                    if (line.startsWith("cmdstat_hset:")) {
                        storing += micros;
                        stored += figure(line, "calls");
                    }
                }
            }
        }
        say(
                "checkpoints: %,d stored, %,d of %,d ms that the destination ran commands: %.3f %%",
                stored, storing / 1000, all / 1000, 100.0 * storing / all);
    }

    private static long figure(String line, String name) {
        return Long.parseLong(line.replaceAll(".*[:,]" + name + "=(\\d+).*", "$1"));
    }

    private void write(RawWriter writer) {
        try {
            int count = perSecond / TICKS_PER_SECOND;
            for (int i = 0; i < count; i++) {
                command(writer, i);
            }
            writer.flush();
            sent.addAndGet(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of data that do not grow: what grows is to be Caravan. No HSET, which is how checkpoints are stored. */
    private void command(RawWriter out, int i) throws IOException {
        int key = random.nextInt(KEYS);
        byte[] value = bytes(Long.toHexString(random.nextLong()));
        byte[] member = bytes("m" + random.nextInt(MEMBERS));
        switch (i % 6) {
            case 0 -> out.send(bytes("SET"), bytes("s:" + key), value);
            case 1 -> out.send(bytes("INCR"), bytes("c:" + key));
            case 2 -> out.send(bytes("LPUSH"), bytes("l:" + key % 1000), value);
            case 3 -> out.send(bytes("LTRIM"), bytes("l:" + key % 1000), bytes("0"), bytes("99"));
            case 4 -> out.send(bytes("ZADD"), bytes("z:" + key), bytes(Integer.toString(i)), member);
            default -> out.send(bytes("SADD"), bytes("a:" + key), member);
        }
    }

    private void watch(MeasuredProcess caravan, Path spoolFolder) throws Exception {
        int slowFrom = minutes * 60 / 3;
        int slowTo = slowFrom + slowMinutes * 60;
        long bytesPerSecond = 0;
        long offset = written();
        double cpu = caravan.cpuSeconds();
        for (int second = SAMPLE_SECONDS; second <= minutes * 60; second += SAMPLE_SECONDS) {
            pause();
            long now = written();
            double cpuNow = caravan.cpuSeconds();
            if (second < slowFrom) {
                bytesPerSecond = (now - offset) / SAMPLE_SECONDS;
            }
            if (second >= slowFrom && second < slowFrom + SAMPLE_SECONDS) {
                carry(bytesPerSecond / 2 / destination.masters().size());
            }
            if (second >= slowTo && second < slowTo + SAMPLE_SECONDS) {
                carry(0);
            }
            long spooled = megabytes(spoolFolder);
            spool.accept(spooled);
            if (second > WARM_UP_SECONDS) {
                resident.accept(caravan.megabytes());
            }
            say(
                    "%4d s: %,d writes/s, resident set %d MB, spool %,d MB, not applied %,d MB, %.0f %% of a processor%s",
                    second,
                    sent.getAndSet(0) / SAMPLE_SECONDS,
                    caravan.megabytes(),
                    spooled,
                    behind() / 1_000_000,
                    (cpuNow - cpu) * 100 / SAMPLE_SECONDS,
                    second >= slowFrom && second < slowTo ? ", destination at half the speed" : "");
            offset = now;
            cpu = cpuNow;
        }
    }

    /** Each link of the destination: 0 for as much as it can. */
    private void carry(long bytesPerSecond) {
        say("each link to the destination carries %,d bytes/s", bytesPerSecond);
        destination.servers().forEach(server -> server.link().bytesPerSecond((int) bytesPerSecond));
    }

    private long written() {
        return source.masters().stream()
                .mapToLong(master -> Long.parseLong(master.info("replication", "master_repl_offset")))
                .sum();
    }

    /** Bytes of the source's stream that Caravan has not acknowledged. */
    private long behind() {
        return source.masters().stream()
                .mapToLong(master -> Long.parseLong(master.info("replication", "master_repl_offset"))
                        - Long.parseLong(master.info("replication", "slave0").replaceAll(".*offset=(\\d+).*", "$1")))
                .sum();
    }

    private static long megabytes(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(Path::toFile)
                            .mapToLong(file -> file.isFile() ? file.length() : 0)
                            .sum()
                    / 1_000_000;
        }
    }

    private static void pause() throws InterruptedException {
        new CountDownLatch(1).await(SAMPLE_SECONDS, TimeUnit.SECONDS);
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
