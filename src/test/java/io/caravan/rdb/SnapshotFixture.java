package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.rdb.DecodeTarget.Ability;
import io.caravan.rdb.RdbReader.Entry;
import io.caravan.servers.RespClient;
import io.caravan.servers.ServerProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A snapshot that a real server wrote, with what its keys were there: as the server said where it was asked, else as
 * {@link ValueDecoder} reads them, which {@link FixtureDecodeTest} holds to what the servers said.
 */
public final class SnapshotFixture {

    /** Before the first of the data expires. */
    private static final long THEN = 1_795_000_000_000L;

    private static final int DATABASES = 16;

    private final Path path;

    private SnapshotFixture(Path path) {
        this.path = path;
    }

    /**
     * A key in its database.
     *
     * @param name its bytes in ISO 8859-1
     */
    public record Key(int database, String name) {}

    /** All of them, by path; none if the folder is not there. */
    public static List<SnapshotFixture> all() {
        return Fixtures.snapshots().stream().map(SnapshotFixture::new).toList();
    }

    /** Skips the test where there are none. */
    public static void assumePresent() {
        Fixtures.assumePresent();
    }

    /** The folder, which names who wrote it: {@code deb-valkey-9.1.2}; {@code modules} and {@code synthetic} besides. */
    public String server() {
        return String.valueOf(path.getParent().getFileName());
    }

    /** The file's name, {@code default-psync-len.rdb}. */
    public String file() {
        return String.valueOf(path.getFileName());
    }

    public byte[] bytes() {
        return Fixtures.read(path);
    }

    /** How many libraries of functions it holds. */
    public int functions() throws Exception {
        int functions = 0;
        var in = new RdbInput(ByteSources.whole(bytes()), 0);
        var reader = new RdbReader(in);
        var skipper = new ValueSkipper(in);
        reader.readHeader();
        for (Entry entry = reader.next(); entry != Entry.END; entry = reader.next()) {
            functions += entry == Entry.FUNCTION ? 1 : 0;
            if (entry == Entry.KEY) {
                skipper.skipValue(reader.type());
            }
        }
        return functions;
    }

    /** The keys whose values a server without modules cannot hold in any form. */
    public Set<Key> unrepresentableAt(ServerProgram destination) throws Exception {
        DecodeTarget target = DecodeTargets.of(destination);
        Set<Key> keys = new HashSet<>();
        var in = new RdbInput(ByteSources.whole(bytes()), 0);
        var reader = new RdbReader(in);
        var skipper = new ValueSkipper(in);
        reader.readHeader();
        for (Entry entry = reader.next(); entry != Entry.END; entry = reader.next()) {
            if (entry == Entry.KEY) {
                if (isUnrepresentable(reader.type(), target)) {
                    keys.add(new Key(reader.database(), new String(reader.key(), StandardCharsets.ISO_8859_1)));
                }
                skipper.skipValue(reader.type());
            }
        }
        return keys;
    }

    /** Every hash of these types in the snapshots has a field that expires. */
    private static boolean isUnrepresentable(int type, DecodeTarget target) {
        return switch (type) {
            case RdbType.MODULE_2 -> true;
            case RdbType.HASH_2_VALKEY, RdbType.HASH_METADATA, RdbType.HASH_LISTPACK_EX ->
                !target.can(Ability.FIELD_EXPIRY);
            case RdbType.STREAM_LISTPACKS,
                    RdbType.STREAM_LISTPACKS_2,
                    RdbType.STREAM_LISTPACKS_3,
                    RdbType.STREAM_LISTPACKS_4 -> !target.can(Ability.STREAMS);
            default -> false;
        };
    }

    /** Asserts that a server has the keys of this snapshot with their values, and none of {@code missing}. */
    public void assertHeldBy(RespClient client, ServerProgram program, Set<Key> missing) throws Exception {
        boolean described = isDescribed();
        Map<Integer, MemoryDestination> decoded = described ? Map.of() : decoded();
        for (int database = 0; database < DATABASES; database++) {
            client.call("SELECT", Integer.toString(database));
            var found = new ServerValues(client, program);
            Set<String> expected = described
                    ? assertAsDescribed(found, database, missing)
                    : assertAsDecoded(
                            found, decoded.getOrDefault(database, new MemoryDestination()), database, missing);
            assertThat(found.keys()).as("keys of database %d", database).isEqualTo(expected);
        }
        client.call("SELECT", "0");
    }

    /** A cluster's and an empty snapshot are not of the data that the server was asked for. */
    private boolean isDescribed() {
        return !file().matches("(cluster|empty|idmp).*") && Files.exists(description());
    }

    private Path description() {
        return path.resolveSibling(file().startsWith("noncompact") ? "noncompact.keys.json" : "default.keys.json");
    }

    private Set<String> assertAsDescribed(ServerValues found, int database, Set<Key> missing) throws IOException {
        Set<String> expected = new HashSet<>();
        for (ExpectedValue value : ExpectedValue.of(description(), database)) {
            if (!missing.contains(new Key(database, value.key()))) {
                expected.add(value.key());
                value.assertIs(found.value(value.key()));
                if (found.tellsExpiry()) {
                    value.assertExpiresAt(found.expiryOf(value.key()));
                }
            }
        }
        return expected;
    }

    private static Set<String> assertAsDecoded(
            ServerValues found, MemoryDestination decoded, int database, Set<Key> missing) {
        long now = System.currentTimeMillis();
        Set<String> expected = new HashSet<>();
        for (String key : decoded.keys()) {
            long expiry = decoded.expiryOf(key);
            boolean expired = expiry != RdbReader.NO_EXPIRY && expiry < now;
            if (!expired && !missing.contains(new Key(database, key))) {
                expected.add(key);
                MemoryDestination.assertSame(decoded.value(key), found.value(key), key);
                assertThat(found.tellsExpiry() ? found.expiryOf(key) : expiry)
                        .as(key)
                        .isEqualTo(expiry);
            }
        }
        return expected;
    }

    private Map<Integer, MemoryDestination> decoded() throws Exception {
        return decode(new RdbInput(ByteSources.whole(bytes()), 0), Decoding.ANYTHING, new HashSet<>());
    }

    /**
     * Applies the commands that each value is decoded into.
     *
     * @param refused takes the messages of values that were not
     * @return each database by its number
     */
    static Map<Integer, MemoryDestination> decode(RdbInput in, DecodeTarget target, Set<String> refused)
            throws Exception {
        var databases = new HashMap<Integer, MemoryDestination>();
        var reader = new RdbReader(in);
        var decoder = new ValueDecoder(in, target, () -> THEN);
        reader.readHeader();
        for (Entry entry = reader.next(); entry != Entry.END; entry = reader.next()) {
            if (entry == Entry.KEY) {
                var commands = new RecordedCommands();
                try {
                    decoder.decode(reader.type(), reader.key(), reader.expireAtMillis(), commands);
                } catch (UnsupportedValueException e) {
                    refused.add(e.getMessage());
                }
                databases
                        .computeIfAbsent(reader.database(), number -> new MemoryDestination())
                        .apply(commands.commands());
            }
        }
        return databases;
    }

    @Override
    public String toString() {
        return Fixtures.nameOf(path);
    }
}
