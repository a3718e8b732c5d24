package io.caravan.replication;

import io.caravan.command.Databases;
import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.rdb.DecodeTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a session is told about its source.
 *
 * @param nodes nodes of the cluster, at least one, or the standard server
 * @param credentials for every node
 * @param transport how to connect
 * @param databases which databases are synchronized, and where their keys are from here on
 * @param snapshotTransfer how snapshots are asked for
 * @param readFrom which nodes snapshot and stream are taken from
 * @param rates how much may be asked of both sides; may change
 * @param silence a link that receives nothing for so long is dead
 * @param firstBackoff pause before a lost link is made again; doubled with each attempt that fails
 * @param longestBackoff longest pause
 * @param temporaryFiles directory for commands too large for memory
 * @param largeValuesFor what the destination takes of the commands that a value too large for memory is decoded into
 */
public record SourceSettings(
        List<NodeAddress> nodes,
        Credentials credentials,
        Transport transport,
        Databases databases,
        SnapshotTransfer snapshotTransfer,
        ReadFrom readFrom,
        RateLimits rates,
        Duration silence,
        Duration firstBackoff,
        Duration longestBackoff,
        Path temporaryFiles,
        DecodeTarget largeValuesFor) {

    private static final Duration SHORT_WAIT = Duration.ofSeconds(2);

    public SourceSettings {
        nodes = List.copyOf(nodes);
    }

    /** For questions that are worth no long wait, as another node can be asked instead. */
    Transport shortTransport() {
        return transport.waitingAtMost(SHORT_WAIT);
    }

    /** Which nodes of the source snapshot and stream are taken from. */
    public enum ReadFrom {
        /** The masters. */
        MASTER,
        /** A replica of each master while one follows it, else the master. Keys that are read again are read at the master. */
        REPLICA_PREFERRED
    }

    /** How snapshots are asked for. */
    public enum SnapshotTransfer {
        /** Diskless from Redis, by way of its disk from Valkey (which cannot send every value otherwise). */
        AUTO,
        /** The source writes the snapshot to its disk first, and announces its length. */
        DISK,
        /** The source may send the snapshot while it makes it. Whether it does is its configuration. */
        DISKLESS
    }
}
