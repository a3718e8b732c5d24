package io.caravan.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @EachServer
    void counters_and_lists_are_what_was_acknowledged(ServerProgram program) {
        try (RedisServer server = RedisServer.start(program);
                Load load = Load.on(server).threads(2).database(3).start()) {
            Await.until("20,000 commands", LIMIT, load::acknowledged, count -> count > 20_000);

            LoadReport report = load.stop();

            assertThat(report.violationsAt(server, 3)).isEmpty();
            assertThat(report.counters().values().stream().mapToLong(n -> n).sum())
                    .isPositive();
            String key = report.lists().keySet().iterator().next();
            try (RespClient client = server.client()) {
                client.call("SELECT", "3");
                client.call("RPUSH", key, "stray");
            }
            assertThat(report.violationsAt(server, 3))
                    .singleElement()
                    .asString()
                    .contains(key);
        }
    }

    @EachServer
    void a_copy_that_the_servers_make_themselves_shows_no_difference(ServerProgram program) {
        try (RedisServer source = RedisServer.start(program);
                RedisServer copy = RedisServer.start(program)) {
            Dataset.everyType(1, 100).writeTo(source);
            copy.command("SLAVEOF", source.host(), Integer.toString(source.port()));
            LoadReport report;
            try (Load load = Load.on(source).threads(2).expiringSoon().start()) {
                Await.until("20,000 commands", LIMIT, load::acknowledged, count -> count > 20_000);
                report = load.stop();
            }

            Await.until(
                    "the copy is online",
                    LIMIT,
                    () -> copy.info("replication", "master_link_status").equals("up"));
            Await.until(
                    "the copy has all",
                    LIMIT,
                    () -> copy.info("replication", "slave_repl_offset")
                            .equals(source.info("replication", "master_repl_offset")));

            assertThat(Comparison.of(source, copy).run().differences()).isEmpty();
            assertThat(report.violationsAt(copy)).isEmpty();
        }
    }

    @Test
    void the_rate_is_kept() {
        try (RedisServer server = RedisServer.start(ServerProgram.newest());
                Load load = Load.on(server).threads(2).perSecond(2_000).start()) {
            Await.until("2000 commands", LIMIT, load::acknowledged, count -> count >= 2_000);

            LoadReport report = load.stop();

            assertThat(report.acknowledged() * 1_000.0 / report.millis()).isBetween(1_000.0, 2_100.0);
        }
    }

    @Test
    void a_source_that_is_killed_and_comes_back_leaves_the_lists_in_order() {
        try (RedisServer server =
                        RedisServer.on(ServerProgram.newest()).appendOnly().start();
                Load load = Load.on(server).threads(2).start()) {
            Await.until("5000 commands", LIMIT, load::acknowledged, count -> count > 5_000);
            long before = load.acknowledged();

            server.kill();
            server.restart();

            Await.until("the load goes on", LIMIT, load::acknowledged, count -> count > before + 5_000);
            LoadReport report = load.stop();
            assertThat(report.unanswered()).isPositive();
            assertThat(report.violationsAt(server)).isEmpty();
        }
    }

    @Test
    void an_error_that_nobody_expects_fails_the_load_with_the_command_and_the_seed() {
        try (RedisServer server = RedisServer.on(ServerProgram.newest())
                        .option("maxmemory", "1mb")
                        .start();
                Load load = Load.on(server).seed(4711).start()) {
            Await.until("memory is full", LIMIT, load::hasFailed);

            assertThatThrownBy(load::stop)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("seed 4711")
                    .hasMessageContaining("OOM");
        }
    }
}
