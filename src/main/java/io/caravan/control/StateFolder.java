package io.caravan.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the ids and histories of tasks outlive a process: a folder with a file {@code <id>.jsonl} for each. Used by one thread.
 */
final class StateFolder {

    private static final Logger LOG = LoggerFactory.getLogger(StateFolder.class);
    private static final String ENDING = ".jsonl";
    private static final int ID_BYTES = 4;

    /** Keeps nothing. */
    static final StateFolder NONE = new StateFolder(null);

    private final SecureRandom random = new SecureRandom();
    private final @Nullable Path folder;

    private StateFolder(@Nullable Path folder) {
        this.folder = folder;
    }

    /** The folder of that name, which is made if it is not there; none, so that nothing is kept, if the name is empty. */
    static StateFolder of(String name) {
        if (name.isEmpty()) {
            return NONE;
        }
        try {
            return new StateFolder(Files.createDirectories(Path.of(name)));
        } catch (IOException e) {
            LOG.warn(
                    "caravan.state.directory={}: the folder cannot be made: {}. Ids and histories of tasks end with this"
                            + " process; name a folder that can be written, or none",
                    name,
                    e.toString());
            return NONE;
        }
    }

    /** The history of the task of a route, by the id that it was given once; it gets one if it has none yet. */
    TaskHistory historyOf(String route, String name) {
        Path in = folder;
        if (in == null) {
            return TaskHistory.inMemory(new TaskIdentity(newId(name), name, route));
        }
        String id = idOf(in, route).orElseGet(() -> newId(name));
        return TaskHistory.in(in.resolve(id + ENDING), new TaskIdentity(id, name, route));
    }

    private static Optional<String> idOf(Path folder, String route) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> written = files.filter(file -> file.toString().endsWith(ENDING))
                    .sorted()
                    .toList();
            return written.stream()
                    .flatMap(file -> identityIn(file).stream())
                    .filter(task -> task.route().equals(route))
                    .map(TaskIdentity::id)
                    .findFirst();
        } catch (IOException e) {
            LOG.warn("caravan.state.directory={} cannot be read: {}", folder, e.toString());
            return Optional.empty();
        }
    }

    /** The name of the file counts: it cannot lead out of the folder. */
    private static Optional<TaskIdentity> identityIn(Path file) {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            return TaskIdentity.parse(String.valueOf(reader.readLine()))
                    .filter(task -> file.getFileName().toString().equals(task.id() + ENDING));
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.toString());
            return Optional.empty();
        }
    }

    /** {@code sync-3f2a91c0}: letters of the name, to be known by, and digits that no other has. */
    private String newId(String name) {
        var bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String letters = name.replaceAll("[^A-Za-z0-9_-]", "");
        return (letters.isEmpty() ? "task" : letters.substring(0, Math.min(40, letters.length()))) + "-"
                + HexFormat.of().formatHex(bytes);
    }
}
