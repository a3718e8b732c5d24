package io.caravan;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import io.caravan.command.CommandBatch;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The package tree is the architecture: which room may use which. */
class LayerTest {

    /** Each room and those it may use. A new room needs a line here. */
    private static final Map<String, List<String>> ARROWS = new TreeMap<>(Map.ofEntries(
            Map.entry("resp", List.of()),
            Map.entry("node", List.of()),
            Map.entry("spool", List.of()),
            Map.entry("thread", List.of()),
            Map.entry("command", List.of("resp", "node")),
            Map.entry("rdb", List.of("resp", "node")),
            Map.entry("refresh", List.of("command", "resp", "node")),
            Map.entry("checkpoint", List.of("command", "node")),
            Map.entry("transform", List.of("command", "resp", "node")),
            Map.entry("dialect", List.of("command", "rdb", "resp", "node")),
            Map.entry("replication", List.of("command", "rdb", "resp", "node", "spool", "thread")),
            Map.entry("cluster", List.of("command", "dialect", "refresh", "resp", "node", "thread")),
            Map.entry("verify", List.of("command", "rdb", "resp", "node")),
            Map.entry("precheck", List.of("command", "resp", "node", "spool", "checkpoint", "replication", "cluster")),
            Map.entry(
                    "camel",
                    List.of(
                            "command",
                            "rdb",
                            "resp",
                            "node",
                            "refresh",
                            "checkpoint",
                            "transform",
                            "dialect",
                            "replication",
                            "spool",
                            "thread",
                            "cluster",
                            "precheck",
                            "verify")),
            Map.entry("control", List.of("node", "replication", "cluster", "precheck", "verify", "camel")),
            Map.entry("app", List.of("camel", "control", "precheck", "verify"))));

    private static JavaClasses caravan;

    @BeforeAll
    static void readClasses() throws URISyntaxException {
        var main = CommandBatch.class.getProtectionDomain().getCodeSource().getLocation();
        caravan = new ClassFileImporter().importPath(Path.of(main.toURI()));
    }

    @Test
    void every_class_is_in_a_room() {
        classes()
                .should()
                .resideInAnyPackage(
                        ARROWS.keySet().stream().map(LayerTest::packagesOf).toArray(String[]::new))
                .check(caravan);
    }

    @Test
    void a_room_uses_only_those_that_its_arrows_point_to() {
        LayeredArchitecture rooms = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String room : ARROWS.keySet()) {
            rooms = rooms.layer(room).definedBy(packagesOf(room));
        }
        for (var arrow : ARROWS.entrySet()) {
            rooms = arrow.getValue().isEmpty()
                    ? rooms.whereLayer(arrow.getKey()).mayNotAccessAnyLayer()
                    : rooms.whereLayer(arrow.getKey())
                            .mayOnlyAccessLayers(arrow.getValue().toArray(new String[0]));
        }

        rooms.check(caravan);
    }

    @Test
    void rooms_do_not_depend_on_each_other_in_circles() {
        slices().matching("io.caravan.(*)..").should().beFreeOfCycles().check(caravan);
    }

    @Test
    void camel_stops_at_the_endpoints_the_processors_and_the_application() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        packagesOf("camel"), packagesOf("control"), packagesOf("app"), packagesOf("transform"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.camel..")
                .check(caravan);
    }

    @Test
    void lettuce_stops_at_the_destination() {
        noClasses()
                .that()
                .resideOutsideOfPackage(packagesOf("cluster"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.lettuce..")
                .check(caravan);
    }

    @Test
    void only_rooms_with_connections_know_netty() {
        noClasses()
                .that()
                .resideOutsideOfPackages(packagesOf("replication"), packagesOf("cluster"), packagesOf("camel"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(caravan);
    }

    @Test
    void meters_are_made_at_the_endpoints_and_of_tasks() {
        noClasses()
                .that()
                .resideOutsideOfPackages(packagesOf("camel"), packagesOf("control"), packagesOf("app"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer..")
                .check(caravan);
    }

    @Test
    void in_every_package_nothing_is_null_unless_it_says_so() {
        List<String> unmarked = caravan.getPackage("io.caravan").getSubpackagesInTree().stream()
                .filter(room -> !room.getClasses().isEmpty())
                .filter(room -> !room.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName)
                .toList();

        assertThat(unmarked)
                .as("packages without @NullMarked in a package-info.java")
                .isEmpty();
    }

    @Test
    void every_package_says_what_it_does() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java/io/caravan"))) {
            List<Path> packages = files.filter(Files::isDirectory)
                    .filter(LayerTest::holdsClasses)
                    .toList();

            assertThat(packages)
                    .hasSizeGreaterThanOrEqualTo(ARROWS.size())
                    .allSatisfy(folder -> assertThat(folder.resolve("package-info.java"))
                            .content()
                            .startsWith("/**")
                            .containsPattern("Start\\s+(\\*\\s+)?reading"));
        }
    }

    private static boolean holdsClasses(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".java"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String packagesOf(String room) {
        return "io.caravan." + room + "..";
    }
}
