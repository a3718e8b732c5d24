package io.caravan.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The operating system's side of one server: its folder, its process, its signals, its log. For one thread at a time. */
final class ServerProcess {
    private static final AtomicInteger IDS = new AtomicInteger();
    private static final int LOG_LINES = 40;

    private final int id = IDS.incrementAndGet();
    private final ServerProgram program;
    private final Path folder;
    private Optional<Process> process = Optional.empty();
    private long logStartBytes;
    private boolean paused;

    ServerProcess(ServerProgram program) {
        this.program = program;
        try {
            folder = Files.createTempDirectory("caravan-server-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        OrphanWatch.stopped(id, folder);
    }

    Path folder() {
        return folder;
    }

    private Path logFile() {
        return folder.resolve("server.log");
    }

    void start(List<String> configuration, String... arguments) {
        try {
            Path file = Files.write(folder.resolve("redis.conf"), configuration);
            logStartBytes = Files.exists(logFile()) ? Files.size(logFile()) : 0;
            List<String> command = new ArrayList<>(List.of(program.path().toString(), file.toString()));
            command.addAll(List.of(arguments));
            Process started = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
                    .start();
            process = Optional.of(started);
            OrphanWatch.running(id, started.pid(), folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.map(Process::isAlive).orElse(false);
    }

    /** Alive, and neither paused nor about to answer late for that. */
    boolean isResponsive() {
        return isAlive() && !paused;
    }

    long pid() {
        return process.orElseThrow(() -> new IllegalStateException("not started"))
                .pid();
    }

    /** Ends the process with SIGKILL and returns when it is gone. */
    void kill() {
        process.ifPresent(running -> {
            running.destroyForcibly();
            awaitEnd();
        });
    }

    /** Returns when the process, told to end by other means, is gone. */
    void awaitEnd() {
        Process running = process.orElseThrow();
        try {
            if (!running.waitFor(20, TimeUnit.SECONDS)) {
                throw new AssertionError("process " + running.pid() + " does not end; its log:\n" + log());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while process " + running.pid() + " ends", e);
        }
        paused = false;
        OrphanWatch.stopped(id, folder);
    }

    void pause() {
        signal("STOP");
        paused = true;
    }

    void resume() {
        signal("CONT");
        paused = false;
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid()).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("SIG" + name + " did not reach process " + pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while sending SIG" + name, e);
        }
    }

    /** The last lines of the log. */
    String log() {
        List<String> lines = text(0).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /** The log since the last start. */
    String logSinceStart() {
        return text(logStartBytes);
    }

    private String text(long fromByte) {
        try {
            byte[] bytes = Files.exists(logFile()) ? Files.readAllBytes(logFile()) : new byte[0];
            int from = (int) Math.min(fromByte, bytes.length);
            return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills the process and removes the folder. */
    void remove() {
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        OrphanWatch.forget(id);
    }
}
