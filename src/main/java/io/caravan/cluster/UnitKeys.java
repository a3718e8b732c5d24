package io.caravan.cluster;

import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandGroup;
import io.caravan.command.Scope;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import io.caravan.refresh.KeyRefresher;
import io.caravan.refresh.SourceKey;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which keys a unit touches, and what becomes of it if some of them are read again at the source. */
final class UnitKeys {

    /** What was there before is of no concern to them. {@code SET} is not among them: it may keep the time to live. */
    private static final Set<String> OVERWRITING = Set.of("DEL", "UNLINK", "SETEX", "PSETEX", "GETDEL");

    private static final Set<String> REMOVING = Set.of("DEL", "UNLINK");

    private final KeyRefresher refresher;
    private final boolean reads;

    /** @param reads whether keys may be read at the source at all */
    UnitKeys(KeyRefresher refresher, boolean reads) {
        this.refresher = refresher;
        this.reads = reads;
    }

    /** Whether keys may be read at the source. */
    boolean mayRead() {
        return reads;
    }

    /** Whether applying the unit twice is the same as applying it once. */
    static boolean canRepeat(BatchTicket ticket, int row) {
        int end = ticket.unitEnd(row);
        for (int command = row; command < end; command++) {
            if (!ticket.batch.dropped(command)
                    && !ticket.batch.isRepeatable(command)
                    && ticket.batch.spec(command).scope() != Scope.TRANSACTION) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether an earlier process may have applied the unit, and applying it again would not be the same; or whether it may meet
     * a value that the source has lost before, and does not overwrite it.
     */
    boolean isInDoubt(BatchTicket ticket, int row) {
        return ticket.mayBeRepeated(row) && !canRepeat(ticket, row)
                || meetsStaleKeys(ticket, row) && !Units.isScriptWithoutKeys(ticket, row);
    }

    private static boolean meetsStaleKeys(BatchTicket ticket, int row) {
        return ticket.mayMeetStaleKeys(row) && !overwrites(ticket, row);
    }

    /** Whether a unit that had to be run, for the keys that a script does not name, may have met stale values of those that it names. */
    static boolean hasMetStaleKeys(BatchTicket ticket, int row) {
        return meetsStaleKeys(ticket, row) && Units.isScriptWithoutKeys(ticket, row);
    }

    private static boolean overwrites(BatchTicket ticket, int row) {
        int end = ticket.unitEnd(row);
        for (int command = row; command < end; command++) {
            CommandBatch batch = ticket.batch;
            boolean matters = !batch.dropped(command)
                    && batch.slot(command) != CommandBatch.NO_SLOT
                    && batch.spec(command).group() != CommandGroup.PUBSUB
                    && batch.spec(command).scope() != Scope.TRANSACTION;
            if (matters && !OVERWRITING.contains(batch.spec(command).name())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether the unit removes keys that its shard does not serve: what is left behind where a slot has gone to another shard is removed
     * there at any time after that, and may not be told from what a client removes.
     */
    static boolean removesWhatHasGone(BatchTicket ticket, int row) {
        CommandBatch batch = ticket.batch;
        SourceShard shard = batch.origin().shard();
        if (batch.slot(row) == CommandBatch.NO_SLOT) {
            return false;
        }
        if (!shard.databases().hasPrefixes()) {
            return !shard.serves(batch.slot(row))
                    && REMOVING.contains(batch.spec(row).name());
        }
        return REMOVING.contains(batch.spec(row).name()) && !shard.serves(slotAtSource(batch, row));
    }

    /** The slot at the source of the first key of a command that has one. */
    static int slotAtSource(CommandBatch batch, int row) {
        SourceShard shard = batch.origin().shard();
        return shard.databases().hasPrefixes()
                ? shard.slotAtSource(batch.database(row), batch.key(row))
                : batch.slot(row);
    }

    /** Whether a key of the unit was read behind it, so that it must not be sent; what was read before has become stale so too. */
    boolean containedInReading(BatchTicket ticket, int row) {
        if (refresher.remembersNothing()) {
            return false;
        }
        var at = new StreamPoint(ticket.batch.origin().history(), ticket.batch.endOffset(row));
        for (SourceKey key : of(ticket, row)) {
            if (refresher.contains(key, at)) {
                return true;
            }
        }
        return hasUnknownKeys(ticket, row)
                && !refresher.readBehind(ticket.batch.origin().shard(), at).isEmpty();
    }

    /** Whether a command of the unit is too large for memory and has more keys than are known. */
    static boolean hasUnknownKeys(BatchTicket ticket, int row) {
        int end = ticket.unitEnd(row);
        for (int command = row; command < end; command++) {
            if (!ticket.batch.dropped(command) && !ticket.batch.knowsAllKeys(command)) {
                return true;
            }
        }
        return false;
    }

    /** Disposes of a unit that has waited, if something speaks against it by now; answers whether that is so. */
    boolean disposedOf(BatchTicket ticket, int row) {
        if (refresher.hasAbandoned(ticket.batch.origin().shard())) {
            ticket.failed(new DestinationClosedException());
            return true;
        }
        if (ticket.isOutdated()) {
            refresh(ticket, row);
            return true;
        }
        if (containedInReading(ticket, row)) {
            drop(ticket, row);
            return true;
        }
        return false;
    }

    /** Disposes of a unit that {@link #containedInReading} spoke of: keys of it that were not read yet are read now. */
    void drop(BatchTicket ticket, int row) {
        if (hasUnknownKeys(ticket, row)) {
            refresh(ticket, row);
            return;
        }
        StreamPoint at = ticket.point(row);
        List<SourceKey> missing = of(ticket, row).stream()
                .filter(key -> !refresher.contains(key, at))
                .toList();
        refresh(ticket, missing, at);
    }

    /**
     * Every master has run a unit. What a flush has removed contains no reading any more, though that was made behind it: what
     * follows is applied. What databases have exchanged is read once more where it had been read as it was behind the exchange.
     */
    void answerBroadcast(BatchTicket ticket, int row) {
        CommandBatch batch = ticket.batch;
        if (batch.spec(row).name().equals("SWAPDB")) {
            refresh(ticket, swapped(batch, row), ticket.point(row));
            return;
        }
        if (Emptying.isFlush(batch, row)) {
            refresher.forget(key -> Emptying.removes(batch, row, key));
        }
        ticket.answered();
    }

    private List<SourceKey> swapped(CommandBatch batch, int row) {
        SourceShard shard = batch.origin().shard();
        List<Integer> databases = batch.command(row).swappedDatabases();
        Set<SourceKey> keys = new LinkedHashSet<>();
        var at = new StreamPoint(batch.origin().history(), batch.endOffset(row));
        for (SourceKey key : refresher.readBehind(shard, at)) {
            if (databases.contains(key.database())) {
                databases.forEach(database -> keys.add(SourceKey.of(shard, database, key.key())));
            }
        }
        return List.copyOf(keys);
    }

    /** Whether a {@code SWAPDB} of the unit may have been run before: once more, and the databases are exchanged back. */
    static boolean mayExchangeBack(BatchTicket ticket, int row) {
        return ticket.mayBeRepeated(row) && exchangesDatabases(ticket, row);
    }

    static boolean exchangesDatabases(BatchTicket ticket, int row) {
        CommandBatch batch = ticket.batch;
        int end = ticket.unitEnd(row);
        for (int command = row; command < end; command++) {
            if (!batch.dropped(command) && batch.spec(command).name().equals("SWAPDB")) {
                return true;
            }
        }
        return false;
    }

    /** A {@code SWAPDB} was run or not: no key that is read again tells which, nor what was meant for which database. */
    static void exchangedOrNot(BatchTicket ticket) {
        undecided(ticket, "SWAPDB may have been run or not, and is not to be run twice; a snapshot has to follow");
    }

    /** What cannot be settled by reading keys: the shard begins anew, unless it has done so since the unit was sent. */
    static void undecided(BatchTicket ticket, String why) {
        BatchOrigin origin = ticket.batch.origin();
        if (origin.history() == origin.shard().history()) {
            origin.shard().beginAnew(why);
        }
    }

    /** Reads the keys of a unit in its place; where that may not be, its shard begins anew. */
    void refresh(BatchTicket ticket, int row) {
        if (exchangesDatabases(ticket, row)) {
            exchangedOrNot(ticket);
            ticket.answered();
            return;
        }
        if (!reads) {
            SlotCheckpoints.undecided(
                    ticket, "it cannot be told what the destination has made of a command, or of those behind it");
            ticket.answered();
            return;
        }
        if (Units.isScriptWithoutKeys(ticket, row)) {
            undecided(
                    ticket,
                    "a script that names no keys may have been run or not, and no key that is read again tells what it has"
                            + " done; a snapshot has to follow");
            ticket.answered();
            return;
        }
        if (hasUnknownKeys(ticket, row)) {
            undecided(
                    ticket,
                    "a command too large for memory has too many keys to read them again, and it cannot be told what the"
                            + " destination has made of it; a snapshot has to follow (raise memoryLimit)");
            ticket.answered();
            return;
        }
        refresh(ticket, of(ticket, row), ticket.isOutdated() ? StreamPoint.START : ticket.point(row));
    }

    /** Reads the keys that a unit names which a node has refused for the values of some. A script that names none is not run. */
    void refreshRefused(BatchTicket ticket, int row) {
        if (Units.isScriptWithoutKeys(ticket, row)) {
            refreshApplied(ticket, row);
        } else {
            refresh(ticket, row);
        }
    }

    /** Reads the keys that a unit names which has been applied. */
    void refreshApplied(BatchTicket ticket, int row) {
        refresh(ticket, of(ticket, row), ticket.point(row));
    }

    private void refresh(BatchTicket ticket, List<SourceKey> keys, StreamPoint from) {
        if (keys.isEmpty()) {
            ticket.answered(); // nothing is missing; or a message to subscribers: sent once, maybe not received
        } else {
            refresher.refresh(keys, from, ticket::answered);
        }
    }

    /** The keys of a unit, each once. */
    static List<SourceKey> of(BatchTicket ticket, int row) {
        CommandBatch batch = ticket.batch;
        Set<SourceKey> keys = new LinkedHashSet<>();
        int end = ticket.unitEnd(row);
        for (int command = row; command < end; command++) {
            if (!batch.dropped(command) && batch.slot(command) != CommandBatch.NO_SLOT) {
                add(keys, batch, command);
            }
        }
        return List.copyOf(keys);
    }

    /** Adds the keys of a command that has some. A channel has a slot as a key has, and is none. */
    static void add(Set<SourceKey> keys, CommandBatch batch, int command) {
        if (batch.spec(command).group() == CommandGroup.PUBSUB) {
            return;
        }
        SourceShard shard = batch.origin().shard();
        List<byte[]> names = batch.keys(command);
        names.forEach(name -> keys.add(SourceKey.of(shard, batch.database(command), name)));
        if (batch.spec(command).group() == CommandGroup.GENERIC && !batch.isLarge(command)) {
            byte[] last = names.get(names.size() - 1);
            batch.command(command)
                    .targetDatabase()
                    .ifPresent(database -> keys.add(SourceKey.of(shard, database, last)));
        }
    }
}
