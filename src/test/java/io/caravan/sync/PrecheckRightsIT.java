package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.EachServer;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerOptions;
import io.caravan.servers.ServerProgram;
import org.junit.jupiter.api.Test;

/** What a precheck says of credentials, encryption and rights. Nothing is run to find rights out, and no secret is shown. */
class PrecheckRightsIT {

    private static final String SECRET = "s3cret-of-the-test";
    private static final String[] SOURCE_RIGHTS = {
        "+psync",
        "+replconf",
        "+ping",
        "+info",
        "+time",
        "+command",
        "+dump",
        "+pttl",
        "+role",
        "+select",
        "+multi",
        "+exec",
        "+exists",
        "~*"
    };

    @Test
    void credentials_that_are_wrong_or_missing() throws Exception {
        try (RedisServer source = RedisServer.on(Pair.older()).password("right").start();
                RedisServer destination =
                        RedisServer.on(Pair.newer()).password("right").start()) {
            Prechecked wrong = Prechecked.of(Prechecked.task(source, destination)
                    .with("source.password", SECRET)
                    .with("destination.password", "app:" + SECRET));
            Prechecked missing = Prechecked.between(source, destination);

            wrong.failed("source credentials", address(source), "refused a password: 'WRONGPASS")
                    .failed("destination credentials", address(destination), "refused the credentials: 'WRONGPASS");
            missing.failed("source credentials", address(source), "wants authentication", "set the source's password")
                    .failed("destination credentials", address(destination), "refused the credentials: 'NOAUTH");
            assertThat(wrong.report().text() + wrong.report().fields()).doesNotContain(SECRET);
        }
    }

    @Test
    void encryption_on_one_side_only() throws Exception {
        try (RedisServer plain = RedisServer.start(tlsProgram());
                RedisServer encrypted = RedisServer.on(tlsProgram()).tls().start()) {
            Prechecked.between(encrypted, encrypted)
                    .failed("source TLS", address(encrypted), "as a server does that wants TLS", "sslContextParameters")
                    .failed("destination TLS", address(encrypted), "as a server does that wants TLS");
            Prechecked.of(overTls(plain, plain))
                    .failed("source TLS", address(plain), "TLS with " + address(plain) + " failed")
                    .failed("destination TLS", address(plain), "TLS with " + address(plain) + " failed");
            Prechecked.of(overTls(encrypted, encrypted))
                    .failed("source TLS", address(encrypted), "PKIX path", "trusted by sslContextParameters");
        }
    }

    private static ServerProgram tlsProgram() {
        return ServerProgram.all().stream()
                .filter(ServerProgram::hasTls)
                .reduce((older, newer) -> newer)
                .orElseThrow();
    }

    /** Both sides by TLS, trusting whom Java trusts, which is not the server. */
    private static RunningTask.Settings overTls(RedisServer source, RedisServer destination) {
        return Prechecked.task(source, destination)
                .with("camel.ssl.enabled", "true")
                .with("camel.component.redis-replication.use-global-ssl-context-parameters", "true")
                .with("camel.component.redis-cluster.use-global-ssl-context-parameters", "true");
    }

    @EachServer(min = "6.0")
    void an_account_that_may_do_everything_but_psync(ServerProgram program) throws Exception {
        try (RedisServer source =
                        user(RedisServer.on(program), "~*", "+@all", "-psync").start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            asUser(source, destination)
                    .failed("right to replicate", address(source), "may not PSYNC: '", "+psync +replconf +ping");
            assertThat(source.info("stats", "sync_full")).isEqualTo("0");
        }
    }

    @Test
    void an_account_that_may_not_replicate_or_read() throws Exception {
        try (RedisServer source = user(RedisServer.on(Pair.older()), "~*", "+@read", "+info", "+ping", "-dump")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            asUser(source, destination)
                    .failed(
                            "right to replicate",
                            address(source),
                            "refused REPLCONF: 'NOPERM",
                            "+psync +replconf +ping")
                    .failed("right to read keys", address(source), "may not MULTI: 'NOPERM", "inDoubt=IN_SLOT")
                    .skipped("modules", "does not tell its modules");
        }
    }

    @Test
    void an_account_that_may_not_read_every_key() throws Exception {
        try (RedisServer source =
                        user(RedisServer.on(Pair.older()), "~app:*", "+@all").start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            asUser(source, destination)
                    .failed("right to read keys", address(source), "may not DUMP, PEXPIRETIME, EXISTS any key: '");
        }
    }

    @Test
    void the_least_account_leaves_open_what_it_may_not_ask() throws Exception {
        try (RedisServer source =
                        user(RedisServer.on(Pair.older()), SOURCE_RIGHTS).start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            asUser(source, destination)
                    .passed("right to replicate", "whether PSYNC is shows at the start")
                    .skipped("source buffers", "grant the user +config|get");
        }
    }

