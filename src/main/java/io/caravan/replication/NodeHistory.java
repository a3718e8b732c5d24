package io.caravan.replication;

import io.caravan.node.ServerInfo;
import java.util.OptionalLong;

/**
 * What a node says of its history ({@code INFO replication}): what it is called, how far it has come, and what of it the node can
 * continue. A node that says nothing (before Redis 4.0, or an account that may not ask) has no history and can continue none.
 *
 * <p>Rule: Redis {@code replication.c}, {@code masterTryPartialResynchronization}.
 */
record NodeHistory(ServerInfo info) {

    /** The name of its history, empty if it has none. */
    String id() {
        return info.field("master_replid").orElse("");
    }

    /** How far it has come. */
    OptionalLong offset() {
        return SourceConnection.offsetIn(info);
    }

    /** Whether its history goes by that name. */
    boolean isCalled(String replicationId) {
        return !id().isEmpty() && id().equals(replicationId);
    }

    /** Whether its history went by that name before a replica took over. */
    boolean wasCalled(String replicationId) {
        return info.field("master_replid2").filter(replicationId::equals).isPresent();
    }

    /** Whether it is a replica whose link to its master is up. */
    boolean isLinkedReplica() {
        return info.replica()
                && info.field("master_link_status").filter("up"::equals).isPresent();
    }

    /** Whether it would answer {@code PSYNC} behind this position with {@code +CONTINUE}. */
    boolean continues(ReplicationPosition position) {
        long wanted = position.offset() + 1;
        boolean known = isCalled(position.replicationId())
                || wasCalled(position.replicationId()) && wanted <= info.number("second_repl_offset", -1);
        long first = info.number("repl_backlog_first_byte_offset", 0);
        return known
                && info.number("repl_backlog_active", 0) == 1
                && wanted >= first
                && wanted <= first + info.number("repl_backlog_histlen", 0);
    }
}
