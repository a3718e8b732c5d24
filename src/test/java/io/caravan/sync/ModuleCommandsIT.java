package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.resp.Typed;
import io.caravan.servers.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/**
 * Commands that Caravan's table does not know, from a source with a module that no server of the tests has: source and
 * destination are scripted.
 */
class ModuleCommandsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** {@code REDIS0009}, end, no checksum. */
    private static final byte[] NOTHING = Typed.bytes("REDIS0009\u00ff\0\0\0\0\0\0\0\0");

    private static final byte[] STREAM = Typed.commands("SELECT 0", "MOD.SET x key value");

    /** One command of a module, whose key is argument 2. */
    private static final String COMMAND =
            "*1\r\n*6\r\n$7\r\nmod.set\r\n:4\r\n*2\r\n+write\r\n+module\r\n:2\r\n:2\r\n:1\r\n";

    private static final String NOT_ALLOWED = "-NOPERM this user has no permissions to run the 'command' command\r\n";

    private final ConcurrentLinkedQueue<List<String>> received = new ConcurrentLinkedQueue<>();

    @Test
    void a_command_that_the_source_describes_is_synchronized_where_everything_unknown_is_rejected() throws Exception {
        try (ScriptedServer source = source(COMMAND);
                ScriptedServer destination = destination(NOT_ALLOWED);
                RunningTask task = start(source, destination)) {
            awaitCommand();

            assertThat(task.shards()).allMatch(shard -> shard.problem().isEmpty());
        }
    }

    @Test
    void the_destination_is_asked_where_the_source_does_not_tell() throws Exception {
        try (ScriptedServer source = source(NOT_ALLOWED);
                ScriptedServer destination = destination(COMMAND);
                RunningTask task = start(source, destination)) {
            awaitCommand();

            assertThat(task.shards()).allMatch(shard -> shard.problem().isEmpty());
        }
    }

    @Test
    void a_command_that_nobody_describes_is_rejected() throws Exception {
        try (ScriptedServer source = source(NOT_ALLOWED);
                ScriptedServer destination = destination(NOT_ALLOWED);
                RunningTask task = start(source, destination)) {
            task.awaitProblem("MOD.SET at offset");

            assertThat(received).noneMatch(command -> command.get(0).equals("MOD.SET"));
        }
    }

    private void awaitCommand() {
        Await.until("the command arrives", PATIENCE, () -> received.contains(List.of("MOD.SET", "x", "key", "value")));
    }

    private static RunningTask start(ScriptedServer source, ScriptedServer destination) throws Exception {
        return RunningTask.between(source.address(), destination.address())
                .with("unknownCommands", "reject")
                .with("checkpoint", "none")
                .with("camel.component.redis-replication.drain-timeout", "100") // a rejected batch is never applied
                .with("camel.main.shutdown-timeout", "1")
                .start();
    }

    private static ScriptedServer source(String describes) throws IOException {
        RdbMaster master = RdbMaster.serving(NOTHING);
        return ScriptedServer.running((command, out) -> {
            if (command.get(0).equals("COMMAND")) {
                out.write(describes.getBytes(StandardCharsets.ISO_8859_1));
                return;
            }
            master.answer(command, out);
            if (command.get(0).equals("PSYNC")) {
                out.write(STREAM);
            }
        });
    }

    private ScriptedServer destination(String describes) throws IOException {
        return ScriptedServer.answering(command -> {
            received.add(command);
            return switch (command.get(0)) {
                case "INFO" -> ScriptedServer.MASTER;
                case "COMMAND" -> describes;
                case "PING" -> "+PONG\r\n";
                default -> "+OK\r\n";
            };
        });
    }
}
