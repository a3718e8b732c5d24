package io.caravan.cluster;

import io.caravan.node.NodeAddress;
import org.jspecify.annotations.Nullable;

/**
 * A unit that waits: the one of {@code ticket} that begins at {@code row}.
 *
 * @param repeated whether it may have taken effect already, since an answer to it was lost
 * @param ask where it is to be asked for, if the master of its slot has said so when it was sent last
 */
record Unit(
        BatchTicket ticket,
        int row,
        boolean repeated,
        @Nullable NodeAddress ask) {

    Unit(BatchTicket ticket, int row, boolean repeated) {
        this(ticket, row, repeated, null);
    }

    /** The same unit, to be asked for at a node. */
    Unit askedFor(@Nullable NodeAddress node) {
        return new Unit(ticket, row, repeated, node);
    }
}
