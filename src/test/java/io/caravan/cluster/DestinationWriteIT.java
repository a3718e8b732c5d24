package io.caravan.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.HashSlot;
import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.servers.Await;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What says something of a master is told to that master, and not to whoever takes its place. */
class DestinationWriteIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String KEY = "{b}said";
    private static final int SLOT = HashSlot.of("b".getBytes(UTF_8));

    @Test
    void a_successor_is_told_nothing_until_it_is_known_that_it_is_one() throws Exception {
        try (RedisCluster cluster =
                        RedisCluster.on(ServerProgram.of("7.4.1")).replicas(1).start();
                Destination destination = Destination.open(settings(cluster))) {
            RedisServer former = cluster.nodeForSlot(SLOT);
            RedisServer successor = cluster.replicasOf(former).get(0);
            long losses = destination.losses();
            say(destination, "before", losses).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            Await.until("it is replicated", PATIENCE, () -> has(successor, "before"));
            former.pause();

            cluster.failover(successor, "TAKEOVER");
            CompletableFuture<Void> meanwhile = say(destination, "meanwhile", losses);
            Await.until("the fail-over is noticed", PATIENCE, () -> destination.losses() > losses);
            former.resume();

            assertThatThrownBy(() -> meanwhile.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasMessageContaining("has been replaced, or its connection is lost");
            assertThatThrownBy(() -> say(destination, "too late", losses).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasMessageContaining("has been replaced, or its connection is lost");
            say(destination, "behind it", destination.losses()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(successor.command("HGET", KEY, "behind it")).isEqualTo("1");
            assertThat(has(successor, "meanwhile")).isFalse();
            assertThat(has(successor, "too late")).isFalse();
        }
    }

    private static CompletableFuture<Void> say(Destination destination, String field, long losses) {
        List<byte[]> command =
                List.of("HSET".getBytes(UTF_8), KEY.getBytes(UTF_8), field.getBytes(UTF_8), "1".getBytes(UTF_8));
        return destination.write(SLOT, command, losses).toCompletableFuture();
    }

    private static boolean has(RedisServer server, String field) {
        try (var client = server.connect()) {
            client.call("READONLY");
            return "1".equals(client.call("HGET", KEY, field));
        }
    }

    private static DestinationSettings settings(RedisCluster cluster) {
        return new DestinationSettings(
                cluster.masters().stream()
                        .map(master -> new NodeAddress(master.host(), master.port()))
                        .toList(),
                Credentials.NONE,
                null,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                Duration.ofMillis(10),
                DestinationSettings.OnError.FAIL,
                DestinationSettings.Flush.APPLY,
                DestinationSettings.Acknowledge.MASTER,
                DestinationSettings.Scripts.VERBATIM,
                DestinationSettings.InDoubt.READ_AGAIN,
                Duration.ofMillis(100));
    }
}
