package io.caravan.sync;

import static io.caravan.sync.Prechecked.between;
import static io.caravan.sync.Prechecked.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.precheck.Outcome;
import io.caravan.precheck.PrecheckItem;
import io.caravan.servers.Await;
import io.caravan.servers.EachServer;
import io.caravan.servers.Load;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Sentinel;
import io.caravan.servers.ServerProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a precheck says of standard servers: each item with servers that are set up to fail it. */
class PrecheckIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NOBODY = "127.0.0.1:1";

    @EachServer(min = "5.0")
    void between_servers_as_they_come_nothing_is_wrong(ServerProgram program) throws Exception {
        try (RedisServer source = RedisServer.start(program);
                RedisServer destination = RedisServer.start(newestLike(program))) {
            source.command("SET", "key", "value");

            Prechecked checked = between(source, destination);

            assertThat(checked.report().items())
                    .extracting(PrecheckItem::outcome)
                    .as(checked.report().text())
                    .containsOnly(Outcome.PASSED, Outcome.SKIPPED);
            assertThat(checked.report().text()).endsWith("The precheck is passed.");
            assertThat(source.info("stats", "sync_full"))
                    .as("a replication that was begun")
                    .isEqualTo("0");
            assertThat(destination.number("DBSIZE")).isZero();
        }
    }

    /** Redis and Valkey have parted: between the two there is something to be said. */
    private static ServerProgram newestLike(ServerProgram program) {
        return ServerProgram.all().stream()
                .filter(other -> other.product() == program.product())
                .reduce(program, (older, newer) -> newer);
    }

    @EachServer
    void every_version_can_be_looked_at_on_either_side(ServerProgram program) throws Exception {
        try (RedisServer one = RedisServer.start(program);
                RedisServer newest = RedisServer.start(ServerProgram.newest())) {
            one.command("SET", "key", "value");
            newest.command("SET", "key", "value");
            for (Prechecked checked : List.of(between(one, newest), between(newest, one))) {
                assertThat(checked.report().items())
                        .filteredOn(item -> item.outcome() == Outcome.FAILED)
                        .extracting(PrecheckItem::name)
                        .as(checked.report().text())
                        .containsExactly("destination empty");
                checked.passed("right to replicate", "PSYNC and REPLCONF are permitted")
                        .passed("right to read keys", "keys may be read again")
                        .passed("snapshot", "1 keys in ");
            }
        }
    }

    @Test
    void nodes_that_do_not_answer() throws Exception {
        try (RedisServer server = RedisServer.start(Pair.newer())) {
            String there = server.endpoint().toString();

            Prechecked.of(RunningTask.between(NOBODY, there))
                    .failed("source nodes", NOBODY, "cannot be reached", "check address, port and firewall")
                    .skipped("source architecture", "no server of the source could be asked")
                    .passed("destination nodes", there);
            Prechecked.of(RunningTask.between(there, NOBODY)).failed("destination nodes", NOBODY, "cannot be used");
            Prechecked.of(RunningTask.between(there + "," + NOBODY, there))
                    .warned("source nodes", NOBODY, "cannot be reached")
                    .passed("source architecture", "standard");
        }
    }

    @Test
    void one_server_given_for_both_sides() throws Exception {
        try (RedisServer server = RedisServer.start(Pair.newer())) {
            between(server, server).failed("two deployments", address(server), "belongs to the source as well");
        }
    }

    @Test
    void a_replica_on_either_side() throws Exception {
        try (RedisServer master = RedisServer.start(Pair.older());
                RedisServer replica = RedisServer.start(Pair.older());
                RedisServer other = RedisServer.start(Pair.newer())) {
            replica.command("REPLICAOF", master.host(), Integer.toString(master.port()));
            Await.until("it is a replica", PATIENCE, () -> replica.info("replication", "role"), "slave"::equals);

            between(replica, other)
                    .failed("source architecture", address(replica), "is a replica of " + address(master));
            between(other, replica)
                    .failed("destination architecture", address(replica), "is read-only: it is a replica of");
        }
    }

    @Test
    void a_sentinel_and_a_server_that_it_watches() throws Exception {
        try (RedisServer master = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.start(Pair.newer());
                Sentinel sentinel = Sentinel.watching(master)) {
            Prechecked.of(RunningTask.between(
                            sentinel.address(), destination.endpoint().toString()))
                    .failed(
                            "source architecture",
                            sentinel.address(),
                            "is a Sentinel, which holds no keys; it watches " + address(master));
            Await.until(
                    "the Sentinel is connected",
                    PATIENCE,
                    () -> String.valueOf(master.command("CLIENT", "LIST")).contains("name=sentinel-"));
            between(master, destination).warned("source architecture", address(master), "is watched by a Sentinel");
        }
    }

    @Test
    void proxies() throws Exception {
        var connections = new AtomicInteger();
        try (RedisServer destination = RedisServer.start(Pair.newer());
                ScriptedServer hiding = ScriptedServer.answering(command -> switch (command.get(0)) {
                    case "INFO" -> bulk("redis_version:5.0.0\r\nrole:master\r\n");
                    default -> "-ERR unknown command '" + command.get(0) + "'\r\n";
                });
                ScriptedServer balancing = ScriptedServer.scripted(() -> {
                    int number = connections.incrementAndGet();
                    return command -> (command.get(0).equals("INFO")
                                    ? bulk("redis_version:5.0.0\r\nrole:master\r\nrun_id:" + number + "\r\n")
                                    : "+OK\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1);
                })) {
            Prechecked.of(RunningTask.between(hiding.address(), address(destination)))
                    .failed("source architecture", hiding.address(), "a proxy answers", "the nodes themselves")
                    .failed("right to replicate", hiding.address(), "refused REPLCONF", "looks like a proxy");
            Prechecked.of(RunningTask.between(balancing.address(), address(destination)))
                    .failed("source architecture", balancing.address(), "another server with each connection");
        }
    }

    @Test
    void small_replication_buffers_and_times() throws Exception {
        try (RedisServer source = RedisServer.on(Pair.older())
                        .option("repl-timeout", "10")
                        .option("repl-ping-replica-period", "100")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            between(source, destination)
                    .warned("source buffers", address(source), "repl-timeout is 10 s", "CONFIG SET repl-timeout 60")
                    .warned("source buffers", address(source), "sends a PING every 100 s", "replicationTimeout");
        }
    }

    @Test
    void more_is_written_than_the_buffers_hold() throws Exception {
        try (RedisServer source = RedisServer.on(Pair.older())
                        .option("repl-backlog-size", "16kb")
                        .option("client-output-buffer-limit", "replica 32kb 16kb 1")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            source.command("DEBUG", "POPULATE", "1100", "data", "100000");
            try (Load load = Load.on(source).start()) {
                Await.until("the load has begun", PATIENCE, () -> load.acknowledged() > 1000);
                between(source, destination)
                        .warned(
                                "source buffers",
                                address(source),
                                "are written while the snapshot of",
                                "CONFIG SET client")
                        .warned("source buffers", address(source), "repl-backlog-size is 16.0 KB", "CONFIG SET repl-b");
            }
        }
    }

    @Test
    void a_destination_that_holds_keys() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.start(Pair.newer())) {
            destination.command("SET", "caravan:lease:{other}", "1");
            destination.command("DEBUG", "POPULATE", "3000", "caravan:unit"); // of inDoubt=IN_SLOT
            between(source, destination).passed("destination empty", "it holds no keys");

            destination.command("SET", "key", "value");

            between(source, destination)
                    .failed("destination empty", address(destination), "holds 1 key already", "conflictMode=IGNORE");
            Prechecked.of(task(source, destination).with("conflictMode", "IGNORE"))
                    .warned("destination empty", address(destination), "ARE OVERWRITTEN")
                    .warned("flushes", "", "a FLUSHALL of the source removes them as well");
            Prechecked.of(task(source, destination).with("databases", "1"))
                    .passed("destination empty", "it holds no keys");
        }
    }

    @Test
    void a_destination_without_room_and_one_that_evicts() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.on(Pair.newer())
                        .option("maxmemory", "20mb")
                        .option("maxmemory-policy", "allkeys-lru")
                        .start()) {
            source.command("DEBUG", "POPULATE", "300", "data", "100000");

            between(source, destination)
                    .failed(
                            "destination memory",
                            address(destination),
                            "MB of data, and maxmemory leaves",
                            "raise maxmemory")
                    .warned("destination eviction", address(destination), "maxmemory-policy is allkeys-lru");

            destination.command("CONFIG", "SET", "maxmemory", "31mb");
            between(source, destination).warned("destination memory", address(destination), "less than 10 % to spare");
        }
    }

    @Test
    void an_older_destination() throws Exception {
        try (RedisServer source = RedisServer.start(ServerProgram.of("7.4.1"));
                RedisServer destination = RedisServer.start(ServerProgram.of("6.2.7"))) {
            between(source, destination)
                    .warned("versions", "", "the destination (Redis 6.2.7) is older than the source (Redis 7.4.1)");
        }
    }

    @Test
    void modules_that_the_destination_lacks() throws Exception {
        try (ScriptedServer source = RdbMaster.serving(new byte[0])
                        .withModules("bf", "ReJSON")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            RunningTask.Settings settings = RunningTask.between(source.address(), address(destination));

            Prechecked.of(settings).failed("modules", address(destination), "has not the source's modules ReJSON, bf");
            Prechecked.of(settings.with("missingModules", "IGNORE"))
                    .warned("modules", address(destination), "has not the source's modules ReJSON, bf");
        }
    }

    @Test
    void databases_that_the_destination_cannot_hold() throws Exception {
        try (RedisServer source =
                        RedisServer.on(Pair.older()).option("databases", "30").start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            var client = source.client();
            client.call("SELECT", "20");
            client.call("SET", "key", "value");

            between(source, destination)
                    .failed("databases", address(destination), "has no database 20", "raise 'databases'");
            Prechecked.of(task(source, destination).with("databases", "0"))
                    .passed("databases", "keys in database 20 are left out");
        }
    }

    @Test
    void clocks_that_differ() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                ScriptedServer destination = ScriptedServer.answering(command -> switch (command.get(0)) {
                    case "INFO", "info" -> bulk("redis_version:5.0.0\r\nrole:master\r\nrun_id:1\r\n");
                    case "PING" -> "+PONG\r\n";
                    case "TIME", "time" -> "*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n";
                    default -> "-ERR unknown command\r\n";
                })) {
            Prechecked.of(RunningTask.between(address(source), destination.address()))
                    .warned("clocks", destination.address(), "ms behind the source's", "set both by NTP");
        }
    }

    @Test
    void operations_that_will_be_missed() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.start(Pair.newer())) {
            source.command("FLUSHALL");
            source.command("XADD", "stream", "1-1", "field", "value");
            source.command("SET", "key", "value", "PX", "100000");

            Prechecked.of(task(source, destination)
                            .with("edition", "community")
                            .with("unsupported", "skip")
                            .with("flush", "IGNORE"))
                    .warned("edition", "", "does not list: XADD; from the start of the stream on they are left out")
                    .warned("flushes", "", "flush=IGNORE", "have done so 1 times")
                    .passed("expiry", "1 of 2 keys have a time to live");
            Prechecked.of(task(source, destination)
                            .with("edition", "community")
                            .with("unsupported", "reject")
                            .with("flush", "FAIL"))
                    .warned("edition", "", "a shard stops before the first")
                    .warned("flushes", "", "the next one stops the task");
        }
    }

    @Test
    void a_spool_without_room(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.start(Pair.newer())) {
            Prechecked.of(task(source, destination).with("spoolDirectory", file.toString()))
                    .failed("spool", "", file + " cannot be used: " + file + " is no folder");
            Prechecked.of(task(source, destination)
                            .with("spoolDirectory", folder.toString())
                            .with("spoolBytes", "9000000GB"))
                    .warned("spool", "", "(spoolBytes), and the disk of " + folder + " has");
            Prechecked.of(task(source, destination).with("spoolDirectory", ""))
                    .passed("spool", "none (spoolDirectory is empty)");
        }
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    private static String address(RedisServer server) {
        return server.endpoint().toString();
    }
}
