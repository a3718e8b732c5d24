package io.caravan.sync;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.RespError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The application as a process of its own, in a folder with {@code routes/} and {@code config/} as a user would have it.
 * The folder is removed when it is closed.
 */
public final class CaravanProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Path SHIPPED_ROUTES = Path.of("routes");
    private static final String LEASE_TIME = "camel.component.redis-replication.lease-time";
    private static final String LEASE_MILLIS = "3000"; // what the process that comes after a killed one waits for

    private final Path folder;
    private final List<String> java;
    private final List<String> arguments;
    private Process process;

    private CaravanProcess(Path folder, List<String> java, List<String> arguments) throws IOException {
        this.folder = folder;
        this.java = java;
        this.arguments = arguments;
        process = launch();
    }

    /** What the process is started with. */
    public static final class Settings {

        private Settings() {}

        private final Map<String, String> properties = new TreeMap<>();
        /** As the start script has it: with the second compiler a start costs twice the time of a processor. */
        private final List<String> javaOptions =
                new ArrayList<>(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));

        private final List<String> arguments = new ArrayList<>();
        private final List<String> launcher = new ArrayList<>();
        private String route = "";

        /** An argument of the command line. */
        public Settings argument(String argument) {
            arguments.add(argument);
            return this;
        }

        /** Sets a property of {@code config/application.properties}. */
        public Settings with(String name, String value) {
            properties.put(name, value);
            return this;
        }

        /** Adds a flag of Java. */
        public Settings java(String option) {
            javaOptions.add(option);
            return this;
        }

        /** Lets another program start Java, which is named behind these words; it runs in the folder. */
        Settings launchedBy(String... words) {
            launcher.addAll(List.of(words));
            return this;
        }

        /** Uses this YAML instead of the shipped routes. */
        Settings route(String yaml) {
            route = yaml;
            return this;
        }

        /** Starts it. */
        public CaravanProcess start() throws IOException {
            Path folder = Files.createTempDirectory("caravan-process-");
            Files.createDirectories(folder.resolve("config"));
            Files.createDirectories(folder.resolve("routes"));
            List<String> lines = new ArrayList<>();
            properties.forEach((name, value) -> lines.add(name + " = " + value));
            Files.write(folder.resolve("config/application.properties"), lines);
            if (route.isEmpty()) {
                copyShippedRoutes(folder.resolve("routes"));
            } else {
                Files.writeString(folder.resolve("routes/task.camel.yaml"), route);
            }
            List<String> command = new ArrayList<>(launcher);
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(javaOptions);
            return new CaravanProcess(folder, command, arguments);
        }

        private static void copyShippedRoutes(Path target) throws IOException {
            try (Stream<Path> files = Files.list(SHIPPED_ROUTES)) {
                for (Path file : files.toList()) {
                    Files.copy(file, target.resolve(file.getFileName()));
                }
            }
        }
    }

    static Settings between(Pair pair) {
        return new Settings()
                .with("source", Pair.nodes(pair.sourceMasters))
                .with("destination", Pair.nodes(pair.destinationMasters))
                .with("camel.management.enabled", "false")
                .with("precheck", "false")
                .with(LEASE_TIME, LEASE_MILLIS);
    }

    /** Without a precheck, so that what the start itself says is seen. */
    public static Settings settings() {
        return new Settings().with("camel.management.enabled", "false").with("precheck", "false");
    }

    /** Where it runs; {@code output.log} there is its log. */
    public Path folder() {
        return folder;
    }

    /** All that it has written so far. */
    public String output() {
        try {
            return Files.readString(folder.resolve("output.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that is in the folder of ids and histories. */
    String state() {
        try (Stream<Path> files = Files.list(folder.resolve("state"))) {
            var all = new StringBuilder();
            for (Path file : files.toList()) {
                all.append(Files.readString(file));
            }
            return all.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until its output contains a text. */
    public CaravanProcess awaitOutput(String text) {
        Await.until("the output contains '" + text + "'", PATIENCE, this::output, output -> output.contains(text));
        return this;
    }

    /**
     * Waits until its source links have acknowledged all that the masters have written by now. Writes a key of its own to
     * each: the offset of a master to which nothing was written while it had a replica says nothing.
     */
    CaravanProcess awaitAcknowledged(List<RedisServer> masters) {
        for (RedisServer master : masters) {
            Await.until(
                    master + " has a replica that is online",
                    PATIENCE,
                    () -> linkOf(master),
                    replica -> replica.contains("state=online"));
            writeMarker(master);
            long written = Long.parseLong(master.info("replication", "master_repl_offset"));
            Await.until(
                    master + " has an acknowledgement of " + written,
                    PATIENCE,
                    () -> acknowledged(master),
                    offset -> offset >= written);
        }
        return this;
    }

    private static void writeMarker(RedisServer master) {
        for (int i = 0; ; i++) {
            try {
                master.command("SET", "marker:" + i, "1");
                return;
            } catch (RespError e) {
                if (!e.code().equals("MOVED")) {
                    throw e;
                }
            }
        }
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** SIGSTOP: its connections stay open, and it does nothing. */
    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** SIGTERM, and waits for the end; answers the exit code. */
    public int terminate() {
        process.destroy();
        return awaitEnd();
    }

    /** Waits until it has ended by itself; answers the exit code. */
    public int awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the process does not end; its output: " + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** SIGTERM, without waiting for the end. */
    public void end() {
        process.destroy();
    }

    /** Whether it runs, or is paused. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGSTOP or SIGCONT. */
    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                .start()
                .waitFor();
    }

    /** Has it write what its threads do into its output; of no effect if it does not run. */
    public void printThreads() throws IOException {
        try {
            signal("QUIT");
            Await.until(
                    "its threads are written down",
                    Duration.ofSeconds(10),
                    () -> !isAlive() || output().contains("JNI global ref"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Starts it again in the same folder. */
    public void restart() throws IOException {
        process = launch();
    }

    /** The largest resident set so far, in kilobytes. */
    public long peakMemoryKilobytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        }
    }

    /** User and system seconds so far; 0 once it has ended. */
    public double cpuSeconds() {
        return process.toHandle()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toMillis()
                / 1000.0;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        awaitEnd();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static long acknowledged(RedisServer master) {
        return Long.parseLong(linkOf(master).replaceAll(".*offset=(\\d+).*", "$1"));
    }

    /** What the master says of us, who are reached at no port, other than its replicas: {@code ip=…,port=0,state=online,offset=123,lag=0}. */
    private static String linkOf(RedisServer master) {
        return String.valueOf(master.command("INFO", "replication"))
                .lines()
                .filter(line -> line.matches("slave\\d+:.*port=0,.*"))
                .findFirst()
                .orElse("offset=0");
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(java);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add("io.caravan.app.Caravan");
        command.addAll(arguments);
        Path output = folder.resolve("output.log");
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        Files.writeString(output, "", StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                                .toFile()))
                .start();
    }
}
