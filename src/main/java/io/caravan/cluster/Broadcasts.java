package io.caravan.cluster;

import io.caravan.command.CommandSpec;
import io.caravan.command.KnownBy;
import io.caravan.command.Scope;
import io.caravan.command.SourceShard;
import io.caravan.resp.MalformedRespException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Units that every master has to run, one after the other, and everything that came behind them and waits.
 *
 * <p>Owned by the destination's event loop; {@link SlotRouter} asks here first.
 */
final class Broadcasts {

    private static final Logger LOG = LoggerFactory.getLogger(Broadcasts.class);

    private final SlotRouter router;
    private final LinkTable links;
    private final SlotRouter.DestinationEvents events;
    private final RefusedCommands refusedCommands;
    private final DestinationSettings.OnError onError;
    private @Nullable Broadcast current;

    /** Batches, each from a row on, that wait for the end of it. */
    private final ArrayDeque<Unit> held = new ArrayDeque<>();

    Broadcasts(
            SlotRouter router,
            LinkTable links,
            SlotRouter.DestinationEvents events,
            RefusedCommands refusedCommands,
            DestinationSettings.OnError onError) {
        this.router = router;
        this.links = links;
        this.events = events;
        this.refusedCommands = refusedCommands;
        this.onError = onError;
    }

    boolean isEmpty() {
        return current == null;
    }

    /**
     * Whether what becomes of the unit at a node is told here and nowhere else: it belongs to no slot, and is answered when its broadcast
     * is over. That may be before a node has answered it which is no master any more, or has lost its connection.
     */
    static boolean concerns(BatchTicket ticket, int row) {
        return !ticket.batch.isPlain(row) && ticket.batch.spec(row).scope() == Scope.MASTERS;
    }

    private boolean isCurrent(BatchTicket ticket, int row) {
        return current != null && current.begun() && current.ticket == ticket && current.row == row;
    }

    /** A batch waits until the broadcast is over. */
    void hold(BatchTicket ticket) {
        held.add(new Unit(ticket, 0, false));
    }

    /** Broadcasts a unit; the rest of its batch waits, in front of all others. */
    void start(BatchTicket ticket, int row, int end) {
        held.addFirst(new Unit(ticket, end, false));
        current = new Broadcast(ticket, row);
        advance();
    }

    /** Begins what is to be broadcast once nothing else is on its way; sends it where it is missing. */
    void advance() {
        if (current == null) {
            return;
        }
        if (current.isGivenUp() && !current.isElsewhere()) {
            end(current);
        } else if (current.begun()) {
            current.sendMissing();
        } else if (router.holdsNothingBack() && links.isIdle()) {
            begin(current);
        }
    }

    private void begin(Broadcast broadcast) {
        Optional<Emptying> emptying = Emptying.of(broadcast.ticket.batch, broadcast.row);
        if (emptying.isPresent()) {
            broadcast.beginElsewhere();
            events.empty(emptying.get(), () -> !broadcast.isGivenUp(), () -> end(broadcast));
        } else {
            broadcast.begin(links.masters());
        }
    }

    /** The task of a shard has stopped: a flush of it, or an exchange of databases, would undo what another process may have applied. */
    void abandon(SourceShard shard) {
        if (current != null
                && current.ticket.batch.origin().shard().equals(shard)
                && (Emptying.isFlush(current.ticket.batch, current.row)
                        || UnitKeys.exchangesDatabases(current.ticket, current.row))) {
            current.giveUp();
        }
    }

    /** Other nodes may be masters now: one that serves no slot any more need not run it. */
    void topologyChanged() {
        if (current != null && current.retain(links.masters())) {
            end(current);
        }
    }

    /** A node has run a unit. */
    void answered(NodeLink link, BatchTicket ticket, int row) {
        if (isCurrent(ticket, row)) {
            answered(link);
        } else {
            advance();
        }
    }

    private void answered(NodeLink link) {
        if (current != null && current.done(link)) {
            end(current);
        }
    }

    /** The connection to a node is lost that may have run a unit: it is sent there again, unless that must not be. */
    void unanswered(BatchTicket ticket, int row) {
        if (current != null && isCurrent(ticket, row) && UnitKeys.exchangesDatabases(ticket, row)) {
            UnitKeys.exchangedOrNot(ticket);
            current.giveUp();
        }
    }

    /** A node has refused a unit: if for its own sake, it is not asked again, else with the next tick. */
    void refused(NodeLink link, Unit unit, ErrorReply error) {
        link.counters().error();
        if (!isCurrent(unit.ticket(), unit.row())) {
            advance();
        } else if (error.remedy() == ErrorReply.Remedy.COMMAND) {
            refusedForItself(link, unit, error);
        } else {
            Objects.requireNonNull(current).refused(link, unit);
            events.nodeWaits(link, error);
        }
    }

    private void refusedForItself(NodeLink link, Unit unit, ErrorReply error) {
        if (hasTakenEffect(unit, error)) {
            LOG.info(
                    "destination {} answered {} of source {}, offset {}, with '{}': it had taken effect there before",
                    link.address(),
                    unit.ticket().batch.spec(unit.row()).name(),
                    unit.ticket().batch.origin().shard().name(),
                    unit.ticket().batch.endOffset(unit.row()),
                    MalformedRespException.quote(error.text()));
            answered(link);
            return;
        }
        CommandRefusedException reason =
                refusedCommands.refused("destination " + link.address(), unit.ticket().batch, unit.row(), error);
        if (onError == DestinationSettings.OnError.FAIL) {
            unit.ticket().expectAnswer();
            unit.ticket().failed(reason);
        }
        answered(link);
    }

    /**
     * Whether an error shows that the node is as the unit would make it. A library that is to be deleted and is not there has been
     * deleted: before an answer was lost, by a process before this one, or on behalf of another shard. What a module keeps on every
     * master (an index) cannot be made, or removed, twice.
     */
    private static boolean hasTakenEffect(Unit unit, ErrorReply error) {
        CommandSpec spec = unit.ticket().batch.spec(unit.row());
        return spec.name().equals("FUNCTION") && error.text().contains("Library not found")
                || spec.knownBy() == KnownBy.SERVER
                        && (unit.repeated() || unit.ticket().mayBeRepeated(unit.row()));
    }

    /** Every master has run what was broadcast: what was held goes on. */
    private void end(Broadcast ended) {
        router.broadcasted(ended.ticket, ended.row);
        current = null;
        while (current == null && !held.isEmpty()) {
            Unit next = held.remove();
            router.take(next.ticket(), next.row());
        }
        links.flush();
    }
}
