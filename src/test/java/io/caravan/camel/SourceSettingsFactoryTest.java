package io.caravan.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.command.Databases;
import io.caravan.node.NodeAddress;
import io.caravan.rdb.DecodeTarget;
import io.caravan.replication.Limits;
import io.caravan.replication.RateLimits;
import io.caravan.replication.SourceSettings;
import io.caravan.replication.SourceSettings.SnapshotTransfer;
import io.caravan.replication.Transport;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SourceSettingsFactoryTest {

    private final Transport transport =
            new Transport(null, NioSocketChannel.class, null, true, Duration.ofSeconds(1), Duration.ofSeconds(1));
    private final RedisReplicationConfiguration configuration = new RedisReplicationConfiguration();

    @Test
    void options_become_settings() {
        configuration.setNodes("10.0.0.1:7000, 10.0.0.2:7001");
        configuration.setPassword("alice:secret");
        configuration.setDatabases("0,1=one:");
        configuration.setSnapshotTransfer(SnapshotTransfer.DISK);
        configuration.setReplicationTimeout(5000);
        configuration.setReconnectDelay(7);
        configuration.setMaxReconnectDelay(70);
        configuration.setTemporaryDirectory("/var/tmp/caravan");

        SourceSettings settings =
                SourceSettingsFactory.settings(configuration, transport, new RateLimits(), DecodeTarget.NEWEST);

        assertThat(settings.nodes())
                .containsExactly(new NodeAddress("10.0.0.1", 7000), new NodeAddress("10.0.0.2", 7001));
        assertThat(settings.credentials().user()).contains("alice");
        assertThat(settings.transport()).isSameAs(transport);
        assertThat(settings.databases()).hasToString(Databases.parse("0,1=one:").toString());
        assertThat(settings.snapshotTransfer()).isEqualTo(SnapshotTransfer.DISK);
        assertThat(settings.silence()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.firstBackoff()).isEqualTo(Duration.ofMillis(7));
        assertThat(settings.longestBackoff()).isEqualTo(Duration.ofMillis(70));
        assertThat(settings.temporaryFiles()).isEqualTo(Path.of("/var/tmp/caravan"));
        assertThat(settings.largeValuesFor()).isSameAs(DecodeTarget.NEWEST);
    }

    @Test
    void what_is_not_set_has_a_default() {
        configuration.setNodes("10.0.0.1");

        SourceSettings settings =
                SourceSettingsFactory.settings(configuration, transport, new RateLimits(), DecodeTarget.NEWEST);

        assertThat(settings.credentials().none()).isTrue();
        assertThat(settings.databases().isAll()).isTrue();
        assertThat(settings.snapshotTransfer()).isEqualTo(SnapshotTransfer.AUTO);
        assertThat(settings.silence()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.temporaryFiles()).isEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
    }

    @Test
    void a_source_without_nodes_is_refused() {
        assertThatThrownBy(() ->
                        SourceSettingsFactory.settings(configuration, transport, new RateLimits(), DecodeTarget.NEWEST))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no node given");
    }

    @Test
    void memory_is_shared_by_the_shards_that_are_found() {
        configuration.setMemoryLimit("32MB");
        configuration.setMaxBatchCommands(10);
        configuration.setMaxBatchBytes("8k");
        configuration.setMaxInFlightBatches(3);

        Limits limits = SourceSettingsFactory.limits(configuration, 4);

        assertThat(limits).isEqualTo(Limits.sharing(32L << 20, 4, 10, 8192, 3));
    }

    @Test
    void the_defaults_fit_many_shards() {
        assertThat(SourceSettingsFactory.limits(configuration, 64).largeBytes()).isPositive();
    }

    @Test
    void a_size_that_is_none_names_its_option() {
        configuration.setMaxBatchBytes("many");

        assertThatThrownBy(() -> SourceSettingsFactory.limits(configuration, 1))
                .hasMessage("maxBatchBytes=many is no size; write it as 64MB");
    }
}
