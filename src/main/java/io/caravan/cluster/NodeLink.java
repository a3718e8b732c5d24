package io.caravan.cluster;

import io.caravan.command.CommandBatch;
import io.caravan.node.NodeAddress;
import io.caravan.resp.ReplyScanner;
import io.caravan.resp.RespWriter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The pipelined connection to one master of the destination: writes the bytes of units, and matches the replies to them.
 *
 * <p>What always holds: (A) Units are written in the order of {@link #send}, and answered in that order. (B) Bytes are
 * written only as long as the channel takes them; the rest waits in the batches themselves, so that nothing is held twice.
 * (C) When the connection is lost, the owner gets every unit back, in order: first those that were written and not
 * answered, then those that were not written. (D) Nothing runs in a database because the choice of another was refused.
 *
 * <p>Owned by the destination's event loop.
 */
final class NodeLink implements ReplyScanner.Replies {

    /** Whom a link tells what became of a unit; on the event loop. */
    interface Owner {

        /** The unit took effect. */
        void answered(NodeLink link, BatchTicket ticket, int row);

        /** The unit was answered with an error. */
        void refused(NodeLink link, Unit unit, ErrorReply error);

        /** The connection is lost, and with it the answer to a unit: it may have taken effect. */
        void unanswered(NodeLink link, BatchTicket ticket, int row);

        /** The connection is lost; the unit had not been written. */
        void unsent(NodeLink link, Unit unit);
    }

    private static final byte[] ASKING = new RespWriter(32).command("ASKING").toByteArray();

    /** Marks of a unit that is to be sent, or on its way. */
    private static final int BEHIND_ASKING = 1;

    private static final int REPEATED = 2;
    private static final int MARKS = 2;

    private final NodeAddress address;
    private final Owner owner;
    private final NodeCounters counters = new NodeCounters();
    private final LinkOutput output = new LinkOutput(counters);
    private final UnitRing unsent = new UnitRing();

    /** With each unit the number of replies still expected, left of its marks; {@link #BEHIND_ASKING} until that is answered. */
    private final UnitRing inFlight = new UnitRing();

    /** Commands of Caravan's own that wait to be written, and those that wait for an answer. */
    private final ArrayDeque<OwnCommand> ownUnsent = new ArrayDeque<>();

    private final ArrayDeque<OwnCommand> ownInFlight = new ArrayDeque<>();
    private @Nullable Channel channel;
    private @Nullable ChannelHandlerContext out;

    private final ChosenDatabase database = new ChosenDatabase();

    /** On its way; nothing else is written meanwhile. */
    private @Nullable FirstSelection selection;

    private @Nullable ErrorReply error;
    private @Nullable ErrorReply askingRefused;

    NodeLink(NodeAddress address, Owner owner) {
        this.address = address;
        this.owner = owner;
    }

    NodeAddress address() {
        return address;
    }

    NodeCounters counters() {
        return counters;
    }

    /** Whether units can be sent. */
    boolean isUp() {
        return channel != null;
    }

    /** Whether nothing waits for an answer. */
    boolean isIdle() {
        return inFlight.isEmpty() && unsent.isEmpty();
    }

    /**
     * The connection has been made; its commands begin in database 0.
     *
     * @param writeFrom where in the pipeline to write, so that the bytes pass none of Lettuce's handlers
     */
    void connected(Channel newChannel, ChannelHandlerContext writeFrom) {
        channel = newChannel;
        out = writeFrom;
        database.begin();
        selection = null;
        error = null;
        askingRefused = null;
    }

    /** Takes a unit to be sent behind those taken before; {@link #flush()} follows. */
    void send(BatchTicket ticket, int row) {
        unsent.add(ticket, row, 0);
    }

    /** Takes a unit that has been refused or not answered before. */
    void sendAgain(Unit unit, boolean asking) {
        unsent.add(unit.ticket(), unit.row(), (asking ? BEHIND_ASKING : 0) | (unit.repeated() ? REPEATED : 0));
    }

    /** Writes a command of Caravan's own, in database 0, behind what has been written, as soon as the channel takes it. */
    void send(OwnCommand command) {
        ownUnsent.add(command);
        flush();
    }

    /** Writes as much as the channel takes; called again when it takes more. */
    void flush() {
        ChannelHandlerContext open = out;
        if (open == null) {
            return;
        }
        boolean written = false;
        while (!ownUnsent.isEmpty()
                && !output.isWithinLarge()
                && selection == null
                && open.channel().isWritable()) {
            if (database.isSafe(0)) {
                writeOwn(open, ownUnsent.remove());
            } else {
                selectFirst(open, 0, true);
            }
            written = true;
        }
        while (open.channel().isWritable() && writeSome(open)) {
            written = true;
        }
        if (written) {
            open.flush();
        }
    }

    /** The connection is lost: everything goes back to the owner. */
    void lost() {
        channel = null;
        out = null;
        output.lost();
        loseOwn();
        while (!inFlight.isEmpty()) {
            if (inFlight.isOwn()) {
                inFlight.remove();
                continue;
            }
            BatchTicket ticket = inFlight.ticket();
            int row = inFlight.row();
            inFlight.remove();
            owner.unanswered(this, ticket, row);
        }
        while (!unsent.isEmpty()) {
            var unit = new Unit(unsent.ticket(), unsent.row(), (unsent.number() & REPEATED) != 0);
            unsent.remove();
            owner.unsent(this, unit);
        }
    }

    /** What is Caravan's own is not sent again. */
    void loseOwn() {
        ownInFlight.forEach(OwnCommand::lost);
        ownInFlight.clear();
        ownUnsent.forEach(OwnCommand::lost);
        ownUnsent.clear();
    }

    /** Closes the connection; {@link #lost()} follows when it is closed. */
    void close() {
        if (channel != null) {
            channel.close();
        }
    }

    /** Writes the rest of a large command, or the next units until a buffer is full; answers whether there were any. */
    private boolean writeSome(ChannelHandlerContext open) {
        if (output.isWithinLarge()) {
            output.writeLargePart(open);
            return true;
        }
        if (unsent.isEmpty() || selection != null) {
            return false;
        }
        int commands = 0;
        int writesBefore = output.writes();
        while (!unsent.isEmpty() && !output.isWithinLarge() && selection == null && output.writes() == writesBefore) {
            BatchTicket ticket = unsent.ticket();
            int row = unsent.row();
            int end = ticket.batch.isPlain(row) ? row + 1 : ticket.unitEnd(row);
            int untried = database.untried(ticket.batch, row, end);
            if (untried != ChosenDatabase.NONE) {
                selectFirst(open, untried, false);
                break;
            }
            int marks = unsent.number();
            unsent.remove();
            commands += writeUnit(open, ticket, row, end, marks);
        }
        counters.sent(commands);
        if (unsent.isEmpty() || output.isWithinLarge()) {
            output.writeBuffer(open);
        }
        return true;
    }

    private void writeOwn(ChannelHandlerContext open, OwnCommand command) {
        if (!command.isWanted()) {
            command.lost();
            return;
        }
        int replies = 1 + select(open, 0);
        output.add(open, command.bytes());
        inFlight.addOwn(replies << MARKS);
        ownInFlight.add(command);
        output.writeBuffer(open);
    }

    /** Answers how many commands it has. */
    private int writeUnit(ChannelHandlerContext open, BatchTicket ticket, int row, int end, int marks) {
        int replies = 0;
        if ((marks & BEHIND_ASKING) != 0) {
            output.add(open, ASKING);
            replies++;
        }
        CommandBatch batch = ticket.batch;
        int databaseBefore = ChosenDatabase.NONE;
        for (int command = row; command < end; command++) {
            if (!batch.dropped(command)) {
                replies += select(open, database.of(batch, command, end));
                databaseBefore = command == row ? database.current() : databaseBefore;
                output.add(open, batch, command);
                replies++;
            }
        }
        if (database.current() != databaseBefore) {
            database.forget(); // a SELECT inside a transaction counts only if that is not aborted
        }
        inFlight.add(ticket, row, replies << MARKS | marks);
        return end - row;
    }

    private int select(ChannelHandlerContext open, int wanted) {
        if (!database.choose(wanted)) {
            return 0;
        }
        output.add(open, ChosenDatabase.select(wanted));
        return 1;
    }

    private void selectFirst(ChannelHandlerContext open, int wanted, boolean forOwn) {
        var first = new FirstSelection(wanted, forOwn);
        selection = first;
        output.add(open, first.bytes());
        database.choose(wanted);
        inFlight.addOwn(1 << MARKS);
        ownInFlight.add(first);
        output.writeBuffer(open);
    }

    /**
     * A database is chosen for the first time.
     *
     * @param forOwn whether the next of Caravan's own commands needs it, and not the next unit
     */
    private final class FirstSelection implements OwnCommand {

        private final int number;
        private final boolean forOwn;

        private FirstSelection(int number, boolean forOwn) {
            this.number = number;
            this.forOwn = forOwn;
        }

        @Override
        public byte[] bytes() {
            return ChosenDatabase.select(number);
        }

        @Override
        public void answered(@Nullable ErrorReply refusal) {
            selection = null;
            if (refusal == null) {
                database.permit(number);
            } else {
                database.forget();
                refuseNext(refusal, forOwn);
            }
            flush();
        }

        @Override
        public void lost() {
            // whatever is to be sent is sent by another connection
        }
    }

    private void refuseNext(ErrorReply refusal, boolean own) {
        if (own) {
            ownUnsent.remove().answered(refusal);
            return;
        }
        var unit = new Unit(unsent.ticket(), unsent.row(), (unsent.number() & REPEATED) != 0);
        unsent.remove();
        owner.refused(this, unit, refusal);
    }

    @Override
    public void reply(byte firstByte) {
        int left = (inFlight.number() >> MARKS) - 1;
        int repeated = inFlight.number() & REPEATED;
        if (left > 0) {
            inFlight.number(left << MARKS | repeated);
            return;
        }
        ErrorReply found = outcome();
        if (inFlight.isOwn()) {
            inFlight.remove();
            ownInFlight.remove().answered(found);
            return;
        }
        BatchTicket ticket = inFlight.ticket();
        int row = inFlight.row();
        inFlight.remove();
        if (found == null) {
            owner.answered(this, ticket, row);
        } else {
            owner.refused(this, new Unit(ticket, row, repeated != 0), found);
        }
    }

    /**
     * Where {@code ASKING} is not permitted the unit comes alone: a node that has its slot by now has run it, whatever became of {@code
     * ASKING}, and any other has sent it away.
     */
    private @Nullable ErrorReply outcome() {
        ErrorReply found = error;
        ErrorReply asking = askingRefused;
        error = null;
        askingRefused = null;
        return asking != null && found != null && found.remedy() == ErrorReply.Remedy.MOVED ? asking : found;
    }

    @Override
    public void error(String message) {
        if ((inFlight.number() & BEHIND_ASKING) != 0) {
            askingRefused = new ErrorReply(message, false);
        } else {
            remember(new ErrorReply(message, false));
        }
        reply((byte) '-');
    }

    @Override
    public void elementError(int element, String message) {
        UnitGroup group = inFlight.isOwn() ? null : inFlight.ticket().group;
        if (group != null) {
            group.failed(element, message);
        }
        remember(new ErrorReply(message, true));
    }

    /** The first error of a unit counts: an {@code EXECABORT} follows from it. */
    private void remember(ErrorReply found) {
        if (error == null) {
            error = found;
        }
    }

    @Override
    public String toString() {
        return "destination " + address + " (" + (isUp() ? "up" : "down") + ", " + inFlight.size() + " in flight, "
                + unsent.size() + " unsent)";
    }
}
