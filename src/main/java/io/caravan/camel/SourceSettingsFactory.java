package io.caravan.camel;

import io.caravan.command.Databases;
import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.rdb.DecodeTarget;
import io.caravan.replication.HeartbeatSettings;
import io.caravan.replication.Limits;
import io.caravan.replication.RateLimits;
import io.caravan.replication.SourceSettings;
import io.caravan.replication.Transport;
import io.caravan.spool.SpoolPlace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Turns the options of a {@code redis-replication:} endpoint into the settings of a session. */
final class SourceSettingsFactory {

    private SourceSettingsFactory() {}

    /** As they are when the task starts. */
    static RateLimits rates(RedisReplicationConfiguration configuration) {
        var rates = new RateLimits();
        rates.sourceBytes(MemorySize.parse("sourceBytesPerSecond", configuration.getSourceBytesPerSecond()));
        rates.snapshotKeys(configuration.getSnapshotKeysPerSecond());
        rates.commands(configuration.getCommandsPerSecond());
        return rates;
    }

    /**
     * @param rates how much may be asked of both sides
     * @param largeValuesFor what the destination takes of the commands that a large value is decoded into
     */
    static SourceSettings settings(
            RedisReplicationConfiguration configuration,
            Transport transport,
            RateLimits rates,
            DecodeTarget largeValuesFor) {
        String password = configuration.getPassword();
        String directory = configuration.getTemporaryDirectory();
        return new SourceSettings(
                NodeAddress.parseList(configuration.getNodes()),
                password == null ? Credentials.NONE : Credentials.parse(password),
                transport,
                Databases.parse(configuration.getDatabases()),
                configuration.getSnapshotTransfer(),
                configuration.getReadFrom(),
                rates,
                Duration.ofMillis(configuration.getReplicationTimeout()),
                Duration.ofMillis(configuration.getReconnectDelay()),
                Duration.ofMillis(configuration.getMaxReconnectDelay()),
                Path.of(directory == null ? System.getProperty("java.io.tmpdir", ".") : directory),
                largeValuesFor);
    }

    static Limits limits(RedisReplicationConfiguration configuration, int shards) {
        return Limits.sharing(
                MemorySize.parse("memoryLimit", configuration.getMemoryLimit()),
                shards,
                configuration.getMaxBatchCommands(),
                Math.toIntExact(MemorySize.parse("maxBatchBytes", configuration.getMaxBatchBytes())),
                configuration.getMaxInFlightBatches());
    }

    /**
     * How heartbeats are written; empty if none are.
     *
     * @throws IllegalArgumentException if they would be too frequent
     */
    static Optional<HeartbeatSettings> heartbeat(RedisReplicationConfiguration configuration, String task) {
        long interval = configuration.getHeartbeatInterval();
        return interval == 0 ? Optional.empty() : Optional.of(new HeartbeatSettings(Duration.ofMillis(interval), task));
    }

    /** Where the spool is; empty if there is none. */
    static Optional<SpoolPlace> spool(RedisReplicationConfiguration configuration, String task) {
        String directory = configuration.getSpoolDirectory();
        return directory == null || directory.isBlank()
                ? Optional.empty()
                : Optional.of(new SpoolPlace(
                        Path.of(directory), task, MemorySize.parse("spoolBytes", configuration.getSpoolBytes())));
    }
}
