package io.caravan.bench;

import io.caravan.servers.Await;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A replica of Redis's own for every master of a cluster: what the servers themselves can do on this machine at this moment,
 * for the benchmark to compare with.
 */
final class NativeReplication implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final List<RedisServer> masters;
    private final List<RedisServer> replicas = new ArrayList<>();

    NativeReplication(RedisCluster source) {
        masters = source.masters();
        for (RedisServer master : masters) {
            replicas.add(RedisServer.on(master.program())
                    .option("repl-diskless-load", "on-empty-db")
                    .start());
        }
    }

    /** Has the replicas receive a snapshot; answers the seconds until all have loaded it. */
    double snapshot() {
        long begun = System.nanoTime();
        for (int i = 0; i < masters.size(); i++) {
            RedisServer master = masters.get(i);
            replicas.get(i).command("REPLICAOF", master.host(), Integer.toString(master.port()));
        }
        for (RedisServer replica : replicas) {
            Await.until(
                    "the replica is in sync",
                    PATIENCE,
                    () -> replica.info("replication", "master_link_status").equals("up"));
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    /** Waits until the replicas have applied what the masters have written so far. */
    void awaitApplied() {
        for (int i = 0; i < masters.size(); i++) {
            long written = Long.parseLong(masters.get(i).info("replication", "master_repl_offset"));
            RedisServer replica = replicas.get(i);
            Await.until(
                    "applied up to " + written,
                    PATIENCE,
                    () -> Long.parseLong(replica.info("replication", "slave_repl_offset")) >= written);
        }
    }

    void pause() {
        replicas.forEach(RedisServer::pause);
    }

    void resume() {
        replicas.forEach(RedisServer::resume);
    }

    @Override
    public void close() {
        replicas.forEach(RedisServer::close);
    }
}
