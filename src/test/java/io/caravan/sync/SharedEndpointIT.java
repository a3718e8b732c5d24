package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.TcpProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two tasks whose routes lead to the same {@code redis-cluster} endpoint share its connections, and nothing else. */
class SharedEndpointIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String ROUTE = """
            - route:
                id: %1$s
                from:
                  uri: redis-replication
                  parameters:
                    nodes: "127.0.0.1:%2$d"
                    drainTimeout: 500
                  steps:
                    - to:
                        uri: redis-cluster
                        parameters:
                          nodes: "%3$s"
            """;

    @TempDir
    private Path folder;

    @Test
    void what_a_stopped_task_leaves_on_its_way_holds_up_no_other_and_is_applied_once() throws Exception {
        try (RedisServer first = RedisServer.start(Pair.older());
                RedisServer second = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.start(Pair.newer());
                TcpProxy network = TcpProxy.to(destination.port());
                CapturedLog log = CapturedLog.of("io.caravan.camel");
                RunningTask tasks = start(first, second, network)) {
            increment(first, "first", 50);
            increment(second, "second", 50);
            awaitCounter(destination, "first", 50);
            awaitCounter(destination, "second", 50);

            double sent = tasks.meter("caravan.destination.commands");
            network.hold();
            increment(first, "first", 10);
            increment(second, "second", 10);
            Await.until(
                    "they are on their way",
                    PATIENCE,
                    () -> tasks.meter("caravan.destination.commands"),
                    commands -> commands >= sent + 20);
            first.pause();
            network.cut(); // whether they were applied can only be told by the sources
            network.release();
            Await.until(
                    "the first source is asked",
                    PATIENCE,
                    () -> tasks.meter("caravan.refresh.waiting"),
                    waiting -> waiting > 0);
            tasks.context().getRouteController().stopRoute("first", 1, TimeUnit.SECONDS);

            increment(second, "second", 10);
            awaitCounter(destination, "second", 70);
            first.resume();
            increment(first, "first", 10);
            tasks.context().getRouteController().startRoute("first");
            awaitCounter(destination, "first", 70);
            awaitCounter(destination, "second", 70);
            assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR"));
            assertThat(first.info("stats", "sync_full")).isEqualTo("1");
            assertThat(second.info("stats", "sync_full")).isEqualTo("1");
        }
    }

    private RunningTask start(RedisServer first, RedisServer second, TcpProxy destination) throws Exception {
        Path routes = folder.resolve("both.camel.yaml");
        Files.writeString(
                routes,
                ROUTE.formatted("first", first.port(), destination.address())
                        + ROUTE.formatted("second", second.port(), destination.address()));
        return RunningTask.between("unused:1", "unused:2")
                .with("camel.main.routes-include-pattern", "file:" + routes)
                .start();
    }

    private static void increment(RedisServer source, String counter, int times) {
        for (int i = 0; i < times; i++) {
            source.command("INCR", counter);
        }
    }

    private static void awaitCounter(RedisServer destination, String counter, int value) {
        Await.until(
                counter + " is " + value,
                PATIENCE,
                () -> destination.number("STRLEN", counter) == 0 ? 0 : destination.number("INCRBY", counter, "0"),
                found -> found == value);
    }
}
