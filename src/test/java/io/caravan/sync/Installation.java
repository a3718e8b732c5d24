package io.caravan.sync;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The packaged application, unpacked into a folder of its own that goes with it. */
public final class Installation implements AutoCloseable {

    private final Path folder;
    private final Path home;

    private Installation(Path folder, Path home) {
        this.folder = folder;
        this.home = home;
    }

    /** Unpacks what {@code ./mvnw package} left under {@code target}. */
    public static Installation unpacked() throws IOException, InterruptedException {
        Path archive = only(Path.of("target"), "-bin.tar.gz");
        Path folder = Files.createTempDirectory("caravan-");
        int status = new ProcessBuilder("tar", "-xzf", archive.toAbsolutePath().toString(), "-C", folder.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("tar could not unpack " + archive);
        }
        return new Installation(folder, only(folder, ""));
    }

    /**
     * Starts the shipped route between two sets of nodes, by the start script.
     *
     * @param javaOptions in place of the script's own; empty for those
     * @param settings more lines of {@code config/application.properties}
     * @return a process that writes to {@link #output()}
     */
    public Process start(String source, String destination, String javaOptions, String... settings) throws IOException {
        Files.writeString(
                home.resolve("config/application.properties"),
                "source = " + source + "\ndestination = " + destination + "\ncamel.management.port = 0\n"
                        + String.join("\n", settings) + "\n");
        var builder = new ProcessBuilder(home.resolve("bin/caravan").toString())
                .redirectErrorStream(true)
                .redirectOutput(output().toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        if (!javaOptions.isEmpty()) {
            builder.environment().put("CARAVAN_JAVA_OPTS", javaOptions);
        }
        return builder.start();
    }

    /** A folder for what a process may leave behind; it goes with the installation. */
    public Path work() {
        return folder;
    }

    /** What the process that was started last has written. */
    public Path output() {
        return folder.resolve("output.log");
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Path only(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(ending)).toList();
            if (found.size() != 1) {
                throw new IOException("one file *" + ending + " was expected in " + folder + ", there are " + found
                        + "; run ./mvnw clean package -DskipTests");
            }
            return found.get(0);
        }
    }
}
