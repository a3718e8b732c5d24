package io.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.resp.Arguments;
import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.RespClient;
import io.caravan.servers.RespError;
import io.caravan.servers.ServerProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The command table against the servers themselves. */
class CommandTableIT {

    private final CommandTable table = CommandTable.standard();

    @EachServer
    void the_table_agrees_with_what_the_server_says_of_its_commands(ServerProgram program) {
        try (RedisServer server = RedisServer.start(program)) {
            var comparison = new TableComparison();

            List<String> differences = comparison.differences(Replies.of(server.command("COMMAND")));

            assertThat(comparison.names()).hasSizeGreaterThan(150);
            assertThat(differences).isEmpty();
        }
    }

    @EachServer
    void a_server_without_modules_has_nothing_to_add_to_the_table(ServerProgram program) {
        try (RedisServer server = RedisServer.start(program)) {
            assertThat(table.with(Replies.of(server.command("COMMAND")))).isSameAs(table);
        }
    }

    @EachServer(min = "7.0")
    void keys_are_where_the_server_finds_them(ServerProgram program) {
        try (RedisServer server = RedisServer.start(program);
                RespClient client = server.client()) {
            for (String line : TableComparison.SAMPLES) {
                Arguments command = Batches.scanned(line);
                Object theirs = keysForTheServer(client, command);
                if (theirs != null) {
                    assertThat(keysForUs(command)).as(line).isEqualTo(theirs);
                }
            }
        }
    }

    /** {@code null} if the server has no such command. */
    private static Object keysForTheServer(RespClient client, Arguments command) {
        String[] question = Stream.concat(
                        Stream.of("COMMAND", "GETKEYS"),
                        Stream.iterate(0, i -> i < command.count(), i -> i + 1).map(command::text))
                .toArray(String[]::new);
        try {
            return new TreeSet<>((List<?>) client.call(question));
        } catch (RespError e) {
            if (e.getMessage().contains("no key arguments")) {
                return Set.of();
            }
            assertThat(e).hasMessageContaining("Invalid command specified");
            return null;
        }
    }

    private Set<String> keysForUs(Arguments command) {
        List<String> keys = new ArrayList<>();
        table.of(command).keys().visit(command, i -> keys.add(command.text(i)));
        return new TreeSet<>(keys);
    }
}
