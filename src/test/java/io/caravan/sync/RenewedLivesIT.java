package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A source gives its keys longer lives, again and again, while the destination is not to be reached: there they have expired
 * before they hear of it.
 */
class RenewedLivesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int KEYS = 50;
    private static final int LIFE_MILLIS = 1500;

    @Test
    void while_the_destination_stands_still() throws Exception {
        try (Pair pair = Pair.standardToCluster();
                RunningTask task = pair.task().start()) {
            RedisServer source = pair.sourceMasters.get(0);
            begin(source);
            task.awaitStreaming().awaitApplied(pair.sourceMasters);
            pair.destinationMasters.forEach(RedisServer::pause);

            renewFor(source, 2 * LIFE_MILLIS);
            pair.destinationMasters.forEach(RedisServer::resume);
            task.awaitApplied(pair.sourceMasters);

            pair.assertEqual();
            assertThat(source.number("DBSIZE")).as("every key lives").isEqualTo(KEYS * 5);
        }
    }

    @Test
    void while_the_snapshot_is_on_its_way() throws Exception {
        try (RedisServer source = RedisServer.on(ServerProgram.of("7.0.15"))
                        .option("repl-diskless-sync", "no")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            source.command("DEBUG", "POPULATE", "20000", "filler", "4000");
            begin(source);
            try (RunningTask task = RunningTask.between(Pair.nodes(List.of(source)), Pair.nodes(List.of(destination)))
                    .with("camel.component.redis-replication.memory-limit", "4MB")
                    .start()) {
                Await.until("the snapshot has begun", PATIENCE, () -> destination.number("DBSIZE") > 10);
                destination.pause();
                renewFor(source, 2 * LIFE_MILLIS);
                destination.resume();
                task.awaitStreaming().awaitApplied(List.of(source));

                assertSame(source, destination);
            }
        }
    }

    private static void begin(RedisServer source) {
        for (int i = 0; i < KEYS; i++) {
            source.command("HSET", "hash:" + i, "first", "1");
            source.command("RPUSH", "list:" + i, "first");
            source.command("SADD", "{" + i + "}:set", "first");
            source.command("SET", "string:" + i, "first");
        }
        renew(source, 0);
    }

    private static void renew(RedisServer source, int round) {
        String life = Integer.toString(LIFE_MILLIS);
        for (int i = 0; i < KEYS; i++) {
            source.command("HSET", "hash:" + i, "round", Integer.toString(round));
            source.command("PEXPIRE", "hash:" + i, life);
            source.command("RPUSH", "list:" + i, Integer.toString(round));
            source.command("PEXPIRE", "list:" + i, life);
            source.command("SADD", "{" + i + "}:set", Integer.toString(round));
            source.command("PEXPIRE", "{" + i + "}:set", life);
            source.command("SUNIONSTORE", "{" + i + "}:copy", "{" + i + "}:set");
            source.command("PERSIST", "string:" + i);
            source.command("PEXPIRE", "string:" + i, life);
        }
    }

    private static void renewFor(RedisServer source, long millis) {
        long began = System.nanoTime();
        for (int round = 1;
                System.nanoTime() - began < Duration.ofMillis(millis).toNanos();
                round++) {
            renew(source, round);
        }
        for (int i = 0; i < KEYS; i++) {
            source.command("PERSIST", "hash:" + i);
            source.command("PEXPIRE", "list:" + i, "600000");
            source.command("PERSIST", "{" + i + "}:set");
            source.command("PERSIST", "string:" + i);
        }
    }

    private static void assertSame(RedisServer source, RedisServer destination) {
        for (int i = 0; i < KEYS; i++) {
            for (String[] read : new String[][] {
                {"HGETALL", "hash:" + i},
                {"LRANGE", "list:" + i, "0", "-1"},
                {"SCARD", "{" + i + "}:set"},
                {"SCARD", "{" + i + "}:copy"},
                {"GET", "string:" + i}
            }) {
                assertThat(destination.command(read)).as(String.join(" ", read)).isEqualTo(source.command(read));
            }
        }
    }
}
