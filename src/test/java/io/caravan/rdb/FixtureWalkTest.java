package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.rdb.RdbReader.Entry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads every snapshot that a real server wrote, and compares what is found with what another reader found. */
class FixtureWalkTest {

    @BeforeAll
    static void look() {
        Fixtures.assumePresent();
    }

    static Stream<String> walked() {
        return Fixtures.snapshots().stream()
                .filter(path -> Files.exists(path.resolveSibling(path.getFileName() + ".walk.txt")))
                .map(Fixtures::nameOf);
    }

    static Stream<String> notWalked() {
        return Fixtures.snapshots().stream()
                .filter(path -> !Files.exists(path.resolveSibling(path.getFileName() + ".walk.txt")))
                .map(Fixtures::nameOf);
    }

    @ParameterizedTest
    @MethodSource("walked")
    void every_key_is_found_with_its_type_and_attributes(String name) throws Exception {
        Path path = Fixtures.resolve(name);
        FixtureWalk expected = FixtureWalk.of(path);

        FixtureWalk found = walk(ByteSources.whole(Fixtures.read(path)));

        assertThat(found.keys()).isEqualTo(expected.keys());
        assertThat(found).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("notWalked")
    void a_snapshot_is_read_to_its_end(String name) throws Exception {
        byte[] snapshot = Fixtures.read(Fixtures.resolve(name));

        FixtureWalk whole = walk(ByteSources.whole(snapshot));

        assertThat(walk(ByteSources.inPieces(snapshot, 1))).isEqualTo(whole);
    }

    @Test
    void a_snapshot_that_arrives_in_single_bytes_is_the_same() throws Exception {
        for (String name :
                List.of("deb-redis-8.6.3/default.rdb", "deb-valkey-9.1.2/default.rdb", "3.0.7/noncompact.rdb")) {
            Path path = Fixtures.resolve(name);

            assertThat(walk(ByteSources.inPieces(Fixtures.read(path), 1))).isEqualTo(FixtureWalk.of(path));
        }
    }

    private static FixtureWalk walk(ByteSource source) throws Exception {
        var in = new RdbInput(source, 0);
        var reader = new RdbReader(in);
        var skipper = new ValueSkipper(in);
        in.require(9);
        var magic = new String(in.window(), in.position(), 9, StandardCharsets.US_ASCII);
        reader.readHeader();
        int auxFields = 0;
        int functions = 0;
        var keys = new ArrayList<String>();
        for (Entry entry = reader.next(); entry != Entry.END; entry = reader.next()) {
            switch (entry) {
                case AUX -> auxFields++;
                case FUNCTION -> functions++;
                case KEY -> {
                    keys.add(describe(reader));
                    skipper.skipValue(reader.type());
                }
                case END -> throw new AssertionError("the end is not an entry of the loop");
            }
        }
        assertThat(in.rest()).isEmpty();
        return new FixtureWalk(magic, auxFields, functions, keys);
    }

    private static String describe(RdbReader reader) {
        return FixtureWalk.key(
                reader.database(),
                reader.key(),
                reader.type(),
                reader.expireAtMillis() == RdbReader.NO_EXPIRY ? "None" : Long.toString(reader.expireAtMillis()),
                reader.idleSeconds() == RdbReader.NOT_TOLD ? "None" : Integer.toString(reader.idleSeconds()),
                reader.frequency() == RdbReader.NOT_TOLD ? "None" : Integer.toString(reader.frequency()));
    }
}
