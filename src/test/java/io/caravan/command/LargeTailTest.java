package io.caravan.command;

import static io.caravan.resp.Typed.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.resp.Arguments;
import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargeTailTest {

    @TempDir
    Path temporaryFiles;

    @Test
    void options_behind_a_large_value_are_found_from_its_end() throws IOException {
        assertThat(tail(2, "SET", "k", "v".repeat(100_000), "PX", "5000")).containsExactly("PX", "5000");
        assertThat(tail(3, "SET", "k", "v".repeat(100_000), "nx", "PX", "5000")).containsExactly("nx", "PX", "5000");
        assertThat(tail(0, "SET", "k", "v".repeat(100_000))).isEmpty();
    }

    @Test
    void a_value_that_looks_like_options_is_not_taken_for_them() throws IOException {
        String value = "v".repeat(100_000) + "\r\n$2\r\nEX\r\n$1\r\n5";

        assertThat(tail(2, "SET", "k", value, "PX", "5000")).containsExactly("PX", "5000");
    }

    @Test
    void what_is_longer_than_options_are_is_not_found() throws IOException {
        assertThat(find(2, "SET", "k", "v", "IFEQ", "x".repeat(1000))).isEmpty();
    }

    private List<String> tail(int count, String... arguments) throws IOException {
        Arguments found = find(count, arguments).orElseThrow();
        var texts = new ArrayList<String>();
        for (int i = 0; i < found.count(); i++) {
            texts.add(found.text(i));
        }
        return texts;
    }

    private Optional<Arguments> find(int count, String... arguments) throws IOException {
        byte[] command = new RespWriter(64).command(arguments).toByteArray();
        try (LargeCommand large = LargeCommand.in(temporaryFiles)) {
            large.append(command, 0, command.length);
            CommandBatch batch = Batches.large(
                    new FakeShard(),
                    bytes("*" + arguments.length + "\r\n$3\r\nSET\r\n$1\r\nk\r\n"),
                    large,
                    Phase.STREAM);
            var found = new ArrayList<Optional<Arguments>>();
            batch.edit(cursor -> {
                assertThat(cursor.isLarge()).isTrue();
                assertThat(cursor.argumentCount()).isEqualTo(arguments.length);
                found.add(cursor.lastArguments(count));
            });
            return found.get(0);
        }
    }
}
