package io.caravan.sync;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.camel.Readings;
import io.caravan.servers.Await;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.Load;
import io.caravan.servers.LoadReport;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A task that prefers replicas, whose source fails over, and whose process is killed: counters and lists say whether anything was lost,
 * doubled, or applied out of order.
 */
class ReplicaTakesOverIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int KILLS = 3;
    private static final int SHARDS = 3; // so that two are left to elect a replica of the third

    private Pair pair;
    private RedisCluster source;
    private RedisServer master;

    @BeforeEach
    void startServers() {
        pair = Pair.of(
                RedisCluster.on(Pair.older())
                        .masters(SHARDS)
                        .replicas(2)
                        .option("repl-backlog-size", "64mb")
                        .start(),
                RedisCluster.on(Pair.newer()).masters(1).start());
        source = pair.sourceCluster();
        master = source.nodeForKey("lost".getBytes(UTF_8));
    }

    @AfterEach
    void stopServers() throws Exception {
        pair.close();
    }

    @Test
    void the_linked_replica_and_then_the_other_one_take_over() throws Exception {
        try (LoadedTask loaded = LoadedTask.on(pair, task())) {
            RedisServer linked = linkedOf(loaded.task(), master);
            RedisServer other = source.replicasOf(master).stream()
                    .filter(replica -> replica != linked)
                    .findFirst()
                    .orElseThrow();
            Recovery first = loaded.fault("source: linked replica takes over");
            source.failover(linked);
            first.ends();
            loaded.awaitWrites(2000);

            Recovery second = loaded.fault("source: another replica than the linked one takes over");
            source.failover(other);
            second.ends();

            loaded.endsEqual();
            assertThat(loaded.fullResynchronizations()).isEqualTo(SHARDS);
        }
    }

    @Test
    void what_was_read_at_a_master_and_is_lost_with_it_is_put_right() throws Exception {
        try (RunningTask task = task().start()) {
            task.awaitStreaming();
            master.command("SET", "lost", "kept");
            List<RedisServer> replicas = source.replicasOf(master);
            Await.until("the replicas have it", PATIENCE, () -> master.number("WAIT", "2", "1000") >= 2);
            Await.until("the destination has it", PATIENCE, () -> "kept".equals(atDestination("lost")));

            replicas.forEach(RedisServer::pause);
            cutReplicasOff(replicas);
            master.command("SET", "lost", "by the master alone");
            Readings.again(task.consumer(), "lost");
            assertThat(atDestination("lost")).isEqualTo("by the master alone");
            master.kill();
            replicas.forEach(RedisServer::resume);
            Await.until(
                    "a replica is master",
                    PATIENCE,
                    () -> source.masters().stream().anyMatch(replicas::contains));

            Await.until("it is put right", PATIENCE, () -> "kept".equals(atDestination("lost")));
            source.awaitAgreement();
            task.awaitApplied(source.masters());
            pair.assertEqual();
        }
    }

    @Test
    void a_process_that_is_killed_is_continued_without_loss_and_without_doubling() throws Exception {
        LoadReport written;
        try (Load load = Load.on(pair.source).seed(61).perSecond(2000).start();
                CaravanProcess task = CaravanProcess.between(pair)
                        .with("readFrom", "REPLICA_PREFERRED")
                        .with("camel.component.redis-replication.lease-time", "2000")
                        .start()) {
            for (int kill = 0; kill < KILLS; kill++) {
                int starts = kill + 1;
                Await.until("it streams", PATIENCE, () -> streams(task) >= SHARDS * starts);
                long until = load.acknowledged() + 2000;
                Await.until("writes", PATIENCE, load::acknowledged, n -> n > until);
                task.kill();
                task.restart();
            }
            written = load.stop();
            awaitAcknowledged();
            awaitSwept();
            assertThat(task.output().lines().filter(line -> line.contains("linking to its replica")))
                    .hasSizeGreaterThanOrEqualTo(SHARDS * KILLS);
        }

        assertThat(written.violationsAt(pair.destination)).isEmpty();
        pair.assertEqual();
    }

    private RunningTask.Settings task() {
        return pair.task().with("readFrom", "REPLICA_PREFERRED");
    }

    /** What is in their sockets would be read later. Ours is not cut off: it goes to a replica. */
    private void cutReplicasOff(List<RedisServer> replicas) {
        master.command("CLIENT", "KILL", "TYPE", "replica");
        Await.until(
                "the master has no replica",
                PATIENCE,
                () -> replicas.stream()
                        .noneMatch(replica ->
                                master.info("replication", "slave0").contains("port=" + replica.port() + ",")));
    }

    /** Waits until all that each master has written by now is acknowledged, to it or to a replica that is linked to. */
    private void awaitAcknowledged() {
        for (RedisServer each : source.masters()) {
            String marker = IntStream.iterate(0, i -> i + 1)
                    .mapToObj(i -> "marker:" + i)
                    .filter(key -> source.nodeForKey(key.getBytes(UTF_8)) == each)
                    .findFirst()
                    .orElseThrow();
            each.command("SET", marker, "1");
            long written = Long.parseLong(each.info("replication", "master_repl_offset"));
            List<RedisServer> nodes = Stream.concat(Stream.of(each), source.replicasOf(each).stream())
                    .toList();
            Await.until(
                    each + " has an acknowledgement of " + written,
                    PATIENCE,
                    () -> nodes.stream().anyMatch(node -> acknowledgedTo(node) >= written));
        }
    }

    /** What vanished before a snapshot that a kill has had repeated is removed behind it. */
    private void awaitSwept() {
        String records = "caravan:checkpoint:{sync}";
        RedisServer node = pair.destinationCluster().nodeForKey(records.getBytes(UTF_8));
        Await.until(
                "nothing is to be removed any more",
                PATIENCE,
                () -> String.valueOf(node.command("HGETALL", records)),
                found -> found.contains("sweep=DONE") && !found.contains("sweep=DUE"));
    }

    /** What our link has acknowledged to a node: it is the one that has not said at which port it listens. */
    private static long acknowledgedTo(RedisServer node) {
        return String.valueOf(node.command("INFO", "replication"))
                .lines()
                .filter(line -> line.matches("slave\\d+:.*port=0,state=online,.*"))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*offset=(\\d+).*", "$1")))
                .max()
                .orElse(0);
    }

    private String atDestination(String key) {
        try (DeploymentClient client = pair.destination.connect()) {
            return String.valueOf(client.call("GET", key));
        }
    }

    private RedisServer linkedOf(RunningTask task, RedisServer itsMaster) {
        String node = task.shards().stream()
                .filter(shard -> shard.master().equals(itsMaster.host() + ":" + itsMaster.port()))
                .findFirst()
                .orElseThrow()
                .node();
        return source.replicasOf(itsMaster).stream()
                .filter(replica -> node.equals(replica.host() + ":" + replica.port()))
                .findFirst()
                .orElseThrow();
    }

    private static int streams(CaravanProcess task) {
        return task.output().split("streaming from offset", -1).length - 1;
    }
}
