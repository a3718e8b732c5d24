package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A destination that takes no writes for a while, whatever its reason: they are held and tried again in their order, the health
 * check says why, and it goes on by itself.
 */
class DestinationRefusesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Shorter than the fault: neither can the task's lease be renewed meanwhile. */
    private static final String LEASE_MILLIS = "1500";

    private static final int HELD_COMMANDS = 6000;

    @TempDir
    private Path folder;

    @Test
    void out_of_memory() throws Exception {
        try (Pair pair = standards(RedisServer.on(Pair.newer()))) {
            RedisServer destination = pair.destinationMasters.get(0);
            refusing(
                    pair,
                    "OOM",
                    "raise its maxmemory",
                    () -> destination.command("CONFIG", "SET", "maxmemory", "1"),
                    () -> destination.command("CONFIG", "SET", "maxmemory", "0"));
        }
    }

    @Test
    void a_disk_that_its_snapshot_cannot_be_written_to() throws Exception {
        Path gone = Files.createDirectory(folder.resolve("gone"));
        try (Pair pair = standards(RedisServer.on(Pair.newer())
                .option("save", "86400 1000000")
                .option("stop-writes-on-bgsave-error", "yes")
                .option("enable-protected-configs", "local"))) {
            RedisServer destination = pair.destinationMasters.get(0);
            refusing(
                    pair,
                    "MISCONF",
                    "look at its disk",
                    () -> {
                        destination.command("CONFIG", "SET", "dir", gone.toString());
                        Files.delete(gone);
                        destination.command("BGSAVE");
                    },
                    () -> {
                        destination.command(
                                "CONFIG", "SET", "dir", destination.folder().toString());
                        Await.until("a snapshot can be written again", PATIENCE, () -> {
                            destination.command("BGSAVE", "SCHEDULE");
                            return destination
                                    .info("persistence", "rdb_last_bgsave_status")
                                    .equals("ok");
                        });
                    });
        }
    }

    @Test
    void a_master_that_is_made_a_replica_for_a_while() throws Exception {
        try (Pair pair = standards(RedisServer.on(Pair.newer()))) {
            RedisServer destination = pair.destinationMasters.get(0);
            refusing(
                    pair,
                    "READONLY",
                    "the node is a replica",
                    () -> destination.command("REPLICAOF", "127.0.0.1", "1"), // nobody listens there
                    () -> destination.command("REPLICAOF", "NO", "ONE"));
        }
    }

    @Test
    void a_server_that_stands_still_for_half_a_minute() throws Exception {
        try (Pair pair = standards(RedisServer.on(Pair.newer()));
                LoadedTask loaded = LoadedTask.on(pair)) {
            RedisServer destination = pair.destinationMasters.get(0);
            Recovery pause = loaded.fault("destination: stands still for 30 s");
            destination.pause();
            loaded.task().awaitDown("has not answered");
            pause.lasts(Duration.ofSeconds(30));
            destination.resume();
            pause.ends();

            loaded.task().awaitHealthy();
            loaded.endsEqual();
            assertThat(loaded.task().meter("caravan.destination.connections")).isOne();
            assertThat(loaded.fullResynchronizations()).isOne();
        }
    }

    @Test
    void a_server_that_loads_its_data() throws Exception {
        ServerOptions slowToLoad = RedisServer.on(Pair.newer())
                .option("key-load-delay", "2000")
                .option("loading-process-events-interval-bytes", "1024");
        try (Pair pair = standards(slowToLoad)) {
            RedisServer destination = pair.destinationMasters.get(0);
            try (LoadedTask loaded = LoadedTask.on(pair, pair.task())) {
                Recovery restart = loaded.fault("destination: started again with its data (LOADING)");
                Thread restarting = new Thread(destination::restart, "restart");
                restarting.start();
                loaded.task().awaitDown("LOADING");
                restarting.join();
                restart.ends();

                loaded.task().awaitHealthy();
                loaded.endsEqual();
            }
        }
    }

    @Test
    void a_cluster_of_which_a_master_is_gone_and_comes_back() throws Exception {
        RedisCluster destination = RedisCluster.on(Pair.newer())
                .option("appendonly", "yes")
                .option("cluster-require-full-coverage", "yes")
                .start();
        try (Pair pair = Pair.of(RedisServer.start(Pair.older()), destination)) {
            RedisServer master = pair.destinationMasters.get(0);
            refusing(pair, "CLUSTERDOWN", "does not serve this slot", master::kill, () -> {
                master.restart();
                destination.awaitAgreement();
            });
        }
    }

    /** A step of the test against servers, which may fail in any way. */
    private interface Step {
        void run() throws Exception;
    }

    private static void refusing(Pair pair, String error, String advice, Step begin, Step end) throws Exception {
        RunningTask.Settings settings = pair.task().with("camel.component.redis-replication.lease-time", LEASE_MILLIS);
        try (LoadedTask loaded = LoadedTask.on(pair, settings)) {
            Recovery fault = loaded.fault("destination: " + error);
            begin.run();
            loaded.task().awaitDown(error);
            loaded.task().awaitDown(advice);
            loaded.awaitWrites(HELD_COMMANDS);
            assertThat(loaded.lagBytes()).isPositive();
            end.run();
            fault.ends();

            loaded.task().awaitHealthy();
            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isOne();
        }
    }

    private static Pair standards(ServerOptions destination) {
        return Pair.of(RedisServer.start(Pair.older()), destination.start());
    }
}
