package io.caravan.cluster;

import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.SourceShard;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the units for every master are to be run at all: scripts and functions once, though every shard brings them, and
 * flushes as the settings say.
 *
 * <p>Owned by the destination's event loop.
 */
final class BroadcastRules {

    private static final Logger LOG = LoggerFactory.getLogger(BroadcastRules.class);

    private final boolean cluster;
    private final DestinationSettings.Flush flush;
    private final RefusedCommands refusedCommands;
    private final BiConsumer<BatchTicket, CommandRefusedException> refuse;
    private final ChangeLedger changes = new ChangeLedger();

    /** @param refuse told of a unit that must not be run */
    BroadcastRules(
            boolean cluster,
            DestinationSettings.Flush flush,
            RefusedCommands refusedCommands,
            BiConsumer<BatchTicket, CommandRefusedException> refuse) {
        this.cluster = cluster;
        this.flush = flush;
        this.refusedCommands = refusedCommands;
        this.refuse = refuse;
    }

    /** A batch of the shard is here. */
    void joins(SourceShard shard) {
        changes.joins(shard);
    }

    /** Whether a unit is to be run; if not, it has been answered, or refused. */
    boolean admit(BatchTicket ticket, int row) {
        CommandBatch batch = ticket.batch;
        if (Emptying.isFlush(batch, row)) {
            return admitFlush(ticket, row);
        }
        if (changes.isNew(batch, row)) {
            return true;
        }
        return leaveOut(ticket, row);
    }

    /** A master has lost something, which may be what the snapshots have brought: what the next ones bring is run again. */
    void mayBeLost() {
        changes.mayBeLost();
    }

    private static boolean leaveOut(BatchTicket ticket, int row) {
        ticket.batch.drop(row);
        ticket.answered();
        return false;
    }

    private boolean admitFlush(BatchTicket ticket, int row) {
        CommandBatch batch = ticket.batch;
        if (Emptying.isBeforeSnapshot(batch)) {
            return true;
        }
        boolean ofAnotherDatabase =
                cluster && batch.database(row) != 0 && batch.spec(row).name().equals("FLUSHDB");
        if (ofAnotherDatabase || flush == DestinationSettings.Flush.IGNORE) {
            log(batch, row, ofAnotherDatabase ? "left out: a cluster has database 0 only" : "left out (flush=IGNORE)");
            return leaveOut(ticket, row);
        }
        if (flush == DestinationSettings.Flush.FAIL) {
            log(batch, row, "refused (flush=FAIL)");
            return refuse(
                    ticket,
                    row,
                    "the destination is not to be emptied (flush=FAIL); to go on, set flush to APPLY or IGNORE");
        }
        if (!batch.origin().shard().slotsAreKnown()) {
            return refuse(
                    ticket,
                    row,
                    "which slots this master has, and so what to remove, is not known: grant the source's user +info"
                            + " +cluster|nodes, or set flush to IGNORE");
        }
        if (Emptying.isFlushOfSlots(batch, row) && !Emptying.isOfWholeShard(batch, row)) {
            return refuse(
                    ticket,
                    row,
                    "it removes the keys of some slots of its master only, which cannot be done at the destination; leave it out"
                            + " (flush=IGNORE), and let the task begin anew");
        }
        if (batch.database(row) != 0
                && batch.spec(row).name().equals("FLUSHDB")
                && Emptying.of(batch, row).isPresent()) {
            return refuse(
                    ticket,
                    row,
                    "of a database other than 0 the slots of one shard cannot be emptied; put it behind a key prefix"
                            + " (databases=0,1=db1:), or set flush to IGNORE");
        }
        String all = batch.spec(row).name().equals("FLUSHDB") ? "all keys of that database" : "all keys";
        log(
                batch,
                row,
                "removes " + Emptying.of(batch, row).map(Emptying::toString).orElse(all) + " of the destination");
        return true;
    }

    private boolean refuse(BatchTicket ticket, int row, String why) {
        refuse.accept(ticket, refusedCommands.impossible("FLUSH", ticket.batch, row, why));
        return false;
    }

    private static void log(CommandBatch batch, int row, String what) {
        BatchOrigin origin = batch.origin();
        LOG.warn(
                "source {}, offset {}: {} of database {} {}",
                origin.shard().name(),
                batch.endOffset(row),
                batch.spec(row).name(),
                batch.database(row),
                what);
    }
}
