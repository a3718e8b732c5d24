package io.caravan.servers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Writes to a deployment in the background until it is stopped, the same sequence for the same seed.
 *
 * <p>Each writer thread has hash tags of its own, and so keys whose value it knows: counters, and lists that hold exactly
 * 1 to n. All other commands of the mix are checked by comparing source and destination only. Redirections and servers
 * that are busy, loading or gone for a while are waited out; after a lost connection the writer reads its counters and
 * lists back, since it cannot know what became of the last commands.
 */
public final class Load implements AutoCloseable {
    private static final long STOP_LIMIT_SECONDS = 90;

    private final LoadOptions options;
    private final List<LoadWriter> writers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long startNanos = System.nanoTime();

    Load(LoadOptions options) {
        this.options = options;
        for (int i = 0; i < options.threads(); i++) {
            LoadWriter writer = new LoadWriter(options, i);
            Thread thread = new Thread(writer, "load-" + i);
            thread.setDaemon(true);
            writers.add(writer);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    /** Options for writing to this deployment. */
    public static LoadOptions on(Deployment deployment) {
        return new LoadOptions(deployment);
    }

    /** How many commands were acknowledged so far; any thread may ask. */
    public long acknowledged() {
        return writers.stream().mapToLong(LoadWriter::acknowledged).sum();
    }

    /** Whether a command failed that should not have; {@link #stop()} says which. Any thread may ask. */
    public boolean hasFailed() {
        return writers.stream().anyMatch(writer -> !writer.failures().isEmpty());
    }

    /**
     * Ends all writers and returns when the source has acknowledged everything. Throws {@link AssertionError} if a command
     * failed that should not have.
     */
    public LoadReport stop() {
        end();
        List<String> failures =
                writers.stream().flatMap(writer -> writer.failures().stream()).toList();
        if (!failures.isEmpty()) {
            throw new AssertionError(
                    "load with seed " + options.seed() + " failed:\n  " + String.join("\n  ", failures));
        }
        Map<String, Long> counters = new TreeMap<>();
        Map<String, Long> lists = new TreeMap<>();
        for (LoadWriter writer : writers) {
            for (TrackedTag tag : writer.tags()) {
                counters.put(tag.counterKey(), tag.counter());
                lists.put(tag.listKey(), tag.listEnd());
            }
        }
        return new LoadReport(
                acknowledged(),
                writers.stream().mapToLong(LoadWriter::unanswered).sum(),
                writers.stream().mapToLong(LoadWriter::retries).sum(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos),
                counters,
                lists);
    }

    private void end() {
        writers.forEach(LoadWriter::stop);
        try {
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(STOP_LIMIT_SECONDS));
                if (thread.isAlive()) {
                    throw new AssertionError(thread.getName() + " does not end");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the load ends", e);
        }
    }

    /** Ends all writers; whoever wants to know how they fared calls {@link #stop()} before. */
    @Override
    public void close() {
        end();
    }
}
