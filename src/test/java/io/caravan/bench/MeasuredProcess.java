package io.caravan.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Caravan as a process, and what the operating system says of it. */
final class MeasuredProcess implements AutoCloseable {

    private static final double TICKS_PER_SECOND = 100;
    private static final int USER_TIME = 13;
    private static final int SYSTEM_TIME = 14;

    private final Path output;
    private final Process process;

    MeasuredProcess(Path output, Process process) {
        this.output = output;
        this.process = process;
    }

    /** User and system seconds so far. */
    double cpuSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] field = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(field[USER_TIME - 2]) + Long.parseLong(field[SYSTEM_TIME - 2])) / TICKS_PER_SECOND;
    }

    /** The largest resident set so far, in megabytes. */
    long peakMegabytes() throws IOException {
        return megabytes("VmHWM:");
    }

    /** The resident set, in megabytes. */
    long megabytes() throws IOException {
        return megabytes("VmRSS:");
    }

    private long megabytes(String field) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith(field))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElse(0)
                    / 1024;
        }
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    /** SIGSTOP or SIGCONT. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** SIGTERM, as an operator stops it; returns once it has ended. */
    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
