package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person is told when something is wrong from the start: each message names the place and the remedy. */
class BadInputIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int NOBODY_LISTENS = 1;

    /** A snapshot without keys. */
    private static final byte[] EMPTY = "REDIS0009\u00ff\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

    @TempDir
    private Path folder;

    @Test
    void a_wrong_password_of_the_source() throws Exception {
        try (RedisServer source = RedisServer.on(Pair.older()).password("right").start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            String message = failedStart(settings(source, destination).with("source.password", "wrong"));

            assertThat(message)
                    .contains("source " + address(source) + " refused a password: 'WRONGPASS")
                    .contains("check the source's password, written <user>:<password>");
        }
    }

    @Test
    void no_password_where_one_is_wanted() throws Exception {
        try (RedisServer source = RedisServer.on(Pair.older()).password("right").start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            String message = failedStart(settings(source, destination));

            assertThat(message).contains("source " + address(source) + " wants authentication");
        }
    }

    @Test
    void a_wrong_password_of_the_destination() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.on(Pair.newer())
                        .user("app", "right", "allkeys", "allcommands")
                        .start()) {
            String message = failedStart(settings(source, destination).with("destination.password", "app:wrong"));

            assertThat(message)
                    .contains("destination " + address(destination) + " refused the credentials")
                    .doesNotContain("wrong'");
        }
    }

    @Test
    void a_source_that_nobody_listens_at() throws Exception {
        try (RedisServer destination = RedisServer.start(Pair.newer())) {
            String message = failedStart(CaravanProcess.settings()
                    .with("source", "127.0.0.1:" + NOBODY_LISTENS)
                    .with("destination", address(destination)));

            assertThat(message)
                    .contains("source 127.0.0.1:1 cannot be reached")
                    .contains("check address, port and firewall");
        }
    }

    @Test
    void a_replica_given_as_source() throws Exception {
        try (RedisServer master = RedisServer.start(Pair.older());
                RedisServer replica = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.start(Pair.newer())) {
            replica.command("REPLICAOF", master.host(), Integer.toString(master.port()));
            Await.until("it is a replica", PATIENCE, () -> replica.info("replication", "role"), "slave"::equals);

            String message = failedStart(settings(replica, destination));

            assertThat(message)
                    .contains("source " + address(replica) + " is a replica of " + address(master)
                            + "; give its master instead");
        }
    }

    @Test
    void a_destination_that_is_read_only() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer master = RedisServer.start(Pair.newer());
                RedisServer replica = RedisServer.start(Pair.newer())) {
            replica.command("REPLICAOF", master.host(), Integer.toString(master.port()));
            Await.until("it is a replica", PATIENCE, () -> replica.info("replication", "role"), "slave"::equals);

            String message = failedStart(settings(source, replica));

            assertThat(message)
                    .contains(
                            "destination " + address(replica) + " is read-only: it is a replica of " + address(master));
        }
    }

    @Test
    void a_destination_that_is_out_of_memory_is_waited_for() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination =
                        RedisServer.on(Pair.newer()).option("maxmemory", "1kb").start()) {
            source.command("SET", "key", "value");
            try (CaravanProcess caravan = settings(source, destination).start()) {
                caravan.awaitOutput("cannot serve at the moment: OOM");
                assertThat(caravan.output())
                        .contains("the node is out of memory: raise its maxmemory or free some")
                        .contains("Its commands are held and tried again");

                destination.command("CONFIG", "SET", "maxmemory", "0");

                Await.until("the key arrives", PATIENCE, () -> destination.command("GET", "key"), "value"::equals);
                caravan.awaitOutput("serves again");
            }
        }
    }

    @Test
    void a_source_that_may_not_replicate() throws Exception {
        try (RedisServer source = RedisServer.on(Pair.older())
                        .user("reader", "secret", "allkeys", "+@read", "+info", "+ping")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer());
                CaravanProcess caravan = settings(source, destination)
                        .with("source.password", "reader:secret")
                        .start()) {
            caravan.awaitOutput("refused REPLCONF: 'NOPERM");

            assertThat(caravan.output())
                    .contains("grant the user +psync +replconf +ping")
                    .doesNotContain("secret");
        }
    }

    @Test
    void a_proxy_that_does_not_know_psync() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.answering(command -> switch (command.get(0)) {
                    case "INFO" -> "$44\r\nredis_version:5.0.0\r\nrole:master\r\nproxy:yes\r\n\r\n";
                    case "REPLCONF" -> "+OK\r\n";
                    default -> "-ERR unknown command '" + command.get(0) + "'\r\n";
                });
                RedisServer destination = RedisServer.start(Pair.newer());
                CaravanProcess caravan = CaravanProcess.settings()
                        .with("source", proxy.address())
                        .with("destination", address(destination))
                        .start()) {
            caravan.awaitOutput("refused PSYNC: 'ERR unknown command 'PSYNC''");

            assertThat(caravan.output()).contains("it looks like a proxy").contains("give the addresses of the nodes");
        }
    }

    @Test
    void a_snapshot_that_was_damaged_on_its_way() throws Exception {
        byte[] snapshot = damagedSnapshot();
        try (ScriptedServer master = RdbMaster.serving(snapshot).start();
                RedisServer destination = RedisServer.start(Pair.newer());
                CaravanProcess caravan = CaravanProcess.settings()
                        .with("source", master.address())
                        .with("destination", address(destination))
                        .start()) {
            caravan.awaitOutput("corrupt snapshot at byte");

            assertThat(caravan.output()).contains("connecting again in");
        }
    }

    @Test
    void a_module_of_the_source_that_the_destination_lacks() throws Exception {
        try (ScriptedServer master =
                        RdbMaster.serving(EMPTY).withModules("bf", "ReJSON").start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            CaravanProcess.Settings settings = CaravanProcess.settings()
                    .with("source", master.address())
                    .with("destination", address(destination));

            String message = failedStart(settings);

            assertThat(message)
                    .contains("source " + master.address() + " has modules that destination " + address(destination)
                            + " has not: ReJSON, bf.")
                    .contains("Load them there and start again; or set missingModules=IGNORE");

            try (CaravanProcess caravan =
                    settings.with("missingModules", "IGNORE").start()) {
                caravan.awaitOutput("snapshot of 0 keys received");
                assertThat(caravan.output()).contains("has not: ReJSON, bf").contains("(missingModules=IGNORE)");
            }
        }
    }

    @Test
    void a_source_whose_modules_may_not_be_asked_for() throws Exception {
        try (RedisServer source = RedisServer.on(Pair.older())
                        .user("replica", "secret", "+psync", "+replconf", "+ping", "+info")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer());
                CaravanProcess caravan = settings(source, destination)
                        .with("source.password", "replica:secret")
                        .start()) {
            caravan.awaitOutput("streaming from offset");

            assertThat(caravan.output())
                    .contains("source " + address(source) + " does not tell its modules ('NOPERM")
                    .contains("Grant the user +module|list");
        }
    }

    @Test
    void an_unknown_option_of_an_endpoint() throws Exception {
        String message = failedStart(CaravanProcess.settings().route("""
                        - route:
                            id: wrong
                            from:
                              uri: redis-replication
                              parameters:
                                nodes: "127.0.0.1:7000"
                                memoryLimitt: 64MB
                              steps:
                                - log:
                                    message: x
                        """));

        assertThat(message)
                .contains("memoryLimitt")
                .contains("task.camel.yaml")
                .contains("did you mean 'memoryLimit'?");
    }

    @Test
    void an_unknown_processor() throws Exception {
        String message = failedStart(CaravanProcess.settings().route("""
                        - route:
                            id: wrong
                            from:
                              uri: redis-replication
                              parameters:
                                nodes: "127.0.0.1:7000"
                              steps:
                                - process:
                                    ref: listDeduplicatoin
                        """));

        assertThat(message)
                .contains("listDeduplicatoin")
                .contains("task.camel.yaml:8")
                .contains("declare the bean 'listDeduplicatoin' under beans:");
    }

    @Test
    void a_step_that_lets_batches_go() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.start(Pair.newer())) {
            String message = failedStart(settings(source, destination).route("""
                            - route:
                                id: first
                                from:
                                  uri: redis-replication
                                  parameters:
                                    nodes: "{{source}}"
                                  steps:
                                    - to:
                                        uri: seda:later
                            - route:
                                id: second
                                from:
                                  uri: seda:later
                                  steps:
                                    - to:
                                        uri: redis-cluster
                                        parameters:
                                          nodes: "{{destination}}"
                            """));

            assertThat(message).contains("out of order").contains("seda:");
        }
    }

    @Test
    void a_setting_that_is_misspelt() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.start(Pair.newer());
                CaravanProcess caravan = settings(source, destination)
                        .with("excludekeys", "secret:*")
                        .with("task2", "used")
                        .with("sources", "{{task2}}")
                        .with("my.own", "{{sources}}")
                        .route("""
                                - route:
                                    id: mine
                                    from:
                                      uri: redis-replication
                                      parameters:
                                        nodes: "{{source}}"
                                        task: "{{my.own}}"
                                      steps:
                                        - to:
                                            uri: redis-cluster
                                            parameters:
                                              nodes: "{{destination}}"
                                """)
                        .start()) {
            caravan.awaitOutput("streaming from offset");

            assertThat(caravan.output().lines().filter(line -> line.contains("is no setting")))
                    .singleElement()
                    .asString()
                    .contains(" WARN ")
                    .endsWith("config/application.properties: 'excludekeys' is no setting and is not used; did you mean"
                            + " 'excludeKeys'?");
            assertThat(caravan.output().indexOf("is no setting"))
                    .as("before anything is copied")
                    .isLessThan(caravan.output().indexOf("streaming from offset"));
        }
    }

    @Test
    void a_setting_that_is_misspelt_and_missed() throws Exception {
        String message = failedStart(
                CaravanProcess.settings().with("source", "127.0.0.1:1").with("destinaton", "127.0.0.1:2"));

        assertThat(message)
                .contains("[destination]")
                .contains("'destinaton' is no setting and is not used; did you mean");
    }

    @Test
    void a_setting_that_is_misspelt_is_told_by_a_precheck() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination = RedisServer.start(Pair.newer());
                CaravanProcess caravan = settings(source, destination)
                        .with("conflictmode", "IGNORE")
                        .with("task2", "used")
                        .route("""
                                - route:
                                    id: mine
                                    from:
                                      uri: redis-replication
                                      parameters:
                                        nodes: "{{source}}"
                                      steps:
                                        - log:
                                            message: "{{task2}}"
                                        - to:
                                            uri: redis-cluster
                                            parameters:
                                              nodes: "{{destination}}"
                                """)
                        .argument("precheck")
                        .start()) {
            assertThat(caravan.awaitEnd()).as(caravan.output()).isZero();

            assertThat(caravan.output().lines().filter(line -> line.contains("is no setting")))
                    .containsExactly(
                            "config/application.properties: 'conflictmode' is no setting and is not used; did you"
                                    + " mean 'conflictMode'?");
        }
    }

    private String failedStart(CaravanProcess.Settings settings) throws Exception {
        try (CaravanProcess caravan = settings.start()) {
            assertThat(caravan.awaitEnd()).as("exit code").isNotZero();
            String output = caravan.output();
            Files.writeString(folder.resolve("output.log"), output);
            int message = output.indexOf("Caravan did not start");
            assertThat(message).as(output).isNotNegative();
            return output.substring(message);
        }
    }

    private static CaravanProcess.Settings settings(RedisServer source, RedisServer destination) {
        return CaravanProcess.settings().with("source", address(source)).with("destination", address(destination));
    }

    private static String address(RedisServer server) {
        return server.host() + ":" + server.port();
    }

    /** A real snapshot with one byte changed. */
    private static byte[] damagedSnapshot() throws Exception {
        try (RedisServer server = RedisServer.start(Pair.older())) {
            server.command(Request.of("SET", "key", "a value that is long enough"));
            server.command("SAVE");
            byte[] snapshot = Files.readAllBytes(server.folder().resolve("dump.rdb"));
            snapshot[snapshot.length - 20] ^= 1;
            return snapshot;
        }
    }
}
