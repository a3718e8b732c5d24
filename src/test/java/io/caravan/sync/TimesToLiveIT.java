package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caravan.replication.ShardState;
import io.caravan.resp.RespWriter;
import io.caravan.servers.Await;
import io.caravan.servers.Comparison;
import io.caravan.servers.Deployment;
import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.ServerProgram;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A key lives as long on the destination as on a source that says times to live, not moments. */
class TimesToLiveIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** How long commands have to wait: a few times what the lives may differ by. */
    private static final long WAIT_MILLIS = 2500;

    private static final long TOLERANCE_MILLIS = 700;

    @EachServer(min = "4.0", max = "6.2")
    void what_waited_while_no_task_ran_lives_no_longer(ServerProgram program) throws Exception {
        try (Pair pair = Pair.standards(program, Pair.newer())) {
            RedisServer source = pair.sourceMasters.get(0);
            source.command("SET", "expire", "v");
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
            }

            source.command("SETEX", "setex", "1000", "v");
            source.command("SET", "set", "v", "EX", "1000", "NX");
            source.command("EXPIRE", "expire", "1000");
            source.command("SET", "immortal", "v");
            awaitAge(source, "setex");
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming().awaitApplied(pair.sourceMasters);
            }

            assertSameLives(pair.source, pair.destination, TOLERANCE_MILLIS);
        }
    }

    @EachServer(min = "4.0", max = "6.2")
    void what_waits_for_a_destination_that_stands_still_lives_no_longer(ServerProgram program) throws Exception {
        try (Pair pair = Pair.standards(program, Pair.newer())) {
            RedisServer source = pair.sourceMasters.get(0);
            try (RunningTask task = pair.task().start()) {
                task.awaitStreaming();
                pair.destinationMasters.get(0).pause();
                source.command("SETEX", "setex", "1000", "v");
                source.command("SET", "large", "v".repeat(6_000_000), "PX", "1000000");
                awaitAge(source, "setex");
                pair.destinationMasters.get(0).resume();
                task.awaitApplied(pair.sourceMasters);
            }

            assertSameLives(pair.source, pair.destination, TOLERANCE_MILLIS);
        }
    }

    /** Redis keeps the stream for us while the snapshot is on its way; where we have not seen it, we have seen how far it was. */
    @Test
    void what_waits_at_the_source_for_the_snapshot_to_be_sent_lives_no_longer() throws Exception {
        long monitorMillis = 1000;
        try (RedisServer source = RedisServer.on(ServerProgram.of("6.2.7"))
                        .option("repl-diskless-sync", "yes")
                        .option("repl-diskless-sync-delay", "2")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            source.command("DEBUG", "POPULATE", "2000", "value", "100000");
            try (RunningTask task = RunningTask.between(address(source), address(destination))
                    .with("memoryLimit", "2MB")
                    .with("spoolDirectory", "")
                    .start()) {
                Await.until(
                        "the snapshot has begun",
                        PATIENCE,
                        () -> task.shards().stream().anyMatch(shard -> shard.state() == ShardState.SNAPSHOT));
                destination.pause();
                source.command("SETEX", "setex", "1000", "v");
                source.command("SET", "later", "v");
                awaitAge(source, "setex");
                destination.resume();
                task.awaitStreaming().awaitApplied(List.of(source));
            }

            assertSameLives(source, destination, monitorMillis + TOLERANCE_MILLIS);
        }
    }

    @Test
    void an_account_that_may_only_replicate_gets_moments_by_our_clock() throws Exception {
        var restricted = RedisServer.on(ServerProgram.of("6.2.7"))
                .user("caravan", "secret", "+psync", "+replconf", "+ping")
                .start();
        try (RedisServer source = restricted;
                RedisServer destination = RedisServer.start(Pair.newer());
                RunningTask task = RunningTask.between(address(source), address(destination))
                        .with("source.password", "caravan:secret")
                        .start()) {
            task.awaitStreaming();
            source.command("SETEX", "setex", "1000", "v");
            Await.until("the key is there", PATIENCE, () -> timeToLive(destination, "setex") > 0);

            assertThat(timeToLive(destination, "setex"))
                    .isCloseTo(timeToLive(source, "setex"), within(TOLERANCE_MILLIS));
        }
    }

    @Test
    void a_source_whose_clock_is_ahead_means_moments_by_its_clock() throws Exception {
        byte[] stream =
                new RespWriter(64).command("SETEX", "setex", "1000", "v").toByteArray();
        long aheadMillis = Duration.ofHours(1).toMillis();
        try (RedisServer destination = RedisServer.start(Pair.newer());
                var master = new ReplayedMaster(stream, destination, aheadMillis);
                RunningTask task = RunningTask.between(master.address(), address(destination))
                        .start()) {
            task.awaitStreaming();
            Await.until("the key is there", PATIENCE, () -> timeToLive(destination, "setex") > 0);

            assertThat(timeToLive(destination, "setex")).isCloseTo(1000_000 + aheadMillis, within(10_000L));
        }
    }

    private static void awaitAge(RedisServer source, String key) {
        Await.until(
                key + " is " + WAIT_MILLIS + " ms old",
                PATIENCE,
                () -> timeToLive(source, key) < 1000_000 - WAIT_MILLIS);
    }

    private static long timeToLive(RedisServer server, String key) {
        return (Long) Objects.requireNonNull(server.command(Request.of("PTTL", key)));
    }

    private static void assertSameLives(Deployment source, Deployment destination, long toleranceMillis) {
        assertThat(Comparison.of(source, destination)
                        .toleranceMillis(toleranceMillis)
                        .run())
                .satisfies(
                        report -> assertThat(report.isEqual()).as("%s", report).isTrue());
    }

    private static String address(RedisServer server) {
        return server.host() + ":" + server.port();
    }
}
