package io.caravan.cluster;

import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandGroup;
import io.caravan.command.ReservedKeys;
import io.caravan.command.SlotTags;
import io.caravan.command.SourceShard;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what is in doubt without reading the source ({@code inDoubt=IN_SLOT}): a unit that may not be applied twice goes out in
 * one transaction with the checkpoint of its slot, a key that says which unit of the slot was the last.
 *
 * <p>What always holds, besides what {@link SlotRouter} says: (E) Such a transaction is the only thing of its slot that is on its
 * way, and what is taken meanwhile waits; together it makes the next one. So a checkpoint covers every unit of its slot up to the
 * one that it names, and nothing overtakes anything. (F) A unit that is in doubt is neither sent nor left out before the
 * checkpoint of its slot is known, as it is when nothing of the slot is on its way; of what the checkpoint does not cover only
 * repeatable units can have been applied. (G) A checkpoint has the name of its lineage in its key: those of earlier histories say
 * nothing.
 *
 * <p>Owned by the destination's event loop.
 */
final class SlotCheckpoints {

    private static final Logger LOG = LoggerFactory.getLogger(SlotCheckpoints.class);
    private static final int MOST_COMMANDS = 256;
    private static final int MOST_BYTES = 64 * 1024;
    private static final byte[] PREFIX = (ReservedKeys.PREFIX + "unit:{").getBytes(StandardCharsets.US_ASCII);

    private static final String UNREAD =
            "its keys would have to be read again at the source (they lie in different slots, only some of"
                    + " them are selected, or the destination has no form for it), and no key is to be read (inDoubt=IN_SLOT); give them one"
                    + " {hash tag}, raise memoryLimit if it is too large for memory, leave the command out, or let the account read (inDoubt=READ_AGAIN)";

    private final SlotRouter router;
    private final SlotRouter.DestinationEvents events;
    private final Fences fences;
    private final RefusedCommands refusedCommands;
    private final Refusals refusals;
    private final boolean cluster;
    private final long firstBackoffNanos;

    /** Slots that are held back for what is to be sent when the batch has been looked through. */
    private final List<Fence> held = new ArrayList<>();

    /** Whether whoever sends flushes the links himself. */
    private boolean sendsHeld;

    /** What the checkpoints of slots said when a process before this one had left something in doubt, by shard and slot. */
    private final Map<SourceShard, Map<Integer, Optional<UnitMark>>> found = new WeakHashMap<>();

    SlotCheckpoints(
            SlotRouter router,
            SlotRouter.DestinationEvents events,
            Fences fences,
            RefusedCommands refusedCommands,
            Refusals refusals,
            boolean cluster,
            Duration firstBackoff) {
        this.router = router;
        this.events = events;
        this.fences = fences;
        this.refusedCommands = refusedCommands;
        this.refusals = refusals;
        this.cluster = cluster;
        firstBackoffNanos = firstBackoff.toNanos();
    }

    /** The key of a slot's checkpoint: {@code caravan:unit:{<tag of the slot>}<lineage>}. */
    static byte[] key(String lineage, int slot) {
        var key = new ByteArrayOutputStream();
        key.writeBytes(PREFIX);
        key.writeBytes(SlotTags.of(slot == Units.KEYLESS ? 0 : slot));
        key.write('}');
        key.writeBytes(lineage.getBytes(StandardCharsets.US_ASCII));
        return key.toByteArray();
    }

    /** Takes a unit that a cluster can run; what is to be read again, or stands for what cannot be sent, is refused. */
    void route(BatchTicket ticket, int row, int end, int slot) {
        if (Units.isToBeRefreshed(ticket.batch, row, end)) {
            refusals.refuse(ticket, refusedCommands.impossible("UNREAD", ticket.batch, row, UNREAD));
        } else if (refusals.isSendable(ticket, row, end)) {
            if (ticket.mayBeRepeated(row) && hasNoCheckpoint(ticket, row)) {
                undecided(
                        ticket, "a command without keys may have been run before, and no slot has a checkpoint of it");
                ticket.answered();
            } else {
                route(ticket, row, slot);
            }
        }
    }

    /** Whether a unit that may not be applied twice belongs to no slot, as a script without keys. */
    private boolean hasNoCheckpoint(BatchTicket ticket, int row) {
        return cluster
                && Units.slotOf(ticket, row) == Units.KEYLESS
                && !UnitKeys.canRepeat(ticket, row)
                && !isMessage(ticket, row);
    }

    /** Takes a unit that nothing speaks against. */
    void route(BatchTicket ticket, int row, int slot) {
        Fence fence = fences.of(slot);
        boolean waits = fence != null || ticket.mayBeRepeated(row) || needsCheckpoint(ticket, row);
        if (!waits) {
            router.send(ticket, row, slot);
            return;
        }
        if (fence == null) {
            fence = fences.closeRoutinely(slot);
            held.add(fence);
        }
        fence.waiting.add(new Unit(ticket, row, false));
    }