    @Test
    void an_account_that_may_not_even_ask_for_info() throws Exception {
        try (RedisServer source = user(RedisServer.on(Pair.older()), "+psync", "+replconf", "+ping")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            asUser(source, destination)
                    .warned("source architecture", address(source), "does not tell what it is: 'NOPERM", "+info")
                    .warned("right to read keys", address(source), "does not tell the time");
        }
    }

    @EachServer(min = "6.0")
    void an_account_that_may_not_write_heartbeats(ServerProgram program) throws Exception {
        try (RedisServer source =
                        user(RedisServer.on(program), "~*", "+@all", "-set").start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            asUser(source, destination).skipped("right to write heartbeat", "none is written (heartbeatInterval=0)");
            Prechecked.of(Prechecked.task(source, destination)
                            .with("source.password", "app:" + SECRET)
                            .with("heartbeatInterval", "5000"))
                    .failed(
                            "right to write heartbeat",
                            address(source),
                            "may not SET: '",
                            "+set +del ~caravan:heartbeat:*",
                            "heartbeatInterval=0");
            Prechecked.of(Prechecked.task(source, destination).with("heartbeatInterval", "5000"))
                    .passed("right to write heartbeat", "one every 5000 ms is permitted");
            assertThat(source.number("DBSIZE")).isZero();
        }
    }

    @Test
    void an_account_that_need_not_read() throws Exception {
        try (RedisServer source = user(RedisServer.on(Pair.older()), "+psync", "+replconf", "+ping", "+info", "+time")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            Prechecked.of(Prechecked.task(source, destination)
                            .with("source.password", "app:" + SECRET)
                            .with("inDoubt", "IN_SLOT"))
                    .passed("right to read keys", "no key is read (inDoubt=IN_SLOT)");
        }
    }

    @Test
    void a_server_that_has_psync_taken_away() throws Exception {
        try (RedisServer source = RedisServer.on(Pair.older())
                        .option("rename-command", "PSYNC \"\"")
                        .start();
                RedisServer destination = RedisServer.start(Pair.newer())) {
            Prechecked.between(source, destination)
                    .failed("right to replicate", address(source), "does not know PSYNC", "rename-command");
        }
    }

    @EachServer(min = "6.0")
    void an_account_that_may_not_write(ServerProgram program) throws Exception {
        try (RedisServer source = RedisServer.start(program);
                RedisServer destination = user(RedisServer.on(program), "~*", "+@all", "-@write", "-acl")
                        .start()) {
            toUser(source, destination)
                    .failed("right to write", address(destination), "commands, among them DEL, HDEL, HSET", "+@write");
            assertThat(destination.number("DBSIZE")).isZero();
        }
    }

    @Test
    void an_account_that_lacks_a_command_which_the_source_uses() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination = user(RedisServer.on(Pair.newer()), "~*", "&*", "+@all", "-geoadd")
                        .start()) {
            toUser(source, destination)
                    .warned("right to write", address(destination), "among them GEOADD, which the source has not run");

            source.command("GEOADD", "places", "13.4", "52.5", "Berlin");

            toUser(source, destination)
                    .failed("right to write", address(destination), "among them GEOADD, which will come", "+geoadd");
        }
    }

    @Test
    void an_account_without_channels() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination =
                        user(RedisServer.on(Pair.newer()), "~*", "+@all").start()) {
            toUser(source, destination)
                    .warned("right to write", address(destination), "among them PUBLISH, SPUBLISH", "~* &*");
        }
    }

    @Test
    void an_account_that_may_write_other_keys_only() throws Exception {
        try (RedisServer source = RedisServer.start(Pair.older());
                RedisServer destination =
                        user(RedisServer.on(Pair.newer()), "~app:*", "+@all").start()) {
            toUser(source, destination).failed("right to write", address(destination), "among them", "key");
        }
    }

    @Test
    void an_account_that_may_use_keys_of_some_names_only() throws Exception {
        String[] rules = {"~caravan:*", "~{caravan}*", "~app:*", "&*", "+@all"};
        try (RedisServer source = user(RedisServer.on(Pair.older()), rules).start();
                RedisServer destination =
                        user(RedisServer.on(Pair.newer()), rules).start()) {
            source.command("SET", "app:1", "x");
            asUser(source, destination).passed("right to read keys", "keys may be read again");
            toUser(source, destination).passed("right to write", "commands are permitted");

            source.command("SET", "other:1", "x");

            asUser(source, destination).warned("right to read keys", address(source), "may not read 1 of 2 keys", "~*");
            toUser(source, destination)
                    .warned("right to write", address(destination), "may not write keys that the source has", "~*");
        }
    }

    private static ServerOptions user(ServerOptions options, String... rules) {
        return options.user("app", SECRET, rules);
    }

    private static Prechecked asUser(RedisServer source, RedisServer destination) throws Exception {
        return Prechecked.of(Prechecked.task(source, destination).with("source.password", "app:" + SECRET));
    }

    private static Prechecked toUser(RedisServer source, RedisServer destination) throws Exception {
        return Prechecked.of(Prechecked.task(source, destination).with("destination.password", "app:" + SECRET));
    }

    private static String address(RedisServer server) {
        return server.endpoint().toString();
    }
}
