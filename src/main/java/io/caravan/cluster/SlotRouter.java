package io.caravan.cluster;

import io.caravan.cluster.DestinationSettings.InDoubt;
import io.caravan.command.CommandBatch;
import io.caravan.command.HashSlot;
import io.caravan.command.Scope;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import io.caravan.node.NodeAddress;
import io.caravan.refresh.KeyRefresher;
import io.caravan.refresh.RefreshCounters;
import io.caravan.refresh.SourceKey;
import io.caravan.refresh.ValueBatches;
import io.netty.util.concurrent.EventExecutor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends each unit to the master of its slot, and keeps the order of every slot through redirections, errors and lost
 * connections.
 *
 * <p>What always holds: (A) units of one slot take effect in the order in which they were taken. (B) A slot is fenced from
 * the first unit of it that is not accepted until everything of it that was sent has been answered; what was refused goes
 * out again before what came later. (C) A unit whose answer was lost with a connection is sent again only if applying it
 * twice is the same as applying it once; else the keys it writes are read again at the source. (D) A unit that took effect
 * although an earlier one on one of its keys was refused ({@code DEL} behind a {@code SET} that met {@code OOM}) has
 * overtaken it: its keys are read again, and the refused one is left out.
 *
 * <p>A standard server is one slot: its commands may be on any keys, so all of them keep one order.
 *
 * <p>Everything here runs on the destination's event loop; nothing is locked, nothing waits.
 */
final class SlotRouter implements NodeLink.Owner {

    private final RefusedCommands refusedCommands;
    private final boolean cluster;
    private final KeyRefresher refresher;
    private final UnitKeys units;
    private final Refusals refusals;
    private final OpenTickets openTickets;
    private final RecentBatches recent = new RecentBatches();
    private final LostWrites lost = new LostWrites(this, recent.acknowledgements());
    private final Failovers failovers = new Failovers(this, recent, lost);
    private final FenceOpener opener;
    private final LinkTable links;
    private final Fences fences;
    private final Broadcasts broadcasts;
    private final BroadcastRules broadcastRules;
    private final Remedies remedies;

    /** Kept in the slots if nothing is to be read at the source. */
    private final @Nullable SlotCheckpoints checkpoints;

    /** What the router needs from those around it; called on the event loop. */
    interface DestinationEvents {

        /** A link to this node is wanted. */
        void connect(NodeLink link);

        /** A link is not wanted any more. */
        void disconnect(NodeLink link);

        /** The topology has changed, or seems to have. */
        void topologyIsStale();

        /** A node cannot serve at the moment. */
        void nodeWaits(NodeLink link, ErrorReply error);

        /** Keys are to be removed; {@code done} is run, on the event loop, when none of them is left, or it is not wanted any more. */
        void empty(Emptying keys, BooleanSupplier wanted, Runnable done);

        /** The value of a string key is asked for; {@code answer} is told on the event loop, of {@code null} if there is none. */
        void read(byte[] key, BiConsumer<byte @Nullable [], @Nullable Throwable> answer);

        /** Something is held back: {@link #tick()} is to be called until {@link #hasFences()} says no. */
        void fenced();
    }

    SlotRouter(
            DestinationSettings settings,
            boolean cluster,
            DestinationEvents events,
            RefusedCommands refusedCommands,
            ValueBatches.Adapter adapter,
            EventExecutor eventLoop) {
        this.cluster = cluster;
        this.refusedCommands = refusedCommands;
        fences = new Fences(events::fenced);
        links = new LinkTable(this, events);
        refresher = new KeyRefresher(
                new RefreshLanes(this),
                eventLoop,
                (delay, unit, task) -> eventLoop.schedule(task, delay, unit),
                settings.refreshInterval().toNanos(),
                new ValueBatches(adapter));
        boolean readsNothing = settings.inDoubt() == InDoubt.IN_SLOT;
        units = new UnitKeys(refresher, !readsNothing);
        refusals = new Refusals(refusedCommands, units, settings.onError());
        openTickets = new OpenTickets(refresher::passed);
        checkpoints = readsNothing
                ? new SlotCheckpoints(this, events, fences, refusedCommands, refusals, cluster, settings.firstBackoff())
                : null;
        opener = new FenceOpener(this, fences, links, units, checkpoints);
        broadcastRules = new BroadcastRules(cluster, settings.flush(), refusedCommands, refusals::refuse);
        remedies = new Remedies(links, events, settings.firstBackoff());
        broadcasts = new Broadcasts(this, links, events, refusedCommands, settings.onError());
    }

