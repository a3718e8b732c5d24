package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.TcpProxy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A master of the destination is started again, and has kept all of what it had acknowledged, some of it, or nothing. */
class DestinationRestartsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What an append-only file loses of its end: a fraction of a second. */
    private static final int LOST_BYTES = 20_000;

    /** Enough for every master to have much more than that, and to be known to have it. */
    private static final int WRITES_BEFORE = 6000;

    @Test
    void a_server_with_all_of_its_data() throws Exception {
        try (Pair pair = appending();
                LoadedTask loaded = LoadedTask.on(pair)) {
            Recovery restart = loaded.fault("destination: killed and started again, append-only file");
            RedisServer destination = pair.destinationMasters.get(0);
            destination.kill();
            destination.restart();
            restart.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isOne();
        }
    }

    @Test
    void a_server_whose_append_only_file_lacks_the_end() throws Exception {
        try (Pair pair = appending();
                LoadedTask loaded = LoadedTask.on(pair)) {
            loaded.awaitWrites(WRITES_BEFORE);
            Recovery restart = loaded.fault("destination: started again without the end of its append-only file");
            RedisServer destination = pair.destinationMasters.get(0);
            destination.kill();
            losesTheEnd(destination);
            destination.restart();
            restart.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isOne();
            assertThat(loaded.task().meter("caravan.refresh.readings")).isPositive();
        }
    }

    @Test
    void a_server_with_an_old_snapshot() throws Exception {
        try (Pair pair = Pair.of(RedisServer.start(Pair.older()), RedisServer.start(Pair.newer()));
                LoadedTask loaded = LoadedTask.on(pair)) {
            RedisServer destination = pair.destinationMasters.get(0);
            destination.command("SAVE");
            loaded.awaitWrites(WRITES_BEFORE);
            Recovery restart = loaded.fault("destination: started again with an old snapshot");
            destination.kill();
            destination.restart();
            restart.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isEqualTo(2);
        }
    }

    @Test
    void a_server_without_its_data() throws Exception {
        try (Pair pair = Pair.of(RedisServer.start(Pair.older()), RedisServer.start(Pair.newer()));
                LoadedTask loaded = LoadedTask.on(pair)) {
            Recovery restart = loaded.fault("destination: started again without its data");
            pair.destinationMasters.get(0).restartEmpty();
            restart.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isEqualTo(2);
        }
    }

    @Test
    void a_server_that_has_lost_its_data_while_nothing_was_written() throws Exception {
        try (Pair pair = Pair.of(RedisServer.start(Pair.older()), RedisServer.start(Pair.newer()));
                LoadedTask loaded = LoadedTask.on(pair)) {
            loaded.stopsWriting();
            loaded.awaitApplied();
            pair.destinationMasters.get(0).restartEmpty();

            loaded.writesAgain();
            loaded.endsEqual();
        }
    }

    @Test
    void a_replica_that_takes_over_the_address_of_a_server_and_lacks_the_last_writes() throws Exception {
        try (RedisServer first = RedisServer.start(Pair.newer());
                TcpProxy address = TcpProxy.to(first.port());
                Pair pair = Pair.of(RedisServer.start(Pair.older()), RedisServer.start(Pair.newer()))) {
            RedisServer replica = pair.destinationMasters.get(0);
            replica.command("REPLICAOF", first.host(), Integer.toString(first.port()));
            Await.until(
                    "the replica is online",
                    PATIENCE,
                    () -> replica.info("replication", "master_link_status").equals("up"));
            try (LoadedTask loaded =
                    LoadedTask.on(pair, RunningTask.between(Pair.nodes(pair.sourceMasters), address.address()))) {
                first.command("ACL", "SETUSER", "default", "-psync", "-sync");
                first.command("CLIENT", "KILL", "TYPE", "replica");
                loaded.awaitWrites(WRITES_BEFORE);
                Recovery takeOver =
                        loaded.fault("destination: a replica takes over the address, without the last writes");
                first.kill();
                replica.command("REPLICAOF", "NO", "ONE");
                address.retarget(replica.port());
                takeOver.ends();

                loaded.endsEqual();
            }
        }
    }

    @Test
    void a_master_of_a_cluster_without_its_data() throws Exception {
        RedisCluster destination = RedisCluster.on(Pair.newer()).start();
        try (Pair pair = Pair.of(RedisCluster.on(Pair.older()).start(), destination);
                LoadedTask loaded = LoadedTask.on(pair)) {
            Recovery restart = loaded.fault("destination: master of a cluster started again without its data");
            pair.destinationMasters.get(1).restartEmpty();
            destination.awaitAgreement();
            restart.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isEqualTo(6);
        }
    }

    @Test
    void a_master_of_a_cluster_whose_append_only_file_lacks_the_end() throws Exception {
        RedisCluster destination =
                RedisCluster.on(Pair.newer()).option("appendonly", "yes").start();
        try (Pair pair = Pair.of(RedisCluster.on(Pair.older()).start(), destination);
                LoadedTask loaded = LoadedTask.on(pair)) {
            loaded.awaitWrites(WRITES_BEFORE);
            Recovery restart =
                    loaded.fault("destination: master of a cluster started again without the end of its file");
            RedisServer master = pair.destinationMasters.get(1);
            master.kill();
            losesTheEnd(master);
            master.restart();
            destination.awaitAgreement();
            restart.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isEqualTo(3);
            assertThat(loaded.task().meter("caravan.refresh.readings")).isPositive();
        }
    }

    private static Pair appending() {
        return Pair.of(
                RedisServer.start(Pair.older()),
                RedisServer.on(Pair.newer()).appendOnly().start());
    }

    /** As after a power failure: what had not reached the disk is missing. */
    private static void losesTheEnd(RedisServer server) throws IOException {
        try (Stream<Path> files = Files.walk(server.folder())) {
            List<Path> written =
                    files.filter(file -> file.toString().endsWith(".incr.aof")).toList();
            assertThat(written).hasSize(1);
            try (FileChannel file = FileChannel.open(written.get(0), StandardOpenOption.WRITE)) {
                assertThat(file.size()).isGreaterThan(LOST_BYTES);
                file.truncate(file.size() - LOST_BYTES);
            }
        }
    }
}