    /** A batch has been looked through: what was held back meanwhile goes out, as far as may be. */
    void sendHeld() {
        if (!held.isEmpty()) {
            List<Fence> now = List.copyOf(held);
            held.clear();
            sendsHeld = true;
            now.forEach(router::advanceUnflushed);
            sendsHeld = false;
        }
    }

    /** Sends what comes next of a slot of which nothing is on its way; or leaves it out, or asks whether to. */
    void sendNext(Fence fence, NodeLink link) {
        Unit next = fence.peek();
        if (next == null || fence.asking || isAbandoned(fence, next) || isSettledFirst(fence, next)) {
            return;
        }
        if (next.ticket().group != null) {
            fence.next();
            sendAlone(fence, next, link);
        } else if (fence.opening != Fence.Opening.TOGETHER) {
            fence.next();
            sendAlone(fence, asOne(fence, List.of(next)).askedFor(next.ask()), link);
        } else {
            sendTogether(fence, link);
        }
        if (!sendsHeld) {
            link.flush();
        }
    }

    /** Answers whether the unit has been left out, since its task has stopped: its next start asks the checkpoint. */
    private boolean isAbandoned(Fence fence, Unit next) {
        if (!router.isAbandoned(next.ticket().batch.origin().shard())) {
            return false;
        }
        fence.next();
        fence.alone = Math.max(0, fence.alone - 1);
        next.ticket().failed(new DestinationClosedException());
        return true;
    }

    /** Units of which some may not be applied twice go as one; others need no transaction. */
    private void sendTogether(Fence fence, NodeLink link) {
        List<Unit> units = takeTogether(fence);
        if (units.stream().anyMatch(unit -> needsCheckpoint(unit.ticket(), unit.row()))) {
            sendAlone(fence, asOne(fence, units), link);
            return;
        }
        for (Unit unit : units) {
            fences.sent(fence.slot);
            link.sendAgain(unit, false);
        }
        if (fence.isEmpty()) {
            fences.remove(fence);
        }
    }

    /** A unit as it is sent: with a checkpoint if it needs one. */
    private Unit asOne(Fence fence, List<Unit> units) {
        Unit first = units.get(0);
        if (units.size() == 1 && !needsCheckpoint(first.ticket(), first.row())) {
            return first;
        }
        String lineage = first.ticket().batch.origin().lineage();
        return new UnitGroup(fence.slot, key(lineage, fence.slot), units).unit();
    }

    private void sendAlone(Fence fence, Unit unit, NodeLink link) {
        fence.probing = true;
        fences.sent(fence.slot);
        link.sendAgain(unit, unit.ask() != null);
    }

    /** Takes the next units out that may share a transaction, at least one. */
    private List<Unit> takeTogether(Fence fence) {
        List<Unit> units = new ArrayList<>();
        int commands = 0;
        int bytes = 0;
        for (Unit unit = fence.peek(); unit != null; unit = fence.peek()) {
            commands += unit.ticket().unitEnd(unit.row()) - unit.row();
            bytes += Units.bytesOf(unit.ticket(), unit.row());
            boolean fits = commands <= MOST_COMMANDS && bytes <= MOST_BYTES;
            if (!units.isEmpty() && (!fits || fence.alone > 0 || !mayJoin(fence, units.get(0), unit))) {
                break;
            }
            units.add(unit);
            fence.next();
            if (fence.alone > 0) {
                fence.alone--;
                break;
            }
        }
        return units;
    }

    private boolean mayJoin(Fence fence, Unit first, Unit unit) {
        BatchOrigin origin = first.ticket().batch.origin();
        BatchOrigin other = unit.ticket().batch.origin();
        int database = Units.databaseOf(first.ticket(), first.row());
        return unit.ticket().group == null
                && origin.shard() == other.shard()
                && origin.lineage().equals(other.lineage())
                && database != Units.SEVERAL_DATABASES
                && database == Units.databaseOf(unit.ticket(), unit.row())
                && !first.ticket().batch.isLarge(first.row())
                && !unit.ticket().batch.isLarge(unit.row())
                && (!unit.ticket().mayBeRepeated(unit.row())
                        || known(fence, unit).isPresent() && !isCovered(fence, unit));
    }

    /** Invariant F: answers whether the unit has been left out, or has to wait for the checkpoint. */
    private boolean isSettledFirst(Fence fence, Unit next) {
        BatchTicket ticket = next.ticket();
        UnitGroup group = ticket.group;
        if (group != null) {
            if (next.repeated()) {
                ask(fence, group.key, ticket, checkpoint -> settle(fence, next, group, checkpoint));
            }
            return next.repeated();
        }
        if (!ticket.mayBeRepeated(next.row())) {
            return false;
        }
        if (known(fence, next).isEmpty()) {
            byte[] key = key(ticket.batch.origin().lineage(), fence.slot);
            ask(fence, key, ticket, checkpoint -> foundOf(ticket).put(fence.slot, checkpoint));
            return true;
        }
        if (!isCovered(fence, next) && !isMessage(ticket, next.row())) {
            return false;
        }
        fence.next();
        ticket.answered();
        return true;
    }

