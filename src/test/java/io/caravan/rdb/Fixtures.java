package io.caravan.rdb;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The snapshots that real servers wrote, with what is in them: in the folder that the system property
 * {@code caravan.fixtures} names, else beside the project.
 */
final class Fixtures {

    private static final Path FOLDER = Path.of(System.getProperty("caravan.fixtures", "../shared/fixtures"))
            .resolve("rdb");

    private Fixtures() {}

    /** Skips the test where there are none. */
    static void assumePresent() {
        assumeTrue(
                Files.isDirectory(FOLDER),
                () -> "no snapshots in " + FOLDER.toAbsolutePath() + "; name their folder with -Dcaravan.fixtures=…");
    }

    /** All snapshots, by path. */
    static List<Path> snapshots() {
        return find("*.rdb");
    }

    /** All descriptions of a server's data, {@code <server>/<default or noncompact>.keys.json}. */
    static List<Path> expectedValues() {
        return find("*.keys.json");
    }

    static Path resolve(String path) {
        return FOLDER.resolve(path);
    }

    /** A snapshot's path from the fixtures' folder on. */
    static String nameOf(Path path) {
        return FOLDER.relativize(path).toString();
    }

    static byte[] read(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> find(String glob) {
        if (!Files.isDirectory(FOLDER)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(FOLDER)) {
            var matcher = FOLDER.getFileSystem().getPathMatcher("glob:**/" + glob);
            return files.filter(matcher::matches).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
