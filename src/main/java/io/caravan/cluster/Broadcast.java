package io.caravan.cluster;

import java.util.HashSet;
import java.util.Set;

/**
 * A unit that every master has to run: a script, a function, a flush. Nothing else is on its way meanwhile, so what came
 * before it takes effect before it on every node, and what comes after it, after.
 *
 * <p>Owned by the destination's event loop; {@link SlotRouter} holds everything else back.
 */
final class Broadcast {

    final BatchTicket ticket;
    final int row;

    /** Nodes that have not run it yet; empty before it was begun. */
    private final Set<NodeLink> missing = new HashSet<>();

    /** Nodes that may have run it: it was sent there, and not refused since. */
    private final Set<NodeLink> tried = new HashSet<>();

    private boolean begun;
    private boolean elsewhere;
    private boolean givenUp;

    Broadcast(BatchTicket ticket, int row) {
        this.ticket = ticket;
        this.row = row;
    }

    boolean begun() {
        return begun;
    }

    /** Sends it to every link that serves slots; those that are down follow when they are up. */
    void begin(Set<NodeLink> masters) {
        begun = true;
        missing.addAll(masters);
        masters.forEach(this::sendTo);
    }

    /** It is not sent again, wherever it has not been run. */
    void giveUp() {
        givenUp = true;
        missing.clear();
    }

    boolean isGivenUp() {
        return givenUp;
    }

    /** It is run by other means than by sending it. */
    void beginElsewhere() {
        begun = true;
        elsewhere = true;
    }

    /** A link is up, or its node may serve again: it is sent there if the node has not run it. */
    void sendTo(NodeLink link) {
        if (missing.contains(link) && link.isUp() && link.isIdle()) {
            boolean repeated = !tried.add(link);
            link.sendAgain(new Unit(ticket, row, repeated), false);
            link.flush();
        }
    }

    /** Whether it is run by other means, and tells of its end by itself. */
    boolean isElsewhere() {
        return elsewhere;
    }

    /** Sends it again wherever it has not been run and nothing is on its way. */
    void sendMissing() {
        Set.copyOf(missing).forEach(this::sendTo);
    }

    /** The node cannot run it at the moment, and has not run it if it was sent there once. */
    void refused(NodeLink link, Unit unit) {
        if (!unit.repeated()) {
            tried.remove(link);
        }
    }

    /** The node has run it, or refused it for good; answers whether all have. */
    boolean done(NodeLink link) {
        missing.remove(link);
        return missing.isEmpty();
    }

    /** A node that serves no slot any more need not run it; answers whether all others have. */
    boolean retain(Set<NodeLink> masters) {
        missing.retainAll(masters);
        return begun && !elsewhere && missing.isEmpty();
    }
}
