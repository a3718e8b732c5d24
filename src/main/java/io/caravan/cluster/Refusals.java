package io.caravan.cluster;

import io.caravan.cluster.DestinationSettings.OnError;
import io.caravan.command.CommandBatch;
import io.caravan.command.KnownBy;
import java.util.Optional;

/**
 * What becomes of units that a node refuses for their own sake, and of those that are not sent at all.
 *
 * <p>Owned by the destination's event loop.
 */
final class Refusals {

    private final RefusedCommands counts;
    private final UnitKeys units;
    private final OnError onError;

    Refusals(RefusedCommands counts, UnitKeys units, OnError onError) {
        this.counts = counts;
        this.units = units;
        this.onError = onError;
    }

    /** A unit cannot be applied: the batch fails, or the unit is left out, as the settings say. */
    void refuse(BatchTicket ticket, CommandRefusedException reason) {
        switch (onError) {
            case FAIL -> ticket.failed(reason);
            case SKIP -> ticket.answered();
        }
    }

    /**
     * Whether anything of the unit is to be sent: what the destination cannot be given is left out where refused commands are,
     * and ends the unit where they fail.
     */
    boolean isSendable(BatchTicket ticket, int row, int end) {
        Optional<CommandRefusedException> reason = counts.takeOutUnrepresentable(ticket.batch, row, end);
        if (reason.isPresent() && (onError == OnError.FAIL || !Units.hasCommand(ticket.batch, row, end))) {
            refuse(ticket, reason.get());
            return false;
        }
        return true;
    }

    /**
     * A node has refused a unit for its own sake. A repeated one may fail because it has taken effect before ({@code RESTORE} of
     * a key that is there now), and one that has overtaken another because that has not. A script that Redis 4.0 sends as it is
     * may have failed there, too, after it had written something. What fails for the value of a key shows that the key differs.
     */
    void forItself(NodeLink link, Unit unit, ErrorReply error, boolean overtaken) {
        BatchTicket ticket = unit.ticket();
        int row = unit.row();
        String where = "destination " + link.address();
        if (unit.repeated() || overtaken || ticket.mayBeRepeated(row) || ranInPart(ticket, row)) {
            units.refresh(ticket, row);
        } else if ((error.showsDifference() || isOfModulesKey(ticket, row, error)) && !ticket.isValue()) {
            counts.different(where, ticket.batch, Units.telling(ticket, row), error);
            units.refreshRefused(ticket, row);
        } else {
            refuse(ticket, counts.refused(where, ticket.batch, Units.telling(ticket, row), error));
        }
    }

    /** As with scripts, only where keys may be read: what a module refuses at every try would bring one snapshot after the other. */
    private boolean isOfModulesKey(BatchTicket ticket, int row, ErrorReply error) {
        return units.mayRead()
                && error.mayShowDifferenceOfModule()
                && ticket.unitEnd(row) == row + 1
                && ticket.batch.spec(row).knownBy() == KnownBy.SERVER
                && ticket.batch.slot(row) != CommandBatch.NO_SLOT;
    }

    /** Where nothing may be read a script that fails is refused: one that fails at every try would bring one snapshot after the other. */
    private boolean ranInPart(BatchTicket ticket, int row) {
        return units.mayRead() && Units.isScriptWithKeys(ticket, row);
    }
}
