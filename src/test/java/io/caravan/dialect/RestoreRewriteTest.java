package io.caravan.dialect;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.FakeShard;
import io.caravan.command.LargeCommand;
import io.caravan.command.Phase;
import io.caravan.command.RedisCommand;
import io.caravan.node.ServerVersion;
import io.caravan.rdb.DumpPayload;
import io.caravan.resp.RespWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestoreRewriteTest {

    @TempDir
    Path temporaryFiles;

    private static final int STRING = 0;
    private static final int SET = 2;
    private static final int LIST_QUICKLIST_2 = 18;
    private static final String ONE_PACKED_NODE = "\u0001\u0002\n\n\0\0\0\u0001\0\u0081x\u0002\u00ff";
    private static final String SET_OF_A = "\u0001\u0001a";

    private static final int HASH_LISTPACK_EX = 25;
    private static final int HASH_2_VALKEY = 22;

    /** One field, f, v, and 1000 milliseconds since 1970. */
    private static final String FIELD_THAT_HAS_EXPIRED = "\u0001\u0001f\u0001v\u00e8\u0003\0\0\0\0\0\0";

    /** The least of the times, and a listpack of f, v and 4102444800000. */
    private static final String FIELD_THAT_EXPIRES = "\0\u00d8\u00c3\u002c\u00bb\u0003\0\0"
            + "\u0017\u0017\0\0\0\u0003\0\u0081f\u0002\u0081v\u0002\u00f4\0\u00d8\u00c3\u002c\u00bb\u0003\0\0\t\u00ff";

    /** Its id: nine times character 0, which is A, and encoding version 0; the number 1; the end. */
    private static final String MODULE_VALUE = "\0\u0002\u0001\0";

    private static final int MODULE_2 = 7;

    @ParameterizedTest
    @CsvSource({"redis, 7.0.15", "redis, 7.4.1", "redis, 8.6.3", "valkey, 8.1.1", "valkey, 9.1.2"})
    void what_the_destination_reads_passes_untouched(String product, String version) {
        CommandBatch batch = batch(payload(SET, SET_OF_A, 10), "REPLACE", "ABSTTL", "IDLETIME", "5");
        byte[] before = batch.command(0).toByteArray();

        adapt(batch, product, version);

        assertThat(batch.size()).isEqualTo(1);
        assertThat(batch.command(0).toByteArray()).isEqualTo(before);
    }

    @Test
    void a_payload_of_a_newer_version_is_stamped_with_the_destinations() throws Exception {
        CommandBatch batch = batch(payload(SET, SET_OF_A, 12), "REPLACE", "ABSTTL");

        adapt(batch, "redis", "7.0.15");

        List<byte[]> arguments = only(batch).arguments();
        DumpPayload payload = DumpPayload.of(arguments.get(3)); // checks its checksum
        assertThat(payload.version()).isEqualTo(10);
        assertThat(arguments).hasSize(6).endsWith(bytes("REPLACE"), bytes("ABSTTL"));
    }

    @Test
    void a_type_that_the_destination_does_not_know_becomes_commands() {
        CommandBatch batch = batch(payload(LIST_QUICKLIST_2, ONE_PACKED_NODE, 10), "REPLACE", "ABSTTL");

        adapt(batch, "redis", "6.2.7");

        assertThat(Batches.texts(batch)).containsExactly("UNLINK k", "RPUSH k x", "PEXPIREAT k 1700000000000");
    }

    @Test
    void redis_4_is_told_the_moment_by_a_command_of_its_own() throws Exception {
        CommandBatch batch = batch(payload(SET, SET_OF_A, 9), "REPLACE", "ABSTTL", "FREQ", "7");

        adapt(batch, "redis", "4.0.14");

        List<RedisCommand> commands = all(batch);
        assertThat(commands).hasSize(2);
        List<byte[]> restore = commands.get(0).arguments();
        assertThat(restore).hasSize(5);
        assertThat(restore.get(2)).isEqualTo(bytes("0"));
        assertThat(DumpPayload.of(restore.get(3)).version()).isEqualTo(8);
        assertThat(commands.get(1)).hasToString("PEXPIREAT k 1700000000000");
    }

    @Test
    void fields_of_another_servers_hash_expire_by_the_destinations_clock() {
        CommandBatch batch = batch(payload(HASH_2_VALKEY, FIELD_THAT_HAS_EXPIRED, 80), "REPLACE", "ABSTTL");

        adapt(batch, "redis", "7.4.1");

        assertThat(Batches.texts(batch))
                .containsExactly(
                        "UNLINK k", "DEL k", "HSET k f v", "HPEXPIREAT k 1000 FIELDS 1 f", "PEXPIREAT k 1700000000000");
    }

    @Test
    void a_value_that_no_command_can_make_is_refused_and_what_the_key_had_is_removed() {
        CommandBatch batch = batch(payload(HASH_LISTPACK_EX, FIELD_THAT_EXPIRES, 12), "REPLACE");

        adapt(batch, "redis", "7.0.15");

        assertThat(Batches.texts(batch))
                .containsExactly(
                        "CARAVAN.REFUSE RESTORE \"hash 'k' has fields that expire, which the destination (Redis 7.0)"
                                + " cannot represent\" k",
                        "UNLINK k");
    }

    @Test
    void a_module_value_goes_as_it_is_to_a_destination_that_has_modules() {
        CommandBatch batch = batch(payload(MODULE_2, MODULE_VALUE, 9), "REPLACE");

        adapt(batch, "redis", "7.0.15");

        assertThat(only(batch).name()).isEqualTo("RESTORE");
    }

    @Test
    void a_module_value_is_refused_by_the_name_of_its_type_where_there_is_no_module_at_all() {
        CommandBatch batch = batch(payload(MODULE_2, MODULE_VALUE, 9), "REPLACE");

        new DestinationDialect(ServerVersion.parse("redis", "7.0.15"), false).adapt(batch);

        assertThat(Batches.texts(batch).get(0))
                .startsWith("CARAVAN.REFUSE RESTORE \"module value 'k' belongs to the module type AAAAAAAAA, of which");
    }

    @Test
    void a_damaged_payload_that_has_to_be_looked_into_is_refused() {
        byte[] payload = payload(SET, SET_OF_A, 12);
        payload[3] ^= 1;
        CommandBatch batch = batch(payload, "REPLACE");

        adapt(batch, "redis", "7.0.15");

        assertThat(Batches.texts(batch).get(0)).startsWith("CARAVAN.REFUSE RESTORE \"the value is damaged: ");
    }

    @Test
    void an_element_that_is_larger_than_its_payload_is_one_argument() {
        CommandBatch batch = batch(payload(LIST_QUICKLIST_2, plainNodeOf(1000 * 264), 10), "REPLACE");

        adapt(batch, "redis", "6.2.7");

        List<RedisCommand> commands = all(batch);
        assertThat(commands).extracting(RedisCommand::name).containsExactly("UNLINK", "RPUSH", "PEXPIREAT");
        assertThat(commands.get(1).arguments().get(2)).isEqualTo(bytes("x".repeat(1000 * 264 + 1)));
    }

    @Test
    void a_payload_that_would_grow_beyond_what_may_be_held_is_refused() {
        CommandBatch batch = batch(payload(LIST_QUICKLIST_2, plainNodeOf(130_000 * 264), 10), "REPLACE");

        adapt(batch, "redis", "6.2.7");

        assertThat(Batches.texts(batch).get(0)).contains("grows to more than 33554432 bytes");
    }

    @Test
    void what_is_no_restore_at_all_is_left_to_the_destination() {
        for (String line : List.of(
                "RESTORE",
                "RESTORE k",
                "RESTORE k 0",
                "RESTORE k 0 short",
                "RESTORE k \n\n 1",
                "RESTORE k 0 $99999\r\n")) {
            CommandBatch batch = Batches.stream(line);

            adapt(batch, "redis", "7.0.15");

            assertThat(batch.command(0).arguments()).as(line).hasSize(line.split(" ").length);
        }
    }

    @Test
    void a_key_that_is_there_already_is_replaced() {
        byte[] payload = payload(SET, SET_OF_A, 10);
        for (String[] options : new String[][] {{}, {"ABSTTL"}, {"ABSTTL", "IDLETIME", "5"}, {"REPLACE", "ABSTTL"}}) {
            CommandBatch batch = batch(payload, options);

            adapt(batch, "redis", "7.4.1");

            List<byte[]> told = only(batch).arguments();
            assertThat(told.get(3)).isEqualTo(payload);
            assertThat(told).contains(bytes("REPLACE"), bytes("ABSTTL"));
            assertThat(told).hasSize(options.length == 3 ? 8 : 6);
        }
    }

    @Test
    void what_a_slot_migration_brings_is_restored_by_name() throws Exception {
        CommandBatch batch = stream("RESTORE-ASKING", "0", payload(SET, SET_OF_A, 12), false);

        adapt(batch, "redis", "7.4.1");

        assertThat(only(batch).name()).isEqualTo("RESTORE");
        assertThat(only(batch).arguments().get(2)).isEqualTo(bytes("0"));
        assertThat(only(batch).arguments().get(4)).isEqualTo(bytes("REPLACE"));
        assertThat(only(batch).arguments()).hasSize(5);
    }

    @Test
    void a_time_to_live_becomes_the_moment_that_the_source_meant() throws Exception {
        byte[] payload = payload(SET, SET_OF_A, 9);
        CommandBatch batch = stream("RESTORE", "60000", payload, false, "REPLACE");
        CommandBatch forOldest = stream("RESTORE", "60000", payload, false, "REPLACE");

        adapt(batch, "redis", "6.2.7");
        adapt(forOldest, "redis", "4.0.14");

        assertThat(only(batch).arguments().get(2)).isEqualTo(bytes("1700000060000"));
        assertThat(only(batch).arguments()).hasSize(6).endsWith(bytes("REPLACE"), bytes("ABSTTL"));
        assertThat(all(forOldest)).hasSize(2);
        assertThat(all(forOldest).get(0).arguments().get(2)).isEqualTo(bytes("0"));
        assertThat(all(forOldest).get(1)).hasToString("PEXPIREAT k 1700000060000");
    }

    @Test
    void a_value_with_a_time_to_live_that_comes_late_is_read_again() throws Exception {
        CommandBatch mortal = stream("RESTORE", "60000", payload(SET, SET_OF_A, 9), true, "REPLACE");
        CommandBatch immortal = stream("RESTORE", "0", payload(SET, SET_OF_A, 9), true, "REPLACE");

        adapt(mortal, "redis", "6.2.7");
        adapt(immortal, "redis", "6.2.7");

        assertThat(Batches.texts(mortal)).containsExactly("CARAVAN.REFRESH k");
        assertThat(only(immortal).name()).isEqualTo("RESTORE");
    }

    @Test
    void a_large_value_stays_where_it_is_and_what_it_lacks_stands_around_it() throws Exception {
        byte[] payload = payload(SET, SET_OF_A.repeat(30_000), 10);
        byte[] command = new RespWriter(64)
                .command(bytes("RESTORE"), bytes("k"), bytes("60000"), payload)
                .toByteArray();
        LargeCommand file = LargeCommand.in(temporaryFiles);
        file.append(command, 0, command.length);
        byte[] head = bytes("*4\r\n$7\r\nRESTORE\r\n$1\r\nk\r\n$5\r\n60000\r\n");
        CommandBatch batch = Batches.large(new FakeShard(), head, file, Phase.STREAM, Spoken.NOW, false);

        adapt(batch, "redis", "7.0.15");

        assertThat(batch.size()).isEqualTo(3);
        assertThat(batch.command(0)).hasToString("UNLINK k");
        assertThat(batch.isLarge(1)).isTrue();
        assertThat(batch.command(2)).hasToString("PEXPIREAT k 1700000060000");
    }

    private static CommandBatch stream(
            String name, String timeToLive, byte[] payload, boolean late, String... options) {
        List<byte[]> arguments = new ArrayList<>(List.of(bytes(name), bytes("k"), bytes(timeToLive), payload));
        for (String option : options) {
            arguments.add(bytes(option));
        }
        return Batches.ran(Spoken.NOW, late, arguments);
    }

    private static void adapt(CommandBatch batch, String product, String version) {
        new DestinationDialect(ServerVersion.parse(product, version), true).adapt(batch);
    }

    private static CommandBatch batch(byte[] payload, String... options) {
        List<byte[]> arguments =
                new ArrayList<>(List.of(bytes("RESTORE"), bytes("k"), bytes("1700000000000"), payload));
        for (String option : options) {
            arguments.add(bytes(option));
        }
        return Batches.stream(arguments);
    }

    private static byte[] payload(int type, String value, int version) {
        byte[] content = bytes(value);
        byte[] payload = new byte[DumpPayload.lengthOf(content.length)];
        payload[0] = (byte) type;
        System.arraycopy(content, 0, payload, 1, content.length);
        long checksum = DumpPayload.checksum(type, content, 0, content.length, version);
        DumpPayload.writeFooter(payload, 1 + content.length, version, checksum);
        return payload;
    }

    /** A quicklist of one node that is one element: {@code x} and {@code more} times the same, in runs of 264, by LZF. */
    private static String plainNodeOf(int more) {
        String compressed = "\0x" + "\u00e0\u00ff\0".repeat(more / 264);
        return "\u0001\u0001\u00c3" + length(compressed.length()) + length(more + 1) + compressed;
    }

    private static String length(int length) {
        return "\u0080" + (char) (length >>> 24) + (char) (length >>> 16 & 0xff) + (char) (length >>> 8 & 0xff)
                + (char) (length & 0xff);
    }

    private static RedisCommand only(CommandBatch batch) {
        List<RedisCommand> commands = all(batch);
        assertThat(commands).hasSize(1);
        return commands.get(0);
    }

    private static List<RedisCommand> all(CommandBatch batch) {
        var all = new ArrayList<RedisCommand>();
        batch.forEach(all::add);
        return all;
    }
}
