package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.cluster.DestinationSettings.Flush;
import io.caravan.cluster.DestinationSettings.OnError;
import io.caravan.cluster.DestinationSettings.Scripts;
import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LettuceClientsTest {

    private static final DestinationSettings SETTINGS = new DestinationSettings(
            List.of(NodeAddress.parse("127.0.0.1:7000")),
            Credentials.NONE,
            null,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMillis(10),
            OnError.FAIL,
            Flush.APPLY,
            DestinationSettings.Acknowledge.MASTER,
            Scripts.VERBATIM,
            DestinationSettings.InDoubt.READ_AGAIN,
            Duration.ZERO);

    @Test
    void a_link_that_is_closed_takes_nothing_from_the_others() throws Exception {
        try (LettuceClients clients = new LettuceClients(SETTINGS)) {
            ClientResources closed = clients.tapped(new NettyCustomizer() {});
            ClientResources other = clients.tapped(new NettyCustomizer() {});

            closed.shutdown(0, 0, TimeUnit.SECONDS).get();

            var rung = new CountDownLatch(2);
            other.timer().newTimeout(timeout -> rung.countDown(), 1, TimeUnit.MILLISECONDS);
            other.eventExecutorGroup().execute(rung::countDown);
            assertThat(rung.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(clients.eventLoop().isShuttingDown()).isFalse();
        }
    }
}
