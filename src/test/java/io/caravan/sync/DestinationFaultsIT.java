package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.CapturedLog;
import io.caravan.servers.Await;
import io.caravan.servers.HashSlots;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to a cluster that is a destination while clients write to the source; the copy is equal afterwards, each time. */
class DestinationFaultsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Pair pair;

    @BeforeAll
    static void startServers() {
        pair = Pair.of(
                RedisServer.start(Pair.older()),
                RedisCluster.on(Pair.newer()).replicas(1).start());
    }

    @AfterAll
    static void stopServers() throws Exception {
        pair.close();
    }

    @BeforeEach
    void empty() {
        pair.clear();
    }

    /** With a lease that would run out during the test if it were not renewed. */
    private static RunningTask.Settings task() {
        return pair.task().with("camel.component.redis-replication.lease-time", "2000");
    }

    @Test
    void connections_that_are_lost_with_commands_unanswered() throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair, task())) {
            Recovery cuts = loaded.fault("destination: connections cut, 20 times");
            for (int cut = 1; cut <= 20; cut++) {
                pair.destinationMastersNow().forEach(master -> master.command("CLIENT", "KILL", "TYPE", "normal"));
                loaded.awaitWrites(300);
            }
            cuts.ends();

            assertThat(loaded.task().meter("caravan.destination.connections")).isGreaterThan(20);
            loaded.endsEqual();
        }
    }

    @Test
    void a_replica_that_is_made_master_by_hand() throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair, task())) {
            Recovery failover = loaded.fault("destination: graceful fail-over");
            RedisServer master = pair.destinationMastersNow().get(0);
            pair.destinationCluster()
                    .failover(pair.destinationCluster().replicasOf(master).get(0));
            failover.ends();

            loaded.endsEqual();
        }
    }

    @Test
    void a_master_that_was_replaced_while_it_stood_still() throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair, task())) {
            RedisServer master = pair.destinationMastersNow().get(0);
            RedisServer replica = pair.destinationCluster().replicasOf(master).get(0);
            Recovery pause = loaded.fault("destination: master replaced while it stood still");
            master.pause();
            try {
                Await.until(
                        "the replica is master",
                        PATIENCE,
                        () -> pair.destinationMastersNow().contains(replica));
                loaded.awaitWrites(6000);
            } finally {
                master.resume(); // and it runs what has been sent to it, and acknowledges that, before it learns
            }
            pair.destinationCluster().awaitAgreement();
            pause.ends();

            loaded.endsEqual();
        }
    }

    @Test
    void slots_that_move_to_a_new_node_and_back_until_it_leaves() throws Exception {
        RedisCluster destination = pair.destinationCluster();
        try (LoadedTask loaded = LoadedTask.on(pair, task())) {
            RedisServer first = destination.masters().get(0);
            Recovery reshard = loaded.fault("destination: node added, 100 slots moved, and back, and removed");
            RedisServer added = destination.addMaster();
            int slot = destination.slotsOf(first).get(0);
            destination.moveSlots(first, added, slot, slot + 99);
            loaded.awaitWrites(1500);
            destination.moveSlots(added, first, slot, slot + 99);
            destination.removeNode(added);
            reshard.ends();

            assertThat(loaded.task().meter("caravan.destination.redirections")).isPositive();
            loaded.endsEqual();
        }
    }

    @Test
    void a_slot_on_its_way_is_waited_for_where_the_account_may_not_ask() throws Exception {
        RedisCluster destination = pair.destinationCluster();
        for (RedisServer server : destination.servers()) {
            server.command("ACL", "SETUSER", "app", "on", ">secret", "~*", "&*", "+@all", "-asking");
        }
        RedisServer source = pair.sourceMasters.get(0);
        RedisServer from = destination.nodeForKey(bytes("counter"));
        RedisServer to = destination.masters().stream()
                .filter(master -> master != from)
                .findFirst()
                .orElseThrow();
        try (CapturedLog log = CapturedLog.of("io.caravan.cluster.NodeProblems");
                RunningTask task =
                        task().with("destination.password", "app:secret").start()) {
            source.command("INCR", "counter");
            task.awaitStreaming().awaitApplied(List.of(source));
            setSlot(to, "IMPORTING", from);
            setSlot(from, "MIGRATING", to);
            from.command("MIGRATE", to.host(), Integer.toString(to.port()), "counter", "0", "20000");

            source.command("INCR", "counter");
            source.command("SET", "of another slot", "value");
            Await.until(
                    "it is told",
                    PATIENCE,
                    log::lines,
                    lines -> lines.stream().anyMatch(line -> line.contains("NOPERM") && line.contains("asking")));
            Await.until(
                    "other slots go on",
                    PATIENCE,
                    () -> destination.nodeForKey(bytes("of another slot")).command("GET", "of another slot"),
                    "value"::equals);
            setSlot(to, "NODE", to);
            setSlot(from, "NODE", to);
            task.awaitApplied(List.of(source));

            assertThat(to.command("GET", "counter")).isEqualTo("2");
        } finally {
            destination.awaitAgreement();
            destination.servers().forEach(server -> server.command("ACL", "DELUSER", "app"));
        }
    }

    private static void setSlot(RedisServer server, String state, RedisServer other) {
        String slot = Integer.toString(HashSlots.of(bytes("counter")));
        server.command("CLUSTER", "SETSLOT", slot, state, String.valueOf(other.command("CLUSTER", "MYID")));
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
