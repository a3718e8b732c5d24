package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.servers.BusyScript;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SourceConnectionIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void a_master_that_runs_a_long_script_refuses_for_the_moment_and_says_how_far_it_is_later() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (RedisServer server = RedisServer.start(ServerProgram.of("7.0.15"))) {
            var transport = new Transport(group, NioSocketChannel.class, null, false, PATIENCE, PATIENCE);
            try (SourceConnection connection =
                    SourceConnection.open(transport, new NodeAddress(server.host(), server.port()), Credentials.NONE)) {
                try (BusyScript script = BusyScript.on(server)) {
                    assertThatThrownBy(connection::replication)
                            .isInstanceOf(SourceException.class)
                            .hasMessageContaining("refuses INFO at the moment: 'BUSY");
                    assertThatThrownBy(() -> connection.askTime(new SourceClock()))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("refuses TIME at the moment: 'BUSY");
                }

                assertThat(SourceConnection.offsetIn(connection.replication())).hasValue(0);
                assertThat(connection.askTime(new SourceClock())).isTrue();
            }
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    /** The error is written when a connection is accepted, and read as the answer to AUTH, which is on its way. */
    @Test
    void a_node_that_has_too_many_clients_has_not_refused_the_password_and_the_next_is_asked() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (var full = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                RedisServer server = RedisServer.on(ServerProgram.of("7.0.15"))
                        .password("secret")
                        .start()) {
            var refusing = new Thread(() -> refuseAll(full), "full");
            refusing.start();
            var transport = new Transport(group, NioSocketChannel.class, null, false, PATIENCE, PATIENCE);
            var given = new NodeAddress("127.0.0.1", full.getLocalPort());
            var other = new NodeAddress(server.host(), server.port());
            Credentials credentials = Credentials.parse("secret");

            assertThatThrownBy(() -> SourceConnection.open(transport, given, credentials))
                    .isInstanceOfSatisfying(
                            SourceException.class, e -> assertThat(e.remedy()).isEqualTo(SourceException.Remedy.RETRY))
                    .hasMessageContaining("takes no connection at the moment: 'ERR max number of clients reached'");
            assertThat(new SourceTopology(transport, credentials, List.of(given, other)).masters())
                    .extracting(SourceMaster::address)
                    .containsExactly(other);
            assertThatThrownBy(() -> SourceConnection.open(transport, other, Credentials.parse("wrong")))
                    .isInstanceOfSatisfying(
                            SourceException.class, e -> assertThat(e.remedy()).isEqualTo(SourceException.Remedy.STOP));
            full.close();
            refusing.join();
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    /** Until the socket is closed. */
    private static void refuseAll(ServerSocket full) {
        while (!full.isClosed()) {
            try (Socket client = full.accept()) {
                client.getInputStream().read();
                client.getOutputStream()
                        .write("-ERR max number of clients reached\r\n".getBytes(StandardCharsets.US_ASCII));
                client.getInputStream().readAllBytes();
            } catch (IOException e) {
                assertThat(e).isInstanceOf(SocketException.class); // closed by either side
            }
        }
    }
}
