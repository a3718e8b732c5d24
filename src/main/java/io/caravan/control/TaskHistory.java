package io.caravan.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has happened to a task, the latest {@value #KEPT} events of it, in memory and, where there is a folder, in a file that
 * the next process reads: a line that says whose it is, then a line for each event.
 *
 * <p>Lines are added at the end; when there are twice as many as are kept, the file is written anew. A line that is not whole, as
 * a process that was killed may leave, is passed over. A file that cannot be written costs the history of later processes and
 * nothing else. Thread-safe; {@link #add} may wait for the disk.
 */
final class TaskHistory {

    static final int KEPT = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(TaskHistory.class);

    private final TaskIdentity task;
    private final @Nullable Path file;
    private final Deque<HistoryEvent> events = new ArrayDeque<>();
    private int lines;
    private boolean refused;

    private TaskHistory(TaskIdentity task, @Nullable Path file) {
        this.task = task;
        this.file = file;
    }

    /** A history that ends with the process. */
    static TaskHistory inMemory(TaskIdentity task) {
        return new TaskHistory(task, null);
    }

    /** The history in a file, which is begun if it is not there. */
    static TaskHistory in(Path file, TaskIdentity task) {
        var history = new TaskHistory(task, file);
        history.read(file);
        return history;
    }

    /** Whose it is. */
    TaskIdentity task() {
        return task;
    }

    /** Adds an event of this moment. */
    synchronized void add(HistoryEvent.Kind kind, String text) {
        var event = new HistoryEvent(Instant.now(), kind, text);
        keep(event);
        Path to = file;
        if (to == null) {
            return;
        }
        try {
            if (lines >= 2 * KEPT) {
                rewrite(to);
            } else {
                Files.writeString(to, line(event), StandardOpenOption.APPEND);
                lines++;
            }
            refused = false;
        } catch (IOException e) {
            tellOnce(e);
        }
    }

    /** The latest, the newest last. */
    synchronized List<HistoryEvent> latest(int count) {
        List<HistoryEvent> all = new ArrayList<>(events);
        return List.copyOf(all.subList(Math.max(0, all.size() - count), all.size()));
    }

    private synchronized void read(Path from) {
        try {
            List<String> written = Files.exists(from)
                    ? List.of(new String(Files.readAllBytes(from), StandardCharsets.UTF_8).split("\n"))
                    : List.of();
            written.stream()
                    .skip(1)
                    .flatMap(line -> HistoryEvent.parse(line).stream())
                    .forEach(this::keep);
            rewrite(from);
        } catch (IOException e) {
            tellOnce(e);
        }
    }

    private void keep(HistoryEvent event) {
        events.add(event);
        if (events.size() > KEPT) {
            events.remove();
        }
    }

    /** Whoever reads meanwhile, or comes after a crash, finds the one file or the other. */
    private void rewrite(Path to) throws IOException {
        Path beside = to.resolveSibling(to.getFileName() + ".new");
        Files.writeString(
                beside,
                task.json().toJson() + "\n"
                        + events.stream().map(TaskHistory::line).collect(Collectors.joining()));
        Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        lines = events.size();
    }

    private static String line(HistoryEvent event) {
        return event.json().toJson() + "\n";
    }

    private void tellOnce(IOException e) {
        if (!refused) {
            LOG.warn(
                    "task {}: its history cannot be written to {}: {}. It is kept in memory; see that the folder can be"
                            + " written, or set caravan.state.directory",
                    task.name(),
                    file,
                    e.toString());
        }
        refused = true;
    }
}
