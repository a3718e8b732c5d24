package io.caravan.cluster;

import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What a destination is told about itself.
 *
 * @param nodes nodes of the cluster, at least one, or the standard server
 * @param credentials for every node
 * @param tls how to encrypt, {@code null} for plain connections
 * @param connectTimeout how long a connection may take to be made, and a topology question to be answered
 * @param responseTimeout how long a node may leave what was sent to it unanswered, before its connection is given up
 * @param topologyRefresh pause between two looks at the topology when nothing has happened
 * @param firstBackoff pause before a refused slot or a lost connection is tried again; doubled each time, up to 50-fold
 * @param onError what becomes of a command that the destination refuses for the command's own sake
 * @param flush what becomes of {@code FLUSHALL} and {@code FLUSHDB}
 * @param acknowledge when something counts as applied
 * @param scripts what becomes of scripts that a source sends as they are
 * @param inDoubt how it is settled whether a command has been applied whose answer is missing
 * @param refreshInterval least time between two readings of one key at the source
 */
public record DestinationSettings(
        List<NodeAddress> nodes,
        Credentials credentials,
        @Nullable Tls tls,
        Duration connectTimeout,
        Duration responseTimeout,
        Duration topologyRefresh,
        Duration firstBackoff,
        OnError onError,
        Flush flush,
        Acknowledge acknowledge,
        Scripts scripts,
        InDoubt inDoubt,
        Duration refreshInterval) {

    public DestinationSettings {
        nodes = List.copyOf(nodes);
        if (inDoubt == InDoubt.IN_SLOT && scripts == Scripts.REFRESH) {
            throw new IllegalArgumentException(
                    "scripts=REFRESH has the keys of scripts read at the source, and inDoubt=IN_SLOT has none read; set one of them");
        }
    }

    /** What becomes of a command that the destination refuses. */
    public enum OnError {
        /** The batch fails, and the shard stops before it. */
        FAIL,
        /** The command is left out, counted and logged. */
        SKIP
    }

    /** What becomes of {@code FLUSHALL} and {@code FLUSHDB}. */
    public enum Flush {
        /** What the source has emptied is emptied: of a cluster, the slots of the shard that says so. */
        APPLY,
        /** Left out and logged. */
        IGNORE,
        /** The batch fails, and the shard stops before it. */
        FAIL
    }

    /** When something counts as applied. */
    public enum Acknowledge {
        /** When the master has run it. */
        MASTER,
        /** When the replicas that the master has at that time have received it, too. */
        REPLICAS
    }

    /** What becomes of {@code EVAL} and {@code EVALSHA}, which a source may send instead of what they have done. */
    public enum Scripts {
        /** They are run; the keys of one that fails are read again at the source. */
        VERBATIM,
        /** Their keys are read again at the source instead. */
        REFRESH
    }

    /** How it is settled whether a command has been applied, where its answer was lost or an earlier process may have sent it. */
    public enum InDoubt {
        /** The keys of a command that may not be applied twice are read again at the source. */
        READ_AGAIN,
        /**
         * Such a command is sent in one transaction with a checkpoint in its slot, which is asked for. No key is ever read at the
         * source.
         */
        IN_SLOT
    }

    /**
     * Encryption.
     *
     * @param keys the client's own, {@code null} for none
     * @param trust whom to trust, {@code null} for the system's choice
     * @param verifyHostname whether the certificate must name the host that was connected to
     */
    public record Tls(@Nullable KeyManager keys, @Nullable TrustManager trust, boolean verifyHostname) {}
}
