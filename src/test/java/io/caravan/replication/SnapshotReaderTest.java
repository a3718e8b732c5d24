package io.caravan.replication;

import static io.caravan.resp.Typed.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caravan.command.CommandBatch;
import io.caravan.command.Phase;
import io.caravan.command.RedisCommand;
import io.caravan.rdb.CorruptRdbException;
import io.caravan.rdb.DecodeTarget;
import io.caravan.rdb.DumpPayload;
import io.caravan.rdb.RdbDialect;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.Typed;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotReaderTest {

    private static final String MARK = "0123456789abcdef0123456789abcdef01234567";
    private static final ReplicationPosition POSITION = new ReplicationPosition("id", 4711, 0);
    private static final Path FIXTURES = Path.of(System.getProperty("caravan.fixtures", "../shared/fixtures"))
            .resolve("rdb");

    /** Least that may be held. */
    private static final int LARGE = 64 * 1024;

    @TempDir
    Path temporaryFiles;

    private final CollectedBatches collected = new CollectedBatches();
    private int maxBatchCommands = 1000;
    private DecodeTarget target = DecodeTarget.NEWEST;

    @Test
    void a_value_becomes_a_restore_of_its_own_bytes() throws Exception {
        read(snapshot("\u0001\u0001a\u0001\u0001x"));

        List<byte[]> arguments = command(0).arguments();
        assertThat(texts(arguments))
                .startsWith("RESTORE", "a", "0")
                .endsWith("REPLACE")
                .hasSize(5);
        DumpPayload payload = DumpPayload.of(arguments.get(3)); // checks its checksum
        assertThat(payload.type()).isEqualTo(1);
        assertThat(payload.version()).isEqualTo(9);
        assertThat(arguments.get(3)).startsWith(bytes("\u0001\u0001\u0001x"));
    }

    @Test
    void a_value_that_expires_is_restored_with_its_moment() throws Exception {
        read(snapshot("\u00fc" + littleEndian(1_700_000_000_123L) + "\u0001\u0001a\u0001\u0001x"));

        assertThat(texts(command(0).arguments())).contains("1700000000123").endsWith("REPLACE", "ABSTTL");
    }

    @Test
    void a_string_whose_bytes_are_there_as_they_are_becomes_a_set() throws Exception {
        String fourteenBits = "x".repeat(0x123);
        read(snapshot(
                "\0\u0001a\u0001x",
                "\u00fc" + littleEndian(1_700_000_000_123L) + "\0\u0001b\u0001y",
                "\0\u0001c\u0041\u0023" + fourteenBits,
                "\0\u0001d" + length(1) + "z",
                "\0\u0001e\0"));

        assertThat(collected.commands())
                .hasSize(5)
                .contains("SET a x", "SET b y PXAT 1700000000123", "SET d z", "SET e \"\"");
        assertThat(command(2).arguments().get(2)).isEqualTo(bytes(fourteenBits));
        assertThat(command(0).keys()).containsExactly(bytes("a"));
        assertThat(startsOfValues("b")).containsExactly(true);
    }

    @Test
    void a_string_that_is_encoded_is_restored() throws Exception {
        read(snapshot("\0\u0001a\u00c0\u0005", "\0\u0001b\u00c3\u0004\u0003\u0002xyz"));

        assertThat(collected.kept.stream().flatMap(SnapshotReaderTest::restoredKeys))
                .containsExactly("a", "b");
    }

    @Test
    void a_value_that_has_been_idle_or_used_often_is_restored_so() throws Exception {
        read(snapshot("\u00f8@d\0\u0001a\u0001x", "\u00f9\u00ff\0\u0001b\u0001y"));

        assertThat(texts(command(0).arguments())).endsWith("REPLACE", "IDLETIME", "100");
        assertThat(texts(command(1).arguments())).endsWith("REPLACE", "FREQ", "255");
    }

    @Test
    void values_are_of_the_database_they_stand_in() throws Exception {
        read(snapshot("\0\u0001a\u0001x", "\u00fe\u0003", "\0\u0001b\u0001y"));

        assertThat(command(0).database()).isZero();
        assertThat(command(1).database()).isEqualTo(3);
    }

    @Test
    void scripts_and_functions_become_the_commands_that_load_them() throws Exception {
        read(snapshot(aux("lua", "return 42"), "\u00f5\n#!lua name"));

        assertThat(collected.commands())
                .containsExactly("SCRIPT LOAD \"return 42\"", "FUNCTION LOAD REPLACE \"#!lua name\"");
    }

    @Test
    void the_database_that_the_stream_begins_in_is_told() throws Exception {
        var reader = reader(framed(snapshot(aux("repl-stream-db", "7"), aux("redis-ver", "5.0.14"))));

        reader.run();

        assertThat(reader.streamDatabase()).isEqualTo(7);
        assertThat(collected.batches).isEmpty();
    }

    @Test
    void what_the_snapshot_is_taken_at_is_the_offset_of_every_batch() throws Exception {
        maxBatchCommands = 1;
        read(snapshot("\0\u0001a\u0001x", "\0\u0001b\u0001y"));

        assertThat(collected.batches).hasSize(2).allSatisfy(batch -> {
            assertThat(batch.phase()).isEqualTo(Phase.SNAPSHOT);
            assertThat(batch.start()).isEqualTo(4711);
            assertThat(batch.end()).isEqualTo(4711);
            assertThat(batch.resume())
                    .as("no stream can be continued within a snapshot")
                    .isEmpty();
        });
        assertThat(collected.window.position()).isEmpty();
    }

    @Test
    void what_was_received_behind_the_snapshot_is_handed_back() throws Exception {
        byte[] frame = Typed.join(
                bytes("$EOF:" + MARK + "\r\n"), snapshot("\0\u0001a\u0001x"), bytes(MARK + "*1\r\n$4\r\nPI"));

        byte[] rest = reader(new Pieces(frame, 1000)).run();

        assertThat(rest).isEqualTo(bytes("*1\r\n$4\r\nPI"));
    }

    @Test
    void progress_of_a_snapshot_of_unknown_size_is_told_by_its_keys() {
        assertThat(new SnapshotProgress(5, 0, 700, 1000).percent()).hasValue(70);
        assertThat(new SnapshotProgress(5, 20, 700, 0).percent()).hasValue(25);
        assertThat(new SnapshotProgress(21, 20, 700, 0).percent())
                .as("a server counts keys that have expired meanwhile")
                .hasValue(100);
        assertThat(SnapshotProgress.NONE.percent()).isEmpty();
    }

    @Test
    void progress_counts_keys_and_bytes() throws Exception {
        byte[] snapshot = snapshot("\0\u0001a\u0001x", "\0\u0001b\u0001y");
        var reader = reader(framed(snapshot));

        reader.run();

        assertThat(reader.progress()).isEqualTo(new SnapshotProgress(2, 0, snapshot.length, snapshot.length));
        assertThat(collected.counters.snapshotKeys()).isEqualTo(2);
    }

    @Test
    void a_database_of_the_stream_that_is_none_is_told_by_its_byte() {
        assertThatThrownBy(() -> read(snapshot(aux("repl-stream-db", "7x"))))
                .isInstanceOf(CorruptRdbException.class)
                .hasMessage("corrupt snapshot at byte 28: database '7x' of the stream (repl-stream-db)");
    }

    @Test
    void a_damaged_snapshot_fails() {
        assertThatThrownBy(() -> read(bytes("this is no snapshot at all"))).isInstanceOf(CorruptRdbException.class);
    }

    @Test
    void a_link_that_is_lost_within_a_large_value_leaves_nothing_half_done() {
        byte[] snapshot = snapshot(list("big", LARGE * 3));
        byte[] cut = Arrays.copyOf(Typed.join(bytes("$" + snapshot.length + "\r\n"), snapshot), LARGE * 2);

        assertThatThrownBy(() -> reader(new Pieces(cut, 5000)).run()).isInstanceOf(EOFException.class);
        assertThat(collected.large).isEmpty();
    }

    // Values too large to be held.

    @Test
    void a_list_too_large_to_be_held_becomes_pushes_of_its_elements() throws Exception {
        String[] elements = new String[50];
        Arrays.setAll(elements, i -> i + "e".repeat(3000));

        read(snapshot(list("big", elements), "\0\u0001a\u0001x"));

        assertThat(collected.commands())
                .filteredOn(line -> line.startsWith("RPUSH"))
                .hasSizeGreaterThan(1);
        assertThat(pushed("big")).isEqualTo(List.of(elements));
        assertThat(collected.commands().get(collected.commands().size() - 1)).isEqualTo("SET a x");
    }

    @Test
    void only_the_first_command_of_a_value_starts_it_however_large_its_elements() throws Exception {
        String huge = "h".repeat(LARGE * 3);
        for (var elements : List.of(
                List.of(huge, "b", "c"),
                List.of("a", huge, "c"),
                List.of("a", huge, huge),
                List.of(huge, huge, huge))) {
            var test = new SnapshotReaderTest();
            test.temporaryFiles = temporaryFiles;

            test.read(snapshot(list("big", elements.toArray(new String[0])), "\0\u0001a\u0001x"));

            assertThat(test.startsOfValues("big"))
                    .as("elements of %s", elements.stream().map(String::length).toList())
                    .startsWith(true)
                    .filteredOn(starts -> starts)
                    .hasSize(1);
            test.collected.kept.forEach(CommandBatch::release);
        }
    }

    @Test
    void an_element_too_large_to_be_held_goes_through_a_file_byte_for_byte() throws Exception {
        String huge = random(LARGE * 4);

        read(snapshot(list("big", "a", huge, "c")));

        assertThat(collected.large).isNotEmpty();
        assertThat(pushed("big")).isEqualTo(List.of("a", huge, "c"));
    }

    @Test
    void a_module_value_too_large_to_be_held_is_one_restore_through_a_file_with_its_moment_behind_it()
            throws Exception {
        String value = moduleValue(LARGE * 3);

        read(snapshot("\u00fc" + littleEndian(4_102_444_800_000L) + "\u0007\u0003key" + value, "\0\u0001a\u0001x"));

        assertThat(collected.commands()).containsExactly("large RESTORE key", "PEXPIREAT key 4102444800000", "SET a x");
        assertThat(startsOfValues("key")).containsExactly(true, false);
        var restore = new CommandScanner();
        assertThat(restore.scan(collected.large.get(0), 0, collected.large.get(0).length))
                .isTrue();
        assertThat(restore.end()).isEqualTo(collected.large.get(0).length);
        assertThat(restore.count()).isEqualTo(5);
        assertThat(restore.text(2)).isEqualTo("0");
        assertThat(restore.text(4)).isEqualTo("REPLACE");
        DumpPayload payload = DumpPayload.of(restore.copy(3)); // checks its checksum
        assertThat(payload.version()).as("taken by every destination").isEqualTo(8);
        assertThat(restore.copy(3)).startsWith(bytes("\u0007" + value)).hasSize(1 + value.length() + 10);
        assertThat(collected.counters.largeCommands()).isEqualTo(1);
    }

    @Test
    void a_link_that_is_lost_within_a_large_module_value_leaves_nothing_half_done() {
        byte[] snapshot = snapshot("\u0007\u0003key" + moduleValue(LARGE * 3));
        byte[] cut = Arrays.copyOf(Typed.join(bytes("$" + snapshot.length + "\r\n"), snapshot), LARGE * 2);

        assertThatThrownBy(() -> reader(new Pieces(cut, 5000)).run()).isInstanceOf(EOFException.class);
        assertThat(collected.kept).isEmpty();
    }

    @Test
    void a_large_value_that_the_destination_cannot_represent_is_refused_and_what_the_key_had_is_removed()
            throws Exception {
        target = DecodeTarget.of(RdbDialect.Fork.REDIS, 7, 2, 6);
        String fields = length(1) + "\u0001" + "\u0001f" + length(LARGE * 3) + "v".repeat(LARGE * 3);

        read(snapshot("\u0018\u0003key" + littleEndian(4_102_444_800_000L) + fields, "\0\u0001a\u0001x"));

        assertThat(collected.commands())
                .endsWith(
                        "UNLINK key",
                        "CARAVAN.REFUSE RESTORE \"hash 'key' has fields that expire, which the destination (Redis 7.2)"
                                + " cannot represent\" key",
                        "SET a x");
    }

    // Snapshots of real servers.

    @ParameterizedTest
    @ValueSource(
            strings = {"4.0.14/default.rdb", "5.0.14/default.rdb", "7.2.6/default.rdb", "deb-valkey-8.1.1/default.rdb"})
    void every_key_of_a_real_snapshot_is_restored_once_and_in_order(String name) throws Exception {
        Path file = FIXTURES.resolve(name);
        assumeTrue(
                Files.exists(file),
                () -> "no " + file.toAbsolutePath() + "; name the folder with -Dcaravan.fixtures=…");
        maxBatchCommands = 7;

        var reader = reader(framed(Files.readAllBytes(file)));
        reader.run();

        List<String> keys = keysFound(file);
        assertThat(reader.progress().keys()).isEqualTo(keys.size());
        assertThat(collected.kept.stream().flatMap(SnapshotReaderTest::valueKeys))
                .hasSameSizeAs(keys);
        assertThat(collected.kept.stream().flatMap(SnapshotReaderTest::commands))
                .allSatisfy(SnapshotReaderTest::assertPayloadIsWhole);
    }

    /** Another reader's findings: a line for each key. */
    private static List<String> keysFound(Path snapshot) throws IOException {
        Path walk = snapshot.resolveSibling(snapshot.getFileName() + ".walk.txt");
        return Files.readAllLines(walk).stream()
                .filter(line -> line.startsWith("("))
                .toList();
    }

    private static Stream<RedisCommand> commands(CommandBatch batch) {
        var commands = new ArrayList<RedisCommand>();
        batch.forEach(commands::add);
        return commands.stream();
    }

    private static Stream<String> restoredKeys(CommandBatch batch) {
        return commands(batch)
                .filter(command -> command.name().equals("RESTORE"))
                .map(command -> new String(command.keys().get(0), UTF_8));
    }

    private static Stream<String> valueKeys(CommandBatch batch) {
        return commands(batch)
                .filter(command ->
                        command.name().equals("RESTORE") || command.name().equals("SET"))
                .map(command -> new String(command.keys().get(0), UTF_8));
    }

    private static void assertPayloadIsWhole(RedisCommand command) throws CorruptRdbException {
        if (command.name().equals("RESTORE")) {
            DumpPayload.of(command.arguments().get(3));
        }
    }

    private RedisCommand command(int index) {
        return collected.kept.stream()
                .flatMap(SnapshotReaderTest::commands)
                .toList()
                .get(index);
    }

    /** The elements that all pushes together append to a list. */
    private List<String> pushed(String key) {
        var pushed = new ArrayList<String>();
        for (byte[] command : collected.encoded) {
            var scanner = new CommandScanner();
            scanner.scan(command, 0, command.length);
            if (scanner.is(0, "RPUSH") && scanner.text(1).equals(key)) {
                for (int i = 2; i < scanner.count(); i++) {
                    pushed.add(scanner.text(i));
                }
            }
        }
        return pushed;
    }

    private List<Boolean> startsOfValues(String key) {
        var starts = new ArrayList<Boolean>();
        for (CommandBatch batch : collected.kept) {
            for (int row = 0; row < batch.size(); row++) {
                if (new String(batch.key(row), UTF_8).equals(key)) {
                    starts.add(batch.startsValue(row));
                }
            }
        }
        return starts;
    }

    private void read(byte[] snapshot) throws IOException {
        reader(framed(snapshot)).run();
    }

    private SnapshotReader reader(Pieces link) throws IOException {
        var limits = new Limits(maxBatchCommands, 4096, 1000, Long.MAX_VALUE, Long.MAX_VALUE, LARGE);
        var batches = new SnapshotBatches(limits, collected.outlet, POSITION, temporaryFiles);
        return new SnapshotReader(SnapshotSource.open(link), batches, collected.counters, LARGE, target);
    }

    private static Pieces framed(byte[] snapshot) {
        return new Pieces(Typed.join(bytes("$" + snapshot.length + "\r\n"), snapshot), 1000);
    }

    /** A snapshot of version 9 without a checksum. */
    private static byte[] snapshot(String... entries) {
        return bytes("REDIS0009" + String.join("", entries) + "\u00ff\0\0\0\0\0\0\0\0");
    }

    private static String aux(String name, String value) {
        return "\u00fa" + (char) name.length() + name + (char) value.length() + value;
    }

    /** Type 1: a list of plain strings. */
    private static String list(String key, String... elements) {
        var list = new StringBuilder("\u0001" + (char) key.length() + key + length(elements.length));
        for (String element : elements) {
            list.append(length(element.length())).append(element);
        }
        return list.toString();
    }

    private static String list(String key, int elementLength) {
        return list(key, "x".repeat(elementLength));
    }

    /** A length in 32 bits. */
    private static String length(int length) {
        return "\u0080" + (char) (length >>> 24) + (char) (length >>> 16 & 0xff) + (char) (length >>> 8 & 0xff)
                + (char) (length & 0xff);
    }

    private static String littleEndian(long value) {
        var text = new StringBuilder();
        for (int i = 0; i < Long.BYTES; i++) {
            text.append((char) (value >>> 8 * i & 0xff));
        }
        return text.toString();
    }

    /** A module's value that consists of one string. */
    private static String moduleValue(int length) {
        return length(1) + "\u0005" + length(length) + random(length) + "\0";
    }

    private static String random(int length) {
        var random = new Random(1);
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    private static List<String> texts(List<byte[]> arguments) {
        return arguments.stream().map(argument -> new String(argument, UTF_8)).toList();
    }
}
