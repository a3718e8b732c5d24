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
import java.time.Duration;
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
}
