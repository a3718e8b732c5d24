package io.caravan.sync;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands that are given where a process runs, each a process of its own. */
final class ManagementCommands implements AutoCloseable {

    private final Path folder;
    private final Path outputs;

    private ManagementCommands(Path folder, Path outputs) {
        this.folder = folder;
        this.outputs = outputs;
    }

    /** What a command has written, to both outputs, and how it has ended. */
    record Ended(int exitCode, String output) {}

    static ManagementCommands like(CaravanProcess process) throws IOException {
        return new ManagementCommands(process.folder(), Files.createTempDirectory("caravan-commands-"));
    }

    Ended run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "io.caravan.app.Caravan"));
        command.addAll(List.of(arguments));
        Path output = outputs.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exitCode = process.waitFor();
        return new Ended(
                exitCode, Files.readString(output, StandardCharsets.UTF_8).strip());
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(outputs.resolve("output"));
        Files.delete(outputs);
    }
}