    private void settle(Fence fence, Unit unit, UnitGroup group, Optional<UnitMark> checkpoint) {
        fence.next();
        if (checkpoint.isPresent() && checkpoint.get().covers(group.mark)) {
            unit.ticket().answered();
        } else {
            fence.refused.addFirst(new Unit(unit.ticket(), unit.row(), false));
        }
    }

    private Optional<Optional<UnitMark>> known(Fence fence, Unit unit) {
        return Optional.ofNullable(foundOf(unit.ticket()).get(fence.slot));
    }

    private boolean isCovered(Fence fence, Unit unit) {
        return known(fence, unit)
                .flatMap(checkpoint -> checkpoint)
                .filter(checkpoint -> checkpoint.covers(UnitMark.of(unit.ticket(), unit.row())))
                .isPresent();
    }

    private Map<Integer, Optional<UnitMark>> foundOf(BatchTicket ticket) {
        return found.computeIfAbsent(ticket.batch.origin().shard(), shard -> new HashMap<>());
    }

    /** What to do with a checkpoint that has been asked for; empty if the slot has none. */
    private interface Told {
        void checkpoint(Optional<UnitMark> last);
    }

    private void ask(Fence fence, byte[] key, BatchTicket ticket, Told told) {
        fence.asking = true;
        fences.close(fence.slot);
        events.read(key, (value, failure) -> {
            fence.asking = false;
            if (failure != null) {
                LOG.debug("the checkpoint of slot {} could not be read: {}", fence.slot, failure.getMessage());
                fence.backOff(firstBackoffNanos);
                return; // with one of the next ticks again
            }
            try {
                told.checkpoint(Optional.ofNullable(value).map(UnitMark::parse));
            } catch (IllegalArgumentException e) {
                undecided(
                        ticket,
                        "destination: key " + new String(key, StandardCharsets.UTF_8) + " holds " + e.getMessage());
                told.checkpoint(Optional.empty());
            }
            router.advance(fence);
        });
    }

    /** The answer of a unit was lost with its connection; nothing else of its slot was on its way if that matters. */
    void unanswered(Fence fence, BatchTicket ticket, int row) {
        if (ticket.group != null || UnitKeys.canRepeat(ticket, row)) {
            FenceOpener.takeBack(fence, new Unit(ticket, row, true));
            return;
        }
        fence.probing = false;
        if (!isMessage(ticket, row)) {
            undecided(ticket, "the answer to a command without keys was lost, and no slot has a checkpoint of it");
        }
        ticket.answered(); // a message to subscribers: sent once, maybe not received
    }

    /** A unit that was sent is not the last that took effect: it goes out again behind those that it has overtaken. */
    void overtook(Fence fence, BatchTicket ticket, int row) {
        fence.refusedKeys.addAll(UnitKeys.of(ticket, row));
        FenceOpener.takeBack(fence, new Unit(ticket, row, true));
    }

    /** A node has refused a transaction for its own sake: what becomes of each of its units. */
    void refused(NodeLink link, UnitGroup group, Fence fence, ErrorReply error) {
        List<Unit> units = group.units;
        if (!error.applied() && units.size() > 1) {
            for (int i = units.size() - 1; i >= 0; i--) {
                fence.refused.addFirst(units.get(i));
            }
            fence.alone += units.size();
            return;
        }
        for (int i = 0; i < units.size(); i++) {
            String failure = error.applied() && units.size() > 1 ? group.failureOf(i) : error.text();
            if (failure == null) {
                units.get(i).ticket().answered();
            } else {
                refusals.forItself(link, units.get(i), new ErrorReply(failure, error.applied()), false);
            }
        }
    }

    /** What cannot be settled without reading: the shard begins anew, unless it has done so since the unit was sent. */
    static void undecided(BatchTicket ticket, String why) {
        UnitKeys.undecided(
                ticket, why + "; keys are not to be read again (inDoubt=IN_SLOT), so a snapshot has to follow");
    }

    /** Whether a flush may have been run before: what lies behind it cannot be told by slots then. */
    static boolean isUndecided(BatchTicket ticket, int row) {
        return Emptying.isFlush(ticket.batch, row) && ticket.mayBeRepeated(row);
    }

    private boolean needsCheckpoint(BatchTicket ticket, int row) {
        CommandBatch batch = ticket.batch;
        if (batch.isPlain(row)) {
            return !batch.isRepeatable(row) && batch.spec(row).group() != CommandGroup.PUBSUB;
        }
        return !UnitKeys.canRepeat(ticket, row)
                && !isMessage(ticket, row)
                && (!cluster || Units.slotOf(ticket, row) != Units.KEYLESS);
    }

    private static boolean isMessage(BatchTicket ticket, int row) {
        return ticket.unitEnd(row) == row + 1 && ticket.batch.spec(row).group() == CommandGroup.PUBSUB;
    }
}