    /** The masters by slot; a slot without one waits. */
    void topology(@Nullable NodeAddress[] masterOfSlot) {
        fenceMovedSlots(masterOfSlot);
        links.topology(masterOfSlot);
        failovers.topology(masterOfSlot);
        for (Fence fence : fences.all()) {
            fence.forgetWhomToAsk();
        }
        broadcasts.topologyChanged();
        advanceFences();
    }

    /** What is on its way to a slot's old master may be refused there, so the new one must not be sent anything before. */
    private void fenceMovedSlots(@Nullable NodeAddress[] masterOfSlot) {
        for (int slot = 0; slot <= Units.KEYLESS; slot++) {
            NodeLink before = links.of(slot);
            NodeAddress after = masterOfSlot[slot == Units.KEYLESS ? 0 : slot];
            if (fences.areOnTheirWay(slot)
                    && (before == null || !before.address().equals(after))) {
                fence(slot);
            }
        }
    }

    /**
     * The task of a shard has stopped: nothing of it that waits is sent any more, not even the value of a key. What the next start of the
     * task reads would be written before it. What a link was given goes out, and is not sent again; scripts and functions for every master are.
     */
    void abandon(SourceShard shard) {
        openTickets.abandon(shard, new DestinationClosedException());
        refresher.abandon(shard);
        broadcasts.abandon(shard);
        advanceFences();
    }

    /** Whether the task of a shard has stopped. */
    boolean isAbandoned(SourceShard shard) {
        return refresher.hasAbandoned(shard);
    }

    /** Takes a batch: each of its units is sent, or waits at a fence; all of it waits while something is broadcast. */
    void take(BatchTicket ticket) {
        if (isAbandoned(ticket.batch.origin().shard())) {
            ticket.abandon(new DestinationClosedException());
            return;
        }
        openTickets.add(ticket);
        lost.joins(ticket.batch.origin().shard());
        ticket.onEnd(() -> {
            openTickets.ended(ticket);
            recent.ended(ticket.batch);
        });
        if (broadcasts.isEmpty()) {
            take(ticket, 0);
        } else {
            broadcasts.hold(ticket);
        }
        links.flush();
    }

    /** Takes a batch from a row on. */
    void take(BatchTicket ticket, int firstRow) {
        CommandBatch batch = ticket.batch;
        if (isAbandoned(batch.origin().shard())) {
            ticket.routed(); // unless it has ended already: as soon as what was sent of it is answered
            return;
        }
        broadcastRules.joins(batch.origin().shard());
        int end;
        for (int row = firstRow; row < batch.size(); row = end) {
            if (batch.isPlain(row)) {
                end = row + 1;
                ticket.expectAnswer();
                routePlain(ticket, row);
                continue;
            }
            end = ticket.unitEnd(row);
            if (!Units.hasCommand(batch, row, end)) {
                continue;
            }
            ticket.expectAnswer();
            if (batch.spec(row).scope() != Scope.MASTERS) {
                route(ticket, row, end);
            } else if (UnitKeys.mayExchangeBack(ticket, row)
                    || checkpoints != null && SlotCheckpoints.isUndecided(ticket, row)) {
                units.refresh(ticket, row);
            } else if (broadcastRules.admit(ticket, row)) {
                broadcasts.start(ticket, row, end);
                sendHeld();
                return;
            }
        }
        ticket.routed();
        sendHeld();
    }

    private void sendHeld() {
        if (checkpoints != null) {
            checkpoints.sendHeld();
        }
    }

    /** Whether no key is ever read at the source. */
    boolean readsNothing() {
        return checkpoints != null;
    }

    /** The batches whose writes may be lost with a master. */
    RecentBatches recent() {
        return recent;
    }

    /** What puts right that a master has lost something. */
    LostWrites lost() {
        return lost;
    }

    /** What notices that a master was replaced. */
    Failovers failovers() {
        return failovers;
    }

    /** What every master was given by the snapshots may be lost at one of them. */
    void mastersMayLack() {
        broadcastRules.mayBeLost();
    }

    /** The batches that have not ended. */
    OpenTickets openTickets() {
        return openTickets;
    }

    /** Reads keys again at the source, whatever is on its way. */
    void refresh(SourceShard shard, int database, List<byte[]> keys, Consumer<@Nullable Throwable> done) {
        Set<SourceKey> each = new LinkedHashSet<>();
        keys.forEach(key -> each.add(SourceKey.of(shard, database, key)));
        refresher.refresh(each, StreamPoint.START, done);
    }

