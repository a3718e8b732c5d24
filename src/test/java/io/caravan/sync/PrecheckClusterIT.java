package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.caravan.precheck.Outcome;
import io.caravan.precheck.PrecheckItem;
import io.caravan.servers.Await;
import io.caravan.servers.BusyScript;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a precheck says of clusters. */
class PrecheckClusterIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void between_healthy_clusters_nothing_is_wrong() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas()) {
            Prechecked checked = Prechecked.of(pair.task());

            assertThat(checked.report().items())
                    .as(checked.report().text())
                    .filteredOn(item -> item.outcome() != Outcome.PASSED)
                    .extracting(PrecheckItem::name, PrecheckItem::outcome)
                    .containsExactly(tuple("right to write heartbeat", Outcome.SKIPPED));
            checked.passed("source nodes", "3 masters and 3 other nodes answer")
                    .passed("destination cluster", "16384 slots, 3 masters");
        }
    }

    @Test
    void where_replicas_are_preferred_it_says_which_node_each_shard_is_linked_to() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas()) {
            RedisServer master = pair.sourceMasters.get(0);
            RedisServer replica = pair.sourceCluster().replicasOf(master).get(0);
            RunningTask.Settings task = pair.task().with("readFrom", "REPLICA_PREFERRED");

            Prechecked.of(task)
                    .passed("right to replicate", address(replica) + " (replica of " + address(master) + ")");

            replica.command("ACL", "SETUSER", "default", "-psync");
            Prechecked.of(task)
                    .warned("right to replicate", address(replica), "may not PSYNC", "; the link goes to another node");
            try (RunningTask running = task.start()) {
                assertThat(running.awaitStreaming().shards())
                        .anySatisfy(shard -> assertThat(shard.node()).isEqualTo(address(master)));
            }
        }
    }

    @Test
    void an_account_that_may_not_list_the_keys_of_a_slot() throws Exception {
        try (Pair pair = Pair.clusters()) {
            pair.sourceMasters.get(0).command("ACL", "SETUSER", "default", "-cluster|getkeysinslot");

            Prechecked.of(pair.task())
                    .warned(
                            "right to read keys",
                            address(pair.sourceMasters.get(0)),
                            "may not list the keys of a slot");
        }
    }

    @Test
    void an_account_that_may_not_follow_slots_on_their_way() throws Exception {
        try (Pair pair = Pair.clusters()) {
            RedisServer master = pair.destinationMasters.get(1);
            master.command("ACL", "SETUSER", "default", "-asking");
            Prechecked.of(pair.task()).warned("right to write", address(master), "may not ASKING: '", "+asking");

            master.command("ACL", "SETUSER", "default", "-acl"); // asked in a transaction that is never run
            Prechecked.of(pair.task()).warned("right to write", address(master), "may not ASKING: 'NOPERM", "+asking");
        }
    }

    @Test
    void a_node_that_cannot_tell_its_cluster_just_now() throws Exception {
        try (Pair pair = Pair.clusters()) {
            RedisServer busy = pair.sourceMasters.get(0);
            try (BusyScript script = BusyScript.on(busy)) {
                Prechecked checked = Prechecked.of(pair.task())
                        .failed("source architecture", address(busy), "cannot tell what it is at the moment: 'BUSY");
                assertThat(checked.item("source cluster").summary()).contains("3 masters");
                Prechecked.of(pair.task().with("source", address(busy)))
                        .failed("source architecture", address(busy), "cannot tell what it is at the moment: 'BUSY");
            }
            Prechecked.of(pair.task()).passed("source architecture", "cluster of 3 masters");
        }
    }

    @Test
    void slots_on_their_way() throws Exception {
        try (Pair pair = Pair.clusters()) {
            move(pair.sourceCluster(), 0, "MIGRATING");
            move(pair.destinationCluster(), 0, "MIGRATING");

            Prechecked.of(pair.task())
                    .failed("source cluster", address(pair.sourceMasters.get(0)), "slots are on their way")
                    .failed("destination cluster", address(pair.destinationMasters.get(0)), "slots are on their way");

            pair.destinationCluster()
                    .nodeForKey("caravan:checkpoint:{sync}".getBytes(StandardCharsets.UTF_8))
                    .command("HSET", "caravan:checkpoint:{sync}", "shard", "any");
            Prechecked.of(pair.task())
                    .warned("source cluster", address(pair.sourceMasters.get(0)), "slots are on their way")
                    .passed("destination empty", "the task continues from its checkpoint");
        }
    }

    private static void move(RedisCluster cluster, int slot, String state) {
        RedisServer from = cluster.nodeForSlot(slot);
        RedisServer to = cluster.masters().stream()
                .filter(master -> master != from)
                .findFirst()
                .orElseThrow();
        from.command(
                "CLUSTER", "SETSLOT", Integer.toString(slot), state, String.valueOf(to.command("CLUSTER", "MYID")));
    }

    @Test
    void slots_that_nobody_serves() throws Exception {
        try (Pair pair = Pair.clusters()) {
            for (RedisServer master : pair.sourceMasters) {
                master.command("CLUSTER", "DELSLOTS", "7");
            }
            Await.until(
                    "the cluster is down",
                    PATIENCE,
                    () -> pair.sourceMasters.stream()
                            .allMatch(master -> String.valueOf(master.command("CLUSTER", "INFO"))
                                    .contains("cluster_state:fail")));

            Prechecked.of(pair.task())
                    .failed("source cluster", "", "1 slots are served by no node: 7")
                    .failed("source cluster", address(pair.sourceMasters.get(0)), "says that its cluster is down");
        }
    }

    @Test
    void an_announced_address_that_cannot_be_reached() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas()) {
            RedisServer master = pair.sourceMasters.get(0);
            RedisServer other = pair.sourceMasters.get(1);
            master.command("CONFIG", "SET", "cluster-announce-port", "1");
            Await.until(
                    "the address is announced",
                    PATIENCE,
                    () -> String.valueOf(other.command("CLUSTER", "NODES")).contains("127.0.0.1:1@"));

            Prechecked.of(RunningTask.between(address(other), Pair.nodes(pair.destinationMasters)))
                    .failed("source nodes", "127.0.0.1:1", "(a master; the cluster announces this address)");
        }
    }

    @Test
    void a_replica_that_is_gone() throws Exception {
        try (Pair pair = Pair.clustersWithReplicas()) {
            RedisServer replica =
                    pair.sourceCluster().replicasOf(pair.sourceMasters.get(0)).get(0);
            replica.kill();

            Prechecked.of(pair.task())
                    .warned("source nodes", address(replica), "(a replica; the cluster announces this address)");
            Await.until(
                    "it is held for dead",
                    PATIENCE,
                    () -> pair.sourceMasters.stream()
                            .allMatch(master -> String.valueOf(master.command("CLUSTER", "NODES"))
                                    .lines()
                                    .anyMatch(line ->
                                            line.contains(":" + replica.port() + "@") && line.contains(",fail "))));
            Prechecked.of(pair.task()).warned("source cluster", address(replica), "is held for dead by its cluster");
        }
    }

    @Test
    void databases_and_memory_that_a_cluster_has_not() throws Exception {
        try (Pair pair = Pair.standardToCluster()) {
            var client = pair.sourceMasters.get(0).client();
            client.call("SELECT", "3");
            client.call("SET", "key", "value");
            pair.sourceMasters.get(0).command("DEBUG", "POPULATE", "300", "data", "100000");
            for (RedisServer master : pair.destinationMasters) {
                master.command("CONFIG", "SET", "maxmemory", "10mb");
            }

            Prechecked.of(pair.task())
                    .failed("databases", "", "is a cluster", "databases=0,3=db3:")
                    .failed("destination memory", address(pair.destinationMasters.get(2)), "gets 9.");
        }
    }

    private static String address(RedisServer server) {
        return server.endpoint().toString();
    }
}
