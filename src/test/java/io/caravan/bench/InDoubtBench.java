package io.caravan.bench;

import io.caravan.servers.Await;
import io.caravan.servers.Comparison;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import io.caravan.sync.CaravanProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What checkpoints in the slots cost (inDoubt=IN_SLOT): the same stream of {@code INCR} with them and without, in turns, between two
 * clusters of three masters on this machine.
 *
 * <p>Arguments: number of commands of a turn (default 500000), number of turns of each kind (3).
 */
public final class InDoubtBench {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final byte[] INCR = "INCR".getBytes(StandardCharsets.US_ASCII);
    private static final int MILLION = 1_000_000;

    private final RedisCluster source;
    private final RedisCluster destination;
    private final int commands;
    private int turns;

    private InDoubtBench(RedisCluster source, RedisCluster destination, int commands) {
        this.source = source;
        this.destination = destination;
        this.commands = commands;
    }

    public static void main(String[] arguments) throws Exception {
        int commands = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 500_000;
        int turns = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        ServerProgram program = ServerProgram.of("7.0.15");
        try (RedisCluster source = RedisCluster.on(program)
                        .option("client-output-buffer-limit", "replica 0 0 0")
                        .start();
                RedisCluster destination = RedisCluster.on(program).start()) {
            var bench = new InDoubtBench(source, destination, commands);
            for (int turn = 0; turn < turns; turn++) {
                for (int keys : List.of(20_000, 30)) {
                    bench.turn("READ_AGAIN", keys);
                    bench.turn("IN_SLOT", keys);
                }
            }
        }
        System.exit(0);
    }

    private void turn(String inDoubt, int keys) throws Exception {
        source.masters().forEach(master -> master.command("FLUSHALL"));
        destination.masters().forEach(master -> master.command("FLUSHALL"));
        try (RawWriter writer = new RawWriter(source);
                CaravanProcess caravan = CaravanProcess.settings()
                        .with("source", source.nodes())
                        .with("destination", destination.nodes())
                        .with("task", "turn-" + turns++)
                        .with("inDoubt", inDoubt)
                        .start()) {
            write(writer, commands / 5, keys); // what is not compiled yet is slow
            awaitAcknowledged();
            double serverBefore = serverSeconds();
            double caravanBefore = caravanSeconds();
            long bytesBefore = bytes();
            long begun = System.nanoTime();
            write(writer, commands, keys);
            awaitAcknowledged();
            double seconds = (System.nanoTime() - begun) / 1e9;
            say(
                    "%-10s %6d keys: %,9.0f commands/s; CPU s per million: destination %.2f, Caravan %.2f; bytes per command: %.0f",
                    inDoubt,
                    keys,
                    commands / seconds,
                    (serverSeconds() - serverBefore) * MILLION / commands,
                    (caravanSeconds() - caravanBefore) * MILLION / commands,
                    (double) (bytes() - bytesBefore) / commands);
            if (!Comparison.of(source, destination).run().isEqual()) {
                throw new AssertionError("the two are not equal");
            }
            caravan.terminate();
        }
    }

    private static void write(RawWriter writer, int commands, int keys) throws Exception {
        var random = new Random(commands);
        for (int i = 0; i < commands; i++) {
            writer.send(INCR, ("counter:" + random.nextInt(keys)).getBytes(StandardCharsets.US_ASCII));
        }
        writer.finish();
    }

    private void awaitAcknowledged() {
        for (RedisServer master : source.masters()) {
            long written = Long.parseLong(master.info("replication", "master_repl_offset"));
            Await.until(
                    master + " has an acknowledgement of " + written,
                    PATIENCE,
                    () -> master.info("replication", "slave0"),
                    replica -> replica.contains("state=online")
                            && Long.parseLong(replica.replaceAll(".*offset=(\\d+).*", "$1")) >= written);
        }
    }

    /** User and system seconds of the destination's masters so far. */
    private double serverSeconds() {
        return destination.masters().stream()
                .mapToDouble(master -> Double.parseDouble(master.info("cpu", "used_cpu_user"))
                        + Double.parseDouble(master.info("cpu", "used_cpu_sys")))
                .sum();
    }

    private long bytes() {
        return destination.masters().stream()
                .mapToLong(master -> Long.parseLong(master.info("stats", "total_net_input_bytes")))
                .sum();
    }

    private static double caravanSeconds() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").endsWith("java"))
                .mapToDouble(child ->
                        child.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0)
                .sum();
    }

    private static void say(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }
}
