package io.caravan.servers;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A server program at hand on this machine. Found once per JVM, in this order:
 *
 * <ol>
 *   <li>{@code target/servers/<label>/}, unpacked by Maven;
 *   <li>each sub-folder of the folders in the system property {@code caravan.servers} and in the environment variable
 *       {@code CARAVAN_SERVERS} (path lists); the sub-folder's name is the label. The program may be a script if it ends
 *       in {@code exec}: signals go to the process that was started;
 *   <li>{@code redis-server} and {@code valkey-server} on the PATH, unless that product and version was already found.
 * </ol>
 */
public record ServerProgram(String label, Path path, ServerVersion version, Product product) {
    /** Who makes the server. Versions of the two are compared as plain numbers. */
    public enum Product {
        REDIS,
        VALKEY
    }

    static final Comparator<ServerProgram> BY_VERSION = Comparator.comparing(ServerProgram::version)
            .thenComparing(ServerProgram::product)
            .thenComparing(ServerProgram::label);

    /** All programs at hand, oldest first. */
    public static List<ServerProgram> all() {
        return InstalledPrograms.ALL;
    }

    /** The program with the highest version number. */
    public static ServerProgram newest() {
        List<ServerProgram> all = atLeastOne();
        return all.get(all.size() - 1);
    }

    /** The oldest program that {@link RedisCluster} can make a cluster of (3.2 and later). */
    public static ServerProgram oldestWithCluster() {
        return atLeastOne().stream()
                .filter(program -> program.atLeast("3.2"))
                .findFirst()
                .orElseThrow(() -> missing("3.2 or later"));
    }

    /** The program with this label or this version: {@code of("7.0.15")}. */
    public static ServerProgram of(String labelOrVersion) {
        return atLeastOne().stream()
                .filter(program -> program.label.equals(labelOrVersion)
                        || program.version.toString().equals(labelOrVersion))
                .findFirst()
                .orElseThrow(() -> missing(labelOrVersion));
    }

    public boolean atLeast(String version) {
        return this.version.atLeast(version);
    }

    /** Whether the program was built with TLS; asks the program. */
    public boolean hasTls() {
        return InstalledPrograms.hasTls(this);
    }

    /** {@code redis 7.0.15}, with the label behind it where that says more. */
    @Override
    public String toString() {
        String name = product.name().toLowerCase(Locale.ROOT) + " " + version;
        return label.equals(version.toString()) ? name : name + " (" + label + ")";
    }

    private static List<ServerProgram> atLeastOne() {
        if (all().isEmpty()) {
            throw missing("any version");
        }
        return all();
    }

    private static IllegalStateException missing(String wanted) {
        return new IllegalStateException("no server program for " + wanted + " among " + all()
                + "; run 'mvn generate-test-resources' to unpack some into target/servers,"
                + " or name a folder of them with -Dcaravan.servers=…");
    }
}
