package io.caravan.servers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisServerIT {
    @EachServer
    void a_server_answers_restarts_and_leaves_nothing_behind(ServerProgram program) {
        RedisServer server = RedisServer.start(program);
        try (server) {
            server.command("SET", "kept", "value");
            assertThat(server.command("GET", "kept")).isEqualTo("value");
            byte[] binary = {0, '\r', '\n', (byte) 0xff};
            server.command("SET".getBytes(UTF_8), binary, binary);
            assertThat((byte[]) server.command("GET".getBytes(UTF_8), binary)).isEqualTo(binary);
            assertThatThrownBy(() -> server.command("LPUSH", "kept", "x"))
                    .isInstanceOf(RespError.class)
                    .hasMessageStartingWith("WRONGTYPE")
                    .hasMessageEndingWith("(reply to LPUSH kept x)");

            int port = server.port();
            server.restart();

            assertThat(server.port()).isEqualTo(port);
            assertThat(server.command("DBSIZE")).isEqualTo(2L);

            server.restartEmpty();

            assertThat(server.command("DBSIZE")).isEqualTo(0L);
            assertThat(server.info("server", "process_id")).isEqualTo(Long.toString(server.pid()));
        }
        assertThat(server.isAlive()).isFalse();
        assertThat(server.folder()).doesNotExist();
    }

    @EachServer
    void a_killed_server_comes_back_with_its_append_only_file(ServerProgram program) {
        try (RedisServer server = RedisServer.on(program)
                .appendOnly()
                .option("appendfsync", "always")
                .start()) {
            server.command("SET", "kept", "value");

            server.kill();

            assertThat(server.isAlive()).isFalse();
            server.restart();
            assertThat(server.command("GET", "kept")).isEqualTo("value");
        }
    }

    @Test
    void a_paused_server_keeps_connections_open_and_answers_later() {
        try (RedisServer server = RedisServer.start(ServerProgram.newest());
                RespClient client = server.client()) {
            Request ping = Request.of("PING");
            server.pause();
            client.timeout(Duration.ofMillis(100));
            client.send(ping);
            assertThatThrownBy(() -> client.read(ping)).isInstanceOf(UncheckedIOException.class);

            server.resume();

            client.timeout(Duration.ofSeconds(30));
            assertThat(client.read(ping)).isEqualTo("PONG");
        }
    }

    @EachServer
    void a_password_is_asked_of_strangers_only(ServerProgram program) {
        try (RedisServer server = RedisServer.on(program).password("secret").start();
                RespClient stranger = Endpoint.of(server.host(), server.port()).open()) {
            assertThat(server.command("PING")).isEqualTo("PONG");
            assertThatThrownBy(() -> stranger.call("PING")).hasMessageStartingWith("NOAUTH");
        }
    }

    @EachServer(min = "6.0")
    void a_user_may_do_what_its_rules_say(ServerProgram program) {
        try (RedisServer server = RedisServer.on(program)
                        .user("reader", "secret", "~*", "+@read")
                        .start();
                RespClient reader = server.endpoint().as("reader", "secret").open()) {
            assertThat(reader.call("GET", "k")).isNull();
            assertThatThrownBy(() -> reader.call("SET", "k", "v")).hasMessageStartingWith("NOPERM");
        }
    }

    @EachServer(min = "6.0")
    void a_server_speaks_tls_where_it_was_built_with_it(ServerProgram program) {
        assumeTrue(program.hasTls(), program + " has no TLS");
        try (RedisServer server =
                        RedisServer.on(program).tls().password("secret").start();
                RespClient plain = Endpoint.of(server.host(), server.port()).open()) {
            assertThat(server.command("PING")).isEqualTo("PONG");
            assertThat(server.certificate()).content().startsWith("-----BEGIN CERTIFICATE");
            assertThatThrownBy(() -> plain.call("PING")).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void a_pipeline_answers_in_order_with_errors_as_values() {
        try (RedisServer server = RedisServer.start(ServerProgram.newest());
                RespClient client = server.client()) {
            List<?> replies = client.pipeline(
                    List.of(Request.of("SET", "k", "v"), Request.of("INCR", "k"), Request.of("STRLEN", "k")));

            assertThat(replies.get(0)).isEqualTo("OK");
            assertThat(replies.get(1)).isInstanceOf(RespError.class);
            assertThat(replies.get(2)).isEqualTo(1L);
        }
    }

    @Test
    void a_server_that_never_finds_its_port_free_says_so() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ServerOptions options =
                    RedisServer.on(ServerProgram.newest()).option("port", Integer.toString(taken.getLocalPort()));

            assertThatThrownBy(options::start)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("found no free port in 5 attempts")
                    .hasMessageContaining("bind: Address");
        }
    }

    @Test
    void a_server_that_refuses_its_configuration_says_so() {
        assertThatThrownBy(RedisServer.on(ServerProgram.newest()).option("no-such-directive", "yes")::start)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no-such-directive");
    }

    @Test
    void a_server_ends_with_a_jvm_that_is_killed() throws IOException, InterruptedException {
        Process jvm = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OrphanMaker.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String[] words = jvm.inputReader().readLine().split(" ", 2);
        ProcessHandle server = ProcessHandle.of(Long.parseLong(words[0])).orElseThrow();
        assertThat(server.isAlive()).isTrue();

        jvm.destroyForcibly().waitFor();

        Await.until(
                "server and folder are gone",
                Duration.ofSeconds(10),
                () -> !server.isAlive() && Files.notExists(Path.of(words[1])));
    }

    /** A program that starts a server, says where, and waits to be killed. */
    static final class OrphanMaker {
        public static void main(String[] arguments) throws IOException {
            RedisServer server = RedisServer.start(ServerProgram.newest());
            System.out.println(server.pid() + " " + server.folder());
            System.in.read();
        }
    }
}
