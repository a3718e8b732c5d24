package io.caravan.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WritePauseIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What is sent by a thread that is interrupted goes out now and then. */
    private static final int ATTEMPTS = 300;

    private static final Duration LONG = Duration.ofMinutes(5);

    @Test
    void whoever_is_interrupted_while_a_pause_is_prolonged_does_not_end_it() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (RedisServer server = RedisServer.start(ServerProgram.of("7.0.15"))) {
            var transport = new Transport(group, NioSocketChannel.class, null, false, PATIENCE, PATIENCE);
            var pause = new WritePause(transport, Credentials.NONE);
            List<SourceMaster> masters = List.of(new SourceMaster(
                    new NodeAddress(server.host(), server.port()), "", new BitSet(), Optional.empty()));
            pause.begin(masters, LONG);

            for (int i = 0; i < ATTEMPTS; i++) {
                Thread.currentThread().interrupt();
                try {
                    pause.begin(masters, LONG);
                } catch (IOException e) { // unless the answer was there at once
                    assertThat(e).hasMessageContaining("interrupted");
                }
                assertThat(Thread.interrupted()).isTrue();
            }

            Await.until(
                    "whatever was sent has been read",
                    PATIENCE,
                    () -> server.info("clients", "connected_clients"),
                    "1"::equals);
            assertThat(String.valueOf(server.command("INFO", "commandstats")))
                    .contains("cmdstat_client|pause")
                    .doesNotContain("cmdstat_client|unpause");
            pause.end(masters);
            assertThat(String.valueOf(server.command("INFO", "commandstats"))).contains("cmdstat_client|unpause");
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