    /** What was read of a shard behind that point may be lost at the source; tells when it has been read and written once more. */
    void lostBehind(SourceShard shard, StreamPoint point, Consumer<@Nullable Throwable> done) {
        refresher.lostBehind(shard, point, done);
    }

    /** A link is connected: slots that waited for it may go on. */
    void linkIsUp() {
        advanceFences();
    }

    /** Looks at fences whose pause may be over; called every few milliseconds while there are any. */
    void tick() {
        advanceFences();
    }

    /** Every master has run the unit. */
    void broadcasted(BatchTicket ticket, int row) {
        units.answerBroadcast(ticket, row);
    }

    /** Whether nothing but what is on its way to the nodes would come before a unit that is taken now. */
    boolean holdsNothingBack() {
        return fences.isEmpty() && refresher.isIdle();
    }

    /** Whether something waits for a slot that nobody serves. */
    boolean waitsForMaster() {
        return fences.all().stream().anyMatch(fence -> links.of(fence.slot) == null);
    }

    boolean hasFences() {
        return !fences.isQuiet() || !broadcasts.isEmpty();
    }

    /** What has been read again at the source; any thread. */
    RefreshCounters refreshes() {
        return refresher.counters();
    }

    /** The link to the node that has a key, {@code null} if none does. */
    @Nullable
    NodeLink linkOf(byte[] key) {
        return links.of(slotOf(key));
    }

    /** The nodes that serve slots, by the last topology: one that a redirection only leads away from has not been replaced yet. */
    List<NodeAddress> masters() {
        return failovers.masters();
    }

    /** Every node that is, or was, connected to. */
    LinkTable links() {
        return links;
    }

    private void route(BatchTicket ticket, int row, int end) {
        CommandBatch batch = ticket.batch;
        String objection = cluster ? Units.objection(batch, row, end) : Units.objectionAnywhere(ticket, row, end);
        if (objection != null) {
            refusals.refuse(ticket, refusedCommands.impossible("IMPOSSIBLE", batch, row, objection));
        } else if (batch.isReserved(row) // of the source, when that was a destination
                || UnitKeys.removesWhatHasGone(ticket, row)) {
            ticket.answered();
        } else if (checkpoints != null) {
            checkpoints.route(ticket, row, end, slotOf(ticket, row));
        } else if (units.containedInReading(ticket, row)) {
            units.drop(ticket, row);
        } else if (Units.isToBeRefreshed(batch, row, end) || units.isInDoubt(ticket, row)) {
            units.refresh(ticket, row);
        } else if (refusals.isSendable(ticket, row, end)) {
            send(ticket, row, slotOf(ticket, row));
        }
    }

    /** What becomes of units that are refused. */
    Refusals refusals() {
        return refusals;
    }

    /** Nearly all commands: nothing but what was read again could speak against them. */
    private void routePlain(BatchTicket ticket, int row) {
        if (UnitKeys.removesWhatHasGone(ticket, row)) {
            ticket.answered();
        } else if (checkpoints != null) {
            checkpoints.route(ticket, row, cluster ? ticket.batch.slot(row) : Units.KEYLESS);
        } else if (units.containedInReading(ticket, row)) {
            units.drop(ticket, row);
        } else if (units.isInDoubt(ticket, row)) {
            units.refresh(ticket, row);
        } else {
            send(ticket, row, cluster ? ticket.batch.slot(row) : Units.KEYLESS);
        }
    }

    /** The slot that a unit belongs to. */
    int slotOf(BatchTicket ticket, int row) {
        if (!cluster) {
            return Units.KEYLESS;
        }
        if (ticket.group != null) {
            return ticket.group.slot;
        }
        return ticket.batch.isPlain(row) ? ticket.batch.slot(row) : Units.slotOf(ticket, row);
    }

    /** The slot that a key belongs to. */
    int slotOf(byte[] key) {
        return cluster ? HashSlot.of(key) : Units.KEYLESS;
    }

    /** Sends a unit that nothing speaks against, or lets it wait at its slot's fence. */
    void send(BatchTicket ticket, int row, int slot) {
        Fence fence = fences.of(slot);
        if (fence != null) {
            fence.waiting.add(new Unit(ticket, row, false));
            return;
        }
        NodeLink link = links.of(slot);
        if (link == null || !link.isUp()) {
            fence(slot).waiting.add(new Unit(ticket, row, false));
            return;
        }
        fences.sent(slot);
        link.send(ticket, row);
    }

