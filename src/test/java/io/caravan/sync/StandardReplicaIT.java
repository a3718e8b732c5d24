package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A standard server whose replica is preferred as the source. */
class StandardReplicaIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void the_link_goes_to_the_replica_and_to_the_master_when_that_is_killed() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RedisServer replica = RedisServer.start(Pair.older())) {
            RedisServer master = pair.sourceMasters.get(0);
            replica.command("REPLICAOF", master.host(), Integer.toString(master.port()));
            Await.until(
                    "the replica is online",
                    PATIENCE,
                    () -> replica.info("replication", "master_link_status").equals("up"));
            try (LoadedTask loaded = LoadedTask.on(pair, pair.task().with("readFrom", "REPLICA_PREFERRED"))) {
                assertThat(node(loaded)).isEqualTo(address(replica));
                assertThat(replica.info("replication", "connected_slaves")).isEqualTo("1");
                assertThat(master.info("replication", "connected_slaves")).isEqualTo("1");

                Recovery recovery = loaded.fault("source: replica of a standard server killed");
                replica.kill();
                Await.until(
                        "the link goes to the master",
                        PATIENCE,
                        () -> node(loaded).equals(address(master)));
                recovery.ends();

                loaded.endsEqual();
                assertThat(loaded.fullResynchronizations()).isOne();
            }
        }
    }

    @Test
    void a_server_without_replicas_is_linked_to_itself() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                LoadedTask loaded = LoadedTask.on(pair, pair.task().with("readFrom", "REPLICA_PREFERRED"))) {
            assertThat(node(loaded)).isEqualTo(address(pair.sourceMasters.get(0)));

            loaded.endsEqual();
        }
    }

    @Test
    void a_replica_whose_address_means_nothing_from_here_is_passed_over() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RedisServer replica = RedisServer.start(Pair.older())) {
            RedisServer master = pair.sourceMasters.get(0);
            replica.command("CONFIG", "SET", "replica-announce-port", "1");
            replica.command("REPLICAOF", master.host(), Integer.toString(master.port()));
            Await.until(
                    "the replica is online",
                    PATIENCE,
                    () -> master.info("replication", "slave0").contains("port=1,state=online"));
            try (LoadedTask loaded = LoadedTask.on(pair, pair.task().with("readFrom", "REPLICA_PREFERRED"))) {
                assertThat(node(loaded)).isEqualTo(address(master));

                loaded.endsEqual();
            }
        }
    }

    @Test
    void the_linked_replica_that_takes_over_the_address_of_its_master_is_continued() throws Exception {
        try (AddressTakeOver takeOver = AddressTakeOver.ready();
                LoadedTask loaded =
                        LoadedTask.on(takeOver.pair(), takeOver.task().with("readFrom", "REPLICA_PREFERRED"))) {
            assertThat(node(loaded)).isEqualTo(address(takeOver.replica()));

            Recovery recovery = loaded.fault("source: linked replica takes over the address of a standard server");
            takeOver.happens();
            recovery.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isOne();
            assertThat(node(loaded)).isEqualTo(takeOver.address());
        }
    }

    private static String node(LoadedTask loaded) {
        return loaded.task().shards().get(0).node();
    }

    private static String address(RedisServer server) {
        return server.host() + ":" + server.port();
    }
}
