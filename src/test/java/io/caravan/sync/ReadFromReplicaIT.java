package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.replication.ShardStatus;
import io.caravan.servers.Await;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A task that prefers replicas ({@code readFrom=REPLICA_PREFERRED}) while clients write and its nodes fail: whatever happens, the copy
 * is equal in the end, and nothing but the first snapshot is taken.
 */
class ReadFromReplicaIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Pair pair;
    private RedisCluster source;
    private RedisServer master;

    @BeforeEach
    void startServers() {
        pair = Pair.of(
                RedisCluster.on(Pair.older())
                        .masters(2)
                        .replicas(2)
                        .option("repl-backlog-size", "64mb")
                        .start(),
                RedisCluster.on(Pair.newer()).masters(1).start());
        source = pair.sourceCluster();
        master = source.masters().get(0);
    }

    @AfterEach
    void stopServers() throws Exception {
        pair.close();
    }

    @Test
    void each_shard_is_linked_to_a_replica_of_its_master() throws Exception {
        try (LoadedTask loaded = start()) {
            assertThat(loaded.task().shards()).hasSize(2).allSatisfy(shard -> {
                RedisServer itsMaster = serverAt(shard.master());
                assertThat(source.masters()).contains(itsMaster);
                assertThat(source.replicasOf(itsMaster)).contains(serverAt(shard.node()));
                assertThat(Links.of(serverAt(shard.node()))).hasSize(1);
                assertThat(Links.of(itsMaster)).isEmpty();
            });

            endsEqual(loaded);
        }
    }

    @Test
    void a_replica_that_is_killed_is_replaced_by_the_next_one_and_that_by_the_master() throws Exception {
        try (LoadedTask loaded = start()) {
            RedisServer first = linkedOf(loaded, master);
            Recovery killed = loaded.fault("source: linked replica killed");
            first.kill();
            awaitLinkedToAnother(loaded, first);
            killed.ends();
            RedisServer second = linkedOf(loaded, master);
            assertThat(source.replicasOf(master)).contains(second);

            Recovery last = loaded.fault("source: last replica killed");
            second.kill();
            awaitLinked(loaded, master);
            last.ends();

            endsEqual(loaded);
        }
    }

    @Test
    void a_replica_that_comes_back_is_preferred_again() throws Exception {
        try (LoadedTask loaded = start()) {
            source.replicasOf(master).forEach(RedisServer::kill);
            awaitLinked(loaded, master);
            RedisServer back = source.servers().stream()
                    .filter(server -> !server.isAlive())
                    .findFirst()
                    .orElseThrow();

            back.restart();

            awaitLinked(loaded, back);
            endsEqual(loaded);
        }
    }

    @Test
    void a_replica_that_stands_still_is_left() throws Exception {
        try (LoadedTask loaded = start()) {
            RedisServer stopped = linkedOf(loaded, master);
            Recovery recovery = loaded.fault("source: linked replica stopped");
            stopped.pause();
            awaitLinkedToAnother(loaded, stopped);
            recovery.ends();
            stopped.resume();

            endsEqual(loaded);
        }
    }

    @Test
    void a_replica_that_has_lost_its_master_is_left_though_it_answers() throws Exception {
        try (LoadedTask loaded = start()) {
            RedisServer cutOff = linkedOf(loaded, master);
            Recovery recovery = loaded.fault("source: linked replica without its master");
            cutOff.command("CONFIG", "SET", "masterauth", "wrong");
            cutOff.command("CLIENT", "KILL", "TYPE", "master");
            Await.until(
                    "what the replica does not get counts as lag, or it is left already",
                    PATIENCE,
                    () -> shardOf(loaded, master),
                    shard -> shard.lagBytes().orElse(0) > 0 || !shard.node().equals(address(cutOff)));
            awaitLinkedToAnother(loaded, cutOff);
            recovery.ends();
            assertThat(cutOff.info("replication", "master_link_status")).isEqualTo("down");

            endsEqual(loaded);
        }
    }

    private LoadedTask start() throws Exception {
        return LoadedTask.on(pair, pair.task().with("readFrom", "REPLICA_PREFERRED"));
    }

    /** And nothing but the first snapshot of each shard was taken. */
    private static void endsEqual(LoadedTask loaded) {
        loaded.endsEqual();
        assertThat(loaded.fullResynchronizations()).isEqualTo(2);
    }

    private static void awaitLinked(LoadedTask loaded, RedisServer node) {
        Await.until(
                "the link goes to " + node,
                PATIENCE,
                loaded.task()::shards,
                shards -> shards.stream().anyMatch(shard -> shard.node().equals(address(node))));
        loaded.task().awaitStreaming();
    }

    private void awaitLinkedToAnother(LoadedTask loaded, RedisServer node) {
        Await.until(
                "the link has left " + node,
                PATIENCE,
                loaded.task()::shards,
                shards -> shards.stream().noneMatch(shard -> shard.node().equals(address(node))));
        loaded.task().awaitStreaming();
    }

    private RedisServer linkedOf(LoadedTask loaded, RedisServer itsMaster) {
        return serverAt(shardOf(loaded, itsMaster).node());
    }

    private static ShardStatus shardOf(LoadedTask loaded, RedisServer itsMaster) {
        return loaded.task().shards().stream()
                .filter(shard -> shard.master().equals(address(itsMaster)))
                .findFirst()
                .orElseThrow();
    }

    private RedisServer serverAt(String address) {
        return source.servers().stream()
                .filter(server -> address(server).equals(address))
                .findFirst()
                .orElseThrow();
    }

    private static String address(RedisServer server) {
        return server.host() + ":" + server.port();
    }

    /** Replication links of ours at a node: those that have not said at which port they listen. */
    private static final class Links {

        static List<String> of(RedisServer node) {
            return String.valueOf(node.command("INFO", "replication"))
                    .lines()
                    .filter(line -> line.matches("slave\\d+:.*port=0,.*"))
                    .toList();
        }
    }
}
