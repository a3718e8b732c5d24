package io.caravan.dialect;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.command.FakeShard;
import io.caravan.command.LargeCommand;
import io.caravan.command.Phase;
import io.caravan.node.ServerVersion;
import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sources before Redis 7.0 send times to live; the destination is told moments. */
class ExpiryTest {

    @TempDir
    Path temporaryFiles;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "EXPIRE k 60            | PEXPIREAT k 1700000060000",
                "expire k 60            | PEXPIREAT k 1700000060000",
                "PEXPIRE k 1500         | PEXPIREAT k 1700000001500",
                "EXPIRE k -1            | PEXPIREAT k 1699999999000",
                "EXPIRE k 60 NX         | PEXPIREAT k 1700000060000 NX",
                "SETEX k 60 v           | SET k v PXAT 1700000060000",
                "setex k 60 v           | SET k v PXAT 1700000060000",
                "PSETEX k 1500 v        | SET k v PXAT 1700000001500",
                "SET k v EX 60          | SET k v PXAT 1700000060000",
                "SET k v px 1500        | SET k v PXAT 1700000001500",
                "SET k v EX 60 NX       | SET k v NX PXAT 1700000060000",
                "set k v xx px 1500     | SET k v xx PXAT 1700000001500",
                "GETEX k EX 60          | PEXPIREAT k 1700000060000",
                "GETEX k PX 1500        | PEXPIREAT k 1700000001500",
                "GETEX k EXAT 1800000000| PEXPIREAT k 1800000000000",
                "GETEX k PXAT 9         | PEXPIREAT k 9",
                "GETEX k PERSIST        | PERSIST k",
                "HEXPIRE h 60 FIELDS 1 f| HPEXPIREAT h 1700000060000 FIELDS 1 f",
                "HPEXPIRE h 5 NX FIELDS 2 f g | HPEXPIREAT h 1700000000005 NX FIELDS 2 f g",
            })
    void a_time_to_live_becomes_the_moment_that_the_source_meant(String sent, String told) throws Exception {
        assertThat(Spoken.to("redis 7.4.1").of(sent)).containsExactly(told.trim());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SETEX k 60 v      | SETEX k 60 v",
                "PSETEX k 60000 v  | PSETEX k 60000 v",
                "SET k v EX 60     | SET k v EX 60",
                "SET k v PX 60000 NX | SET k v PX 60000 NX",
            })
    void where_set_knows_no_moments_the_key_is_never_without_a_time_to_live(String sent, String first)
            throws Exception {
        assertThat(Spoken.to("redis 6.0.5").of(sent)).containsExactly(first.trim(), "PEXPIREAT k 1700000060000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EXPIRE k 60",
                "PEXPIRE k 60000",
                "SETEX k 60 v",
                "PSETEX k 60000 v",
                "SET k v EX 60",
                "SET k v PX 60000 NX",
                "GETEX k EX 60",
                "HEXPIRE k 60 FIELDS 1 f"
            })
    void what_was_run_at_nobody_knows_what_time_is_read_again(String sent) throws Exception {
        for (String destination : List.of("redis 7.4.1", "redis 8.6.3", "valkey 9.1.2")) {
            assertThat(Spoken.to(destination).late(sent)).containsExactly("CARAVAN.REFRESH k");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PEXPIREAT k 1800000000000",
                "EXPIREAT k 1800000000",
                "SET k v",
                "SET k v PXAT 1800000000000",
                "SET k v NX PXAT 1800000000000",
                "SET k v KEEPTTL",
                "SET k v NX",
                "PERSIST k"
            })
    void a_moment_is_the_same_however_late_it_comes(String sent) throws Exception {
        assertThat(Spoken.to("redis 7.4.1").late(sent)).containsExactly(sent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EXPIRE k",
                "EXPIRE k soon",
                "EXPIRE k 9223372036854775807",
                "SETEX k 60",
                "SETEX k soon v",
                "SET k",
                "SET k v EX",
                "SET k v EX soon",
                "SET k v WHAT 5",
                "GETEX"
            })
    void what_no_server_would_have_run_is_left_to_the_destination(String sent) throws Exception {
        assertThat(Spoken.to("redis 7.4.1").of(sent)).containsExactly(sent);
        assertThat(Spoken.to("redis 4.0.14").of(sent)).hasSizeBetween(0, 1);
    }

    @Test
    void reading_a_key_without_changing_its_time_to_live_is_nothing() throws Exception {
        assertThat(Spoken.to("redis 7.4.1").of("GETEX k")).isEmpty();
    }

    @Test
    void a_transaction_stays_one_when_a_moment_needs_a_command_of_its_own() throws Exception {
        CommandBatch batch = Batches.ran(Spoken.NOW, false, "MULTI", "SETEX k 60 v", "SET l v", "EXEC");

        Spoken.to("redis 6.0.5").dialect().adapt(batch);

        assertThat(Batches.texts(batch))
                .containsExactly("MULTI", "SETEX k 60 v", "PEXPIREAT k 1700000060000", "SET l v", "EXEC");
        for (int row = 0; row < batch.size(); row++) {
            assertThat(batch.inTransaction(row)).isTrue();
        }
    }

    @Test
    void a_large_value_stays_where_it_is_and_the_moment_follows() throws Exception {
        for (String[] command : new String[][] {
            {"SETEX", "k", "60", "v".repeat(70_000)},
            {"SET", "k", "v".repeat(70_000), "EX", "60"},
            {"SET", "k", "v".repeat(70_000), "NX", "px", "60000"}
        }) {
            CommandBatch batch = large(false, command);

            Spoken.to("redis 7.4.1").dialect().adapt(batch);

            assertThat(batch.size()).as(command[0]).isEqualTo(2);
            assertThat(batch.isLarge(0)).isTrue();
            assertThat(batch.command(1)).hasToString("PEXPIREAT k 1700000060000");
        }
    }

    @Test
    void a_large_value_that_comes_late_is_read_again() throws Exception {
        for (String[] command : new String[][] {
            {"SETEX", "k", "60", "v".repeat(70_000)},
            {"SET", "k", "v".repeat(70_000), "EX", "60"},
        }) {
            CommandBatch batch = large(true, command);

            Spoken.to("redis 7.4.1").dialect().adapt(batch);

            assertThat(Batches.texts(batch)).containsExactly("CARAVAN.REFRESH k");
            assertThat(batch.large()).isEmpty();
        }
    }

    @Test
    void a_large_value_with_a_moment_is_read_again_where_set_knows_none() throws Exception {
        CommandBatch batch = large(false, "SET", "k", "v".repeat(70_000), "PXAT", "1800000000000");
        new DestinationDialect(ServerVersion.parse("redis", "7.4.1"), false).adapt(batch);
        assertThat(batch.isLarge(0)).isTrue();

        new DestinationDialect(ServerVersion.parse("redis", "6.0.5"), false).adapt(batch);

        assertThat(Batches.texts(batch)).containsExactly("CARAVAN.REFRESH k");
    }

    private CommandBatch large(boolean late, String... arguments) throws IOException {
        byte[] command = new RespWriter(64).command(arguments).toByteArray();
        LargeCommand file = LargeCommand.in(temporaryFiles);
        file.append(command, 0, command.length);
        String head = arguments[0].equals("SETEX")
                ? "*4\r\n$5\r\nSETEX\r\n$1\r\nk\r\n$2\r\n60\r\n"
                : "*" + arguments.length + "\r\n$3\r\nSET\r\n$1\r\nk\r\n";
        return Batches.large(new FakeShard(), bytes(head), file, Phase.STREAM, Spoken.NOW, late);
    }
}
