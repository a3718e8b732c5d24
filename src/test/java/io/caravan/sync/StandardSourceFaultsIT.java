package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.TcpProxy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What happens to a standard server that is a source while clients write to it; the copy is equal afterwards, each time. */
class StandardSourceFaultsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void a_server_that_starts_again_with_its_data_is_continued() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                LoadedTask loaded = LoadedTask.on(pair)) {
            Recovery restart = loaded.fault("source: standard server started again with its data");
            pair.sourceMasters.get(0).restart();
            restart.ends();

            loaded.endsEqual();
            assertThat(loaded.reconnections()).isPositive();
            assertThat(loaded.fullResynchronizations()).isOne();
        }
    }

    @Test
    void a_server_that_starts_again_without_its_data_is_copied_anew_and_what_it_has_lost_is_swept() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            RedisServer source = pair.sourceMasters.get(0);
            RedisServer destination = pair.destinationMasters.get(0);
            try (LoadedTask loaded = LoadedTask.on(pair)) {
                loaded.stopsWriting();
                loaded.awaitApplied();
                source.command("SET", "kept", "again");
                source.command("SET", "vanishing", "1");
                loaded.awaitApplied();
                assertThat(destination.command("GET", "vanishing")).isEqualTo("1");

                Recovery restart = loaded.fault("source: standard server started again without its data");
                source.restartEmpty();
                source.command("SET", "kept", "again");
                loaded.writesAgain();
                restart.ends();

                Await.until("it is swept", PATIENCE, () -> destination.number("EXISTS", "vanishing") == 0);
                loaded.endsEqual();
                assertThat(loaded.fullResynchronizations()).isEqualTo(2);
                assertThat(destination.command("GET", "kept")).isEqualTo("again");
            }
        }
    }

    @Test
    void a_replica_that_takes_over_the_address_is_continued() throws Exception {
        try (RedisServer first = RedisServer.start(Pair.older());
                TcpProxy address = TcpProxy.to(first.port());
                Pair pair = Pair.at(address, RedisServer.start(Pair.older()), RedisServer.start(Pair.newer()))) {
            RedisServer second = pair.sourceMasters.get(0);
            second.command("REPLICAOF", first.host(), Integer.toString(first.port()));
            Await.until(
                    "the replica is online",
                    PATIENCE,
                    () -> second.info("replication", "master_link_status").equals("up"));
            RunningTask.Settings byAddress =
                    RunningTask.between(address.address(), Pair.nodes(pair.destinationMasters));
            try (LoadedTask loaded = LoadedTask.on(pair, byAddress)) {
                Recovery takeOver = loaded.fault("source: replica takes over the address of a standard server");
                first.command("CLIENT", "PAUSE", "60000", "WRITE");
                long written = Long.parseLong(first.info("replication", "master_repl_offset"));
                Await.until(
                        "the replica has everything",
                        PATIENCE,
                        () -> Long.parseLong(second.info("replication", "master_repl_offset")) >= written);
                first.kill();
                second.command("REPLICAOF", "NO", "ONE");
                address.retarget(second.port());
                takeOver.ends();

                loaded.endsEqual();
                assertThat(loaded.fullResynchronizations()).isOne();
                assertThat(loaded.reconnections()).isPositive();
            }
        }
    }
}