    @Override
    public void answered(NodeLink link, BatchTicket ticket, int row) {
        if (Broadcasts.concerns(ticket, row)) {
            broadcasts.answered(link, ticket, row);
            return;
        }
        int slot = slotOf(ticket, row);
        fences.ended(slot);
        Fence fence = fences.of(slot);
        if (fence != null && hasOvertaken(fence, ticket, row)) {
            overtook(fence, ticket, row);
        } else if (checkpoints == null
                && (LateCommands.hasCome(ticket, row) || UnitKeys.hasMetStaleKeys(ticket, row))) {
            units.refreshApplied(ticket, row);
        } else {
            ticket.answered();
        }
        if (fence != null) {
            FenceOpener.accepted(fence);
            opener.advance(fence);
        }
        broadcasts.advance();
    }

    private void overtook(Fence fence, BatchTicket ticket, int row) {
        if (checkpoints == null) {
            units.refresh(ticket, row);
        } else {
            checkpoints.overtook(fence, ticket, row);
        }
    }

    /** Invariant D. What has overtaken a unit has also been overtaken by what was sent behind it. */
    private boolean hasOvertaken(Fence fence, BatchTicket ticket, int row) {
        if (fence.probing || fence.refusedKeys.isEmpty() && refresher.isIdle()) {
            return false;
        }
        return UnitKeys.hasUnknownKeys(ticket, row)
                || UnitKeys.of(ticket, row).stream()
                        .anyMatch(key -> fence.refusedKeys.contains(key) || refresher.isReading(key));
    }

    @Override
    public void refused(NodeLink link, Unit unit, ErrorReply error) {
        if (Broadcasts.concerns(unit.ticket(), unit.row())) {
            broadcasts.refused(link, unit, error);
            return;
        }
        int slot = slotOf(unit.ticket(), unit.row());
        fences.ended(slot);
        if (error.remedy() == ErrorReply.Remedy.COMMAND) {
            link.counters().error();
            Fence fence = fences.of(slot);
            UnitGroup group = unit.ticket().group;
            if (checkpoints != null && group != null) {
                fence = fence(slot);
                checkpoints.refused(link, group, fence, error);
            } else {
                refusals.forItself(link, unit, error, fence != null && hasOvertaken(fence, unit.ticket(), unit.row()));
            }
            if (fence != null) {
                FenceOpener.accepted(fence);
                opener.advance(fence);
            }
            broadcasts.advance();
            return;
        }
        Fence fence = fence(slot);
        boolean ask = error.remedy() == ErrorReply.Remedy.ASK;
        FenceOpener.takeBack(
                fence, ask ? unit.askedFor(error.target(link.address()).orElse(null)) : unit);
        if (fences.areOnTheirWay(slot)) {
            fence.refusedKeys.addAll(UnitKeys.of(unit.ticket(), unit.row()));
        }
        remedies.follow(link, fence, error);
        opener.advance(fence);
    }

    @Override
    public void unanswered(NodeLink link, BatchTicket ticket, int row) {
        if (Broadcasts.concerns(ticket, row)) {
            broadcasts.unanswered(ticket, row);
            return;
        }
        int slot = slotOf(ticket, row);
        fences.ended(slot);
        Fence fence = fence(slot);
        if (checkpoints != null) {
            checkpoints.unanswered(fence, ticket, row);
        } else if (UnitKeys.canRepeat(ticket, row) && !hasOvertaken(fence, ticket, row)) {
            FenceOpener.takeBack(fence, new Unit(ticket, row, true));
        } else {
            fence.probing = false;
            units.refresh(ticket, row);
        }
    }

    @Override
    public void unsent(NodeLink link, Unit unit) {
        if (Broadcasts.concerns(unit.ticket(), unit.row())) {
            return; // sent again when the link is up
        }
        int slot = slotOf(unit.ticket(), unit.row());
        fences.ended(slot);
        FenceOpener.takeBack(fence(slot), unit);
    }

    private void advanceFences() {
        opener.advanceAll();
        broadcasts.advance();
        links.flush();
    }

    /** A key of the fence's slot has been read again; it may go on. */
    void advance(Fence fence) {
        opener.advance(fence);
        links.flush();
    }

    /** As {@link #advance}, where the links are flushed later. */
    void advanceUnflushed(Fence fence) {
        opener.advance(fence);
    }

    /** The fence of a slot, closed now if it was open. */
    Fence fence(int slot) {
        return fences.close(slot);
    }
}
