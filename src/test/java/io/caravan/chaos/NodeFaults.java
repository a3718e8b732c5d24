package io.caravan.chaos;

import io.caravan.servers.Await;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** What happens to one node of a cluster: it stands still, dies, is started again, hands its shard over, drops its clients. */
final class NodeFaults {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LONGEST_PAUSE_MILLIS = 6_000;

    private final Room side;

    private NodeFaults(Room side) {
        this.side = side;
    }

    static List<FaultKind> kinds(Room side) {
        var faults = new NodeFaults(side);
        String where = "-" + side.name().toLowerCase(Locale.ROOT);
        return List.of(
                new FaultKind("pause" + where, side, faults::pause),
                new FaultKind("kill-master" + where, side, faults::killMaster),
                new FaultKind("restart-master" + where, side, faults::restartMaster),
                new FaultKind("failover" + where, side, (stage, random) -> faults.failover(stage, random)),
                new FaultKind(
                        "failover-force" + where, side, (stage, random) -> faults.failover(stage, random, "FORCE")),
                new FaultKind(
                        "failover-takeover" + where,
                        side,
                        (stage, random) -> faults.failover(stage, random, "TAKEOVER")),
                new FaultKind(
                        "client-kill-replica" + where, side, (stage, random) -> faults.clientKill(stage, "replica")),
                new FaultKind(
                        "client-kill-normal" + where, side, (stage, random) -> faults.clientKill(stage, "normal")));
    }

    private Fault pause(Stage stage, Random random) {
        RedisCluster cluster = stage.cluster(side);
        RedisServer node = FaultKind.one(cluster.servers(), random);
        return new Fault(
                "SIGSTOP of " + node,
                node::pause,
                () -> {
                    node.resume();
                    cluster.awaitAgreement();
                },
                500 + random.nextInt(LONGEST_PAUSE_MILLIS));
    }

    private Fault killMaster(Stage stage, Random random) {
        RedisCluster cluster = stage.cluster(side);
        RedisServer master = FaultKind.one(stage.mastersWithReplica(side), random);
        return new Fault(
                "kill -9 of " + master, () -> cluster.killMaster(master), () -> startAgain(cluster, master), 0);
    }

    private Fault restartMaster(Stage stage, Random random) {
        RedisCluster cluster = stage.cluster(side);
        RedisServer master = FaultKind.one(stage.mastersWithReplica(side), random);
        return Fault.atOnce("SHUTDOWN SAVE and start of " + master, () -> startAgain(cluster, master));
    }

    /** Of the destination alone: a source that loses its data has other data then. */
    static FaultKind losesData() {
        return new FaultKind("lose-data-destination", Room.DESTINATION, (stage, random) -> {
            RedisServer master = FaultKind.one(stage.cluster(Room.DESTINATION).masters(), random);
            return Fault.atOnce("start of " + master + " without its data", () -> {
                master.restartEmpty();
                stage.cluster(Room.DESTINATION).awaitAgreement();
            });
        });
    }

    private static void startAgain(RedisCluster cluster, RedisServer node) {
        node.restart();
        cluster.awaitAgreement();
    }

    private Fault failover(Stage stage, Random random, String... mode) {
        RedisCluster cluster = stage.cluster(side);
        RedisServer master = FaultKind.one(stage.mastersWithReplica(side), random);
        RedisServer replica = cluster.replicasOf(master).get(0);
        return Fault.atOnce(
                "CLUSTER FAILOVER from " + master + " to " + replica, () -> cluster.failover(replica, mode));
    }

    private Fault clientKill(Stage stage, String type) {
        List<RedisServer> masters = stage.cluster(side).masters();
        return Fault.atOnce("CLIENT KILL TYPE " + type + " on " + masters, () -> {
            masters.forEach(master -> master.command("CLIENT", "KILL", "TYPE", type));
            stage.cluster(side).awaitAgreement();
        });
    }

    /** Waits until our own client is connected again. */
    static void awaitAnswers(RedisServer node) {
        Await.until(node + " answers", PATIENCE, () -> node.command("PING") != null);
    }
}
