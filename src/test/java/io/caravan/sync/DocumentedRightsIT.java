package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.precheck.PrecheckItem;
import io.caravan.servers.EachServer;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Accounts with the rights that {@code docs/configuration.md} lists, and no others, are enough. */
class DocumentedRightsIT {

    private static final String USER = "caravan";
    private static final String PASSWORD = "password";
    private static final String LINE = "ACL SETUSER " + USER + " on >" + PASSWORD + " ";
    private static final Set<String> NEW_IN_7_0 = Set.of("+pexpiretime", "+spublish", "+function");

    @Test
    void between_clusters() throws Exception {
        RedisCluster source = RedisCluster.on(Pair.older())
                .user(USER, PASSWORD, rights(0, Pair.older()))
                .start();
        RedisCluster destination = RedisCluster.on(Pair.newer())
                .user(USER, PASSWORD, rights(1, Pair.newer()))
                .start();
        try (Pair pair = Pair.of(source, destination)) {
            nothingIsMissing(pair);

            try (LoadedTask loaded = LoadedTask.on(pair, task(pair).with("precheck", "true"))) {
                destination.moveSlots(
                        destination.masters().get(0), destination.masters().get(1), 0, 49);
                source.moveSlots(source.masters().get(0), source.masters().get(1), 0, 49);

                loaded.endsEqual();
            }
        }
    }

    @EachServer(min = "6.0")
    void between_standard_servers(ServerProgram program) throws Exception {
        RedisServer source =
                RedisServer.on(program).user(USER, PASSWORD, rights(0, program)).start();
        RedisServer destination =
                RedisServer.on(program).user(USER, PASSWORD, rights(1, program)).start();
        try (Pair pair = Pair.of(source, destination)) {
            nothingIsMissing(pair);

            try (LoadedTask loaded = LoadedTask.on(pair, task(pair).with("precheck", "true"))) {
                loaded.endsEqual();
            }
        }
    }

    private static void nothingIsMissing(Pair pair) throws Exception {
        Prechecked checked = Prechecked.of(task(pair));
        assertThat(checked.report().items())
                .as(checked.report().text())
                .flatExtracting(PrecheckItem::findings)
                .isEmpty();
        checked.passed("right to write", "commands are permitted");
    }

    private static RunningTask.Settings task(Pair pair) {
        return pair.task()
                .with("source.password", USER + ":" + PASSWORD)
                .with("destination.password", USER + ":" + PASSWORD);
    }

    /** The first line is for the source, the second for the destination. */
    private static String[] rights(int line, ServerProgram program) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("docs/configuration.md")).stream()
                .filter(text -> text.startsWith(LINE))
                .toList();
        assertThat(lines).hasSize(2);
        return Arrays.stream(lines.get(line).substring(LINE.length()).split(" "))
                .filter(right -> program.atLeast("7.0") || !NEW_IN_7_0.contains(right))
                .filter(right -> program.atLeast("6.2") || !right.equals("&*"))
                .toArray(String[]::new);
    }
}
