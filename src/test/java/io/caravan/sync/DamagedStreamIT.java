package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.resp.Typed;
import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Bytes of the replication stream that are no command: lost or changed on their way, so they are asked for once more. */
class DamagedStreamIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String HISTORY = "0123456789012345678901234567890123456789";
    private static final String SNAPSHOT = "$18\r\nREDIS0009\u00ff\0\0\0\0\0\0\0\0";
    private static final byte[] FIRST = Typed.commands("SET a 1");
    private static final byte[] SECOND = Typed.commands("SET b 2");

    @Test
    void the_link_is_made_again_behind_the_last_command_that_was_understood() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        try (ScriptedServer master = ScriptedServer.running((command, out) -> answer(command, asked, out));
                RedisServer destination = RedisServer.start(Pair.newer());
                var log = CapturedLog.of("io.caravan.replication.ShardLink");
                RunningTask task = RunningTask.between(master.address(), Pair.nodes(List.of(destination)))
                        .with("checkpoint", "none")
                        .start()) {
            Await.until("the second key arrives", PATIENCE, () -> destination.command("GET", "b"), "2"::equals);

            assertThat(destination.command("GET", "a")).isEqualTo("1");
            assertThat(asked).containsExactly("? -1", HISTORY + " " + (1 + FIRST.length));
            assertThat(log.lines())
                    .anyMatch(line -> line.contains(
                                    "the replication stream cannot be understood at offset " + FIRST.length
                                            + ": expected a command ('*' and its number of arguments) but found '+what?")
                            && line.contains("connecting again in"));
            assertThat(task.shards()).allMatch(shard -> shard.problem().isEmpty());
        }
    }

    private static void answer(List<String> command, List<String> asked, OutputStream out) throws IOException {
        switch (command.get(0)) {
            case "INFO" -> write(out, "$33\r\nredis_version:7.0.15\r\nrole:master\r\n");
            case "PSYNC" -> {
                asked.add(command.get(1) + " " + command.get(2));
                if (command.get(1).equals("?")) {
                    write(out, "+FULLRESYNC " + HISTORY + " 0\r\n" + SNAPSHOT);
                    out.write(FIRST);
                    write(out, "+what?\r\n");
                } else {
                    write(out, "+CONTINUE " + HISTORY + "\r\n");
                    out.write(SECOND);
                }
            }
            case "REPLCONF" -> write(out, command.get(1).equals("ACK") ? "" : "+OK\r\n");
            default -> write(out, "+OK\r\n");
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
