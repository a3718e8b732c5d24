package io.caravan.sync;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.TcpProxy;
import java.time.Duration;

/**
 * A standard server that is known by an address, and its replica, which can take that address over. The source of the pair is the
 * replica: at the end it has everything. Made and closed by the test's thread.
 */
final class AddressTakeOver implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final RedisServer first;
    private final TcpProxy address;
    private final Pair pair;
    private final RedisServer replica;

    private AddressTakeOver(RedisServer first, TcpProxy address, Pair pair) {
        this.first = first;
        this.address = address;
        this.pair = pair;
        replica = pair.sourceMasters.get(0);
    }

    static AddressTakeOver ready() throws Exception {
        RedisServer first = RedisServer.start(Pair.older());
        TcpProxy address = TcpProxy.to(first.port());
        Pair pair = Pair.at(address, RedisServer.start(Pair.older()), RedisServer.start(Pair.newer()));
        var made = new AddressTakeOver(first, address, pair);
        made.replica.command("REPLICAOF", first.host(), Integer.toString(first.port()));
        Await.until(
                "the replica is online",
                PATIENCE,
                () -> made.replica.info("replication", "master_link_status").equals("up"));
        return made;
    }

    /** A task that knows the address alone. */
    RunningTask.Settings task() {
        return RunningTask.between(address.address(), Pair.nodes(pair.destinationMasters));
    }

    Pair pair() {
        return pair;
    }

    RedisServer replica() {
        return replica;
    }

    /** {@code host:port}. */
    String address() {
        return address.address();
    }

    /** The replica gets everything, the server is killed, and the replica is at its address. */
    void happens() {
        first.command("CLIENT", "PAUSE", "60000", "WRITE");
        long written = Long.parseLong(first.info("replication", "master_repl_offset"));
        Await.until(
                "the replica has everything",
                PATIENCE,
                () -> Long.parseLong(replica.info("replication", "master_repl_offset")) >= written);
        first.kill();
        replica.command("REPLICAOF", "NO", "ONE");
        address.retarget(replica.port());
    }

    @Override
    public void close() throws Exception {
        try (first;
                address) {
            pair.close();
        }
    }
}
