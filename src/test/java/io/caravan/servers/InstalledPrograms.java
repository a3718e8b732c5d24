package io.caravan.servers;

import io.caravan.servers.ServerProgram.Product;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks for server programs, once per JVM; {@link ServerProgram} says where. */
final class InstalledPrograms {
    private static final String MAVEN_FOLDER = "target/servers";
    private static final String PLACES = "caravan.servers";
    private static final Pattern VERSION_LINE = Pattern.compile("(\\S+) server v=(\\d\\S*).*", Pattern.DOTALL);

    /** Sorted by version; what does not answer {@code --version} is left out with a warning. */
    static final List<ServerProgram> ALL = find();

    private InstalledPrograms() {}

    private static List<ServerProgram> find() {
        List<ServerProgram> found = new ArrayList<>();
        addFoldersIn(Path.of(System.getProperty("basedir", ""), MAVEN_FOLDER), found);
        for (String place :
                List.of(System.getProperty(PLACES, ""), System.getenv().getOrDefault("CARAVAN_SERVERS", ""))) {
            folders(place).forEach(folder -> addFoldersIn(folder, found));
        }
        addFromPath(found);
        found.sort(ServerProgram.BY_VERSION);
        return List.copyOf(found);
    }

    private static Stream<Path> folders(String pathList) {
        return Arrays.stream(pathList.split(File.pathSeparator))
                .filter(name -> !name.isBlank())
                .map(Path::of);
    }

    private static void addFoldersIn(Path place, List<ServerProgram> found) {
        if (!Files.isDirectory(place)) {
            return;
        }
        try (Stream<Path> folders = Files.list(place)) {
            folders.filter(Files::isDirectory)
                    .flatMap(folder -> programIn(folder).stream()
                            .flatMap(path -> program(folder.getFileName().toString(), path).stream()))
                    .forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Directly in the folder, or in a {@code bin} below it (an unpacked package has its init scripts elsewhere). */
    private static Optional<Path> programIn(Path folder) {
        try (Stream<Path> files = Files.find(folder, 5, (path, attributes) -> isServerName(path))) {
            return files.filter(Files::isRegularFile)
                    .filter(path -> isProgramPlace(folder.relativize(path)))
                    .min(Comparator.comparingInt(Path::getNameCount));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isProgramPlace(Path relative) {
        int names = relative.getNameCount();
        return names == 1 || relative.getName(names - 2).endsWith("bin");
    }

    private static boolean isServerName(Path path) {
        String name = path.getFileName().toString();
        return (name.startsWith("redis-server") || name.startsWith("valkey-server"))
                && !name.endsWith(".exe")
                && !name.endsWith(".app");
    }

    private static void addFromPath(List<ServerProgram> found) {
        for (String name : List.of("redis-server", "valkey-server")) {
            folders(System.getenv().getOrDefault("PATH", ""))
                    .map(folder -> folder.resolve(name))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .flatMap(path -> program(name + " on the PATH", path))
                    .filter(program -> found.stream().noneMatch(other -> sameRelease(program, other)))
                    .ifPresent(found::add);
        }
    }

    private static boolean sameRelease(ServerProgram one, ServerProgram other) {
        return one.product() == other.product() && one.version().equals(other.version());
    }

    private static Optional<ServerProgram> program(String label, Path path) {
        try {
            if (!Files.isExecutable(path) && !path.toFile().setExecutable(true)) {
                throw new IOException("cannot be made executable");
            }
            return Optional.of(parse(label, path.toAbsolutePath(), versionLine(path.toAbsolutePath())));
        } catch (IOException e) {
            System.getLogger(InstalledPrograms.class.getName())
                    .log(System.Logger.Level.WARNING, "server program {0} is left out: {1}", path, e.getMessage());
            return Optional.empty();
        }
    }

    private static String versionLine(Path path) throws IOException {
        return output(path, "--version", "");
    }

    /** Asks for TLS without a certificate: every program ends over that, but only one with TLS misses the certificate. */
    static boolean hasTls(ServerProgram program) {
        try {
            return output(program.path(), "-", "bind 127.0.0.1\nport 0\ntls-port 1\n")
                    .contains("No tls-cert-file configured");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String output(Path path, String argument, String input) throws IOException {
        Process process = new ProcessBuilder(path.toString(), argument)
                .redirectErrorStream(true)
                .start();
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** {@code Redis server v=7.0.15 sha=…} or {@code Valkey server v=8.0.1 sha=…}. */
    static ServerProgram parse(String label, Path path, String versionLine) throws IOException {
        Matcher match = VERSION_LINE.matcher(versionLine);
        if (!match.matches()) {
            throw new IOException("--version answers '" + versionLine.strip() + "'");
        }
        Product product = match.group(1).equals("Valkey") ? Product.VALKEY : Product.REDIS;
        return new ServerProgram(label, path, ServerVersion.parse(match.group(2)), product);
    }
}
