package io.caravan.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.resp.Typed;
import org.junit.jupiter.api.Test;

class RedisCommandTest {

    @Test
    void a_command_has_a_name_arguments_and_keys() {
        RedisCommand command = Batches.stream("SET x 1", "[2] mset a 1 b 2").command(1);

        assertThat(command.name()).isEqualTo("MSET");
        assertThat(command.arguments()).extracting(RedisCommandTest::text).containsExactly("mset", "a", "1", "b", "2");
        assertThat(command.keys()).extracting(RedisCommandTest::text).containsExactly("a", "b");
        assertThat(command.database()).isEqualTo(2);
        assertThat(command.row()).isEqualTo(1);
        assertThat(command.endOffset()).isEqualTo(command.origin().endOffset());
    }

    @Test
    void the_bytes_of_a_command_are_those_that_a_server_reads() {
        RedisCommand command = Batches.stream("SET x 1", "DEL y", "SET z 2").command(1);

        assertThat(command.toByteArray()).isEqualTo(Typed.commands("DEL y"));
    }

    @Test
    void a_command_shows_itself_as_one_would_type_it() {
        CommandBatch batch = Batches.stream("SET key  ", "SET b v");
        batch.edit(command -> {
            if (command.arguments().is(1, "B")) {
                command.replace(
                        "SET".getBytes(UTF_8),
                        new byte[] {0, 'a', ' ', '\n'},
                        "x".repeat(200).getBytes(UTF_8));
            }
        });

        assertThat(batch.command(0)).hasToString("SET key \"\" \"\"");
        assertThat(batch.command(1)).hasToString("SET \"\\x00a \\n\" " + "x".repeat(100) + "…");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
