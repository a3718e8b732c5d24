package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.RespError;
import io.caravan.servers.ServerProgram;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SourceConnectionIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void a_master_that_runs_a_long_script_refuses_for_the_moment_and_says_how_far_it_is_later() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (RedisServer server = RedisServer.start(ServerProgram.of("7.0.15"))) {
            var transport = new Transport(group, NioSocketChannel.class, null, false, PATIENCE, PATIENCE);
            server.command("CONFIG", "SET", "lua-time-limit", "1");
            try (SourceConnection connection =
                    SourceConnection.open(transport, new NodeAddress(server.host(), server.port()), Credentials.NONE)) {
                CompletableFuture<Void> script = CompletableFuture.runAsync(() -> loop(server));
                Await.until("the server is busy", PATIENCE, () -> isBusy(server));

                assertThatThrownBy(connection::replication)
                        .isInstanceOf(SourceException.class)
                        .hasMessageContaining("refuses INFO at the moment: 'BUSY");
                assertThatThrownBy(() -> connection.askTime(new SourceClock()))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("refuses TIME at the moment: 'BUSY");
                server.command("SCRIPT", "KILL");
                script.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

                assertThat(SourceConnection.offsetIn(connection.replication())).hasValue(0);
                assertThat(connection.askTime(new SourceClock())).isTrue();
            }
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static void loop(RedisServer server) {
        try (var client = server.connect()) {
            client.call("EVAL", "while true do end", "0");
        } catch (RespError e) {
            assertThat(e).hasMessageContaining("Script killed");
        }
    }

    private static boolean isBusy(RedisServer server) {
        try {
            server.command("PING");
            return false;
        } catch (RespError e) {
            return String.valueOf(e.getMessage()).contains("BUSY");
        }
    }
}
