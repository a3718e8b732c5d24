package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Decodes what real servers wrote into commands, applies them, and compares with what the servers said of their data.
 */
class FixtureDecodeTest {

    private static final int DATABASES = 16;

    @BeforeAll
    static void look() {
        Fixtures.assumePresent();
    }

    /** Each snapshot of a server whose data is described: a cluster's and an empty one are not of the same data. */
    static Stream<String> described() {
        return Fixtures.snapshots().stream()
                .filter(path -> Files.exists(path.resolveSibling("default.keys.json")))
                .filter(path -> !path.getFileName().toString().matches("(cluster|empty|idmp).*"))
                .map(Fixtures::nameOf);
    }

    @ParameterizedTest
    @MethodSource("described")
    void the_commands_make_the_values_that_the_server_had(String name) throws Exception {
        assertDecoded(name, Decoding.ANYTHING, new RdbInput(ByteSources.whole(snapshot(name)), 0));
    }

    static Stream<String> ofEachServer() {
        return described().filter(name -> name.matches(".*/(default|noncompact)\\.rdb"));
    }

    @ParameterizedTest
    @MethodSource("ofEachServer")
    void small_commands_make_the_same_values(String name) throws Exception {
        DecodeTarget small = Decoding.ANYTHING.with(new DecodeLimits(3, 50, 20_000));

        assertDecoded(name, small, new RdbInput(ByteSources.inPieces(snapshot(name), 1000), 0));
    }

    @Test
    void the_memory_of_idempotent_producers_is_taken_over() throws Exception {
        byte[] snapshot = snapshot("deb-redis-8.6.3/idmp.rdb");

        MemoryDestination database = SnapshotFixture.decode(
                        new RdbInput(ByteSources.whole(snapshot), 0), Decoding.ANYTHING, new HashSet<>())
                .getOrDefault(0, new MemoryDestination());

        var stream = (MemoryStream) database.value("stream:idmp");
        assertThat(stream.entries).hasSize(4);
        assertThat(stream.configuration).containsExactly("IDMP-DURATION", "100", "IDMP-MAXSIZE", "100");
        assertThat(stream.records.keySet()).containsExactly("prodA/iid-0", "prodA/iid-1", "prodA/iid-2", "prodB/iid-0");
        var configured = (MemoryStream) database.value("stream:auto");
        assertThat(configured.configuration).containsExactly("IDMP-DURATION", "300", "IDMP-MAXSIZE", "100");
    }

    @Test
    void module_values_are_refused_by_name() throws Exception {
        Set<String> refused = new HashSet<>();
        for (String name : List.of("modules/5.0.14-bloom.rdb", "modules/7.2.6-tair.rdb")) {
            SnapshotFixture.decode(new RdbInput(ByteSources.whole(snapshot(name)), 0), Decoding.ANYTHING, refused);
        }

        assertThat(refused)
                .anyMatch(message -> message.contains(" MBbloom--,"))
                .anyMatch(message -> message.contains(" exstrtype,"));
    }

    private static byte[] snapshot(String name) {
        return Fixtures.read(Fixtures.resolve(name));
    }

    private static void assertDecoded(String name, DecodeTarget target, RdbInput in) throws Exception {
        Path snapshot = Fixtures.resolve(name);
        String variant = snapshot.getFileName().toString().startsWith("noncompact") ? "noncompact" : "default";
        Set<String> refused = new HashSet<>();

        Map<Integer, MemoryDestination> databases = SnapshotFixture.decode(in, target, refused);

        for (int number = 0; number < DATABASES; number++) {
            List<ExpectedValue> expected =
                    ExpectedValue.of(snapshot.resolveSibling(variant + ".keys.json"), number).stream()
                            .filter(value -> !value.type().equals("vectorset"))
                            .toList();
            MemoryDestination found = databases.getOrDefault(number, new MemoryDestination());
            assertThat(found.keys())
                    .isEqualTo(expected.stream().map(ExpectedValue::key).collect(Collectors.toSet()));
            for (ExpectedValue value : expected) {
                value.assertExpiresAt(found.expiryOf(value.key()));
                value.assertIs(found.value(value.key()));
            }
        }
        assertThat(refused).allMatch(message -> message.contains("vectorset"));
    }
}
