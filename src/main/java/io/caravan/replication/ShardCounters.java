package io.caravan.replication;

import io.caravan.command.CommandBatch;
import io.caravan.command.Phase;
import java.util.concurrent.atomic.LongAdder;

/** What a shard has done since the session began. Written by its threads, read by any. */
public final class ShardCounters {

    private final LongAdder batches = new LongAdder();
    private final LongAdder commands = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder snapshotKeys = new LongAdder();
    private final LongAdder reconnections = new LongAdder();
    private final LongAdder fullResynchronizations = new LongAdder();
    private final LongAdder dissolvedTransactions = new LongAdder();
    private final LongAdder largeCommands = new LongAdder();
    private final LongAdder ofOtherDatabases = new LongAdder();
    private final LongAdder prefixCollisions = new LongAdder();

    ShardCounters() {}

    void sent(CommandBatch batch) {
        batches.increment();
        bytes.add(batch.heldBytes());
        if (batch.origin().phase() == Phase.STREAM) {
            commands.add(batch.size());
        }
    }

    void snapshotKey() {
        snapshotKeys.increment();
    }

    void reconnected() {
        reconnections.increment();
    }

    void fullyResynchronized() {
        fullResynchronizations.increment();
    }

    void transactionDissolved() {
        dissolvedTransactions.increment();
    }

    void largeCommand() {
        largeCommands.increment();
    }

    void ofOtherDatabase() {
        ofOtherDatabases.increment();
    }

    void prefixCollision() {
        prefixCollisions.increment();
    }

    /** Batches sent into the route. */
    public long batches() {
        return batches.sum();
    }

    /** Commands of the stream sent into the route. */
    public long commands() {
        return commands.sum();
    }

    /** Bytes of all batches sent into the route. */
    public long bytes() {
        return bytes.sum();
    }

    /** Keys of snapshots sent into the route. */
    public long snapshotKeys() {
        return snapshotKeys.sum();
    }

    /** How often the link was made again after it had been lost. */
    public long reconnections() {
        return reconnections.sum();
    }

    /** How often a snapshot was begun. */
    public long fullResynchronizations() {
        return fullResynchronizations.sum();
    }

    /** Transactions that were larger than may be held and were applied as single commands. */
    public long dissolvedTransactions() {
        return dissolvedTransactions.sum();
    }

    /** Commands that went through a temporary file. */
    public long largeCommands() {
        return largeCommands.sum();
    }

    /** Commands, and values of snapshots, that were left out because their database is not synchronized. */
    public long ofOtherDatabases() {
        return ofOtherDatabases.sum();
    }

    /** Commands and values on keys of database 0 that begin with the prefix of another database. */
    public long prefixCollisions() {
        return prefixCollisions.sum();
    }
}
