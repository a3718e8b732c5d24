package io.caravan.command;

import io.caravan.node.ServerVersion;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The shard of the source that a batch comes from, as far as those who handle the batch need to know it.
 *
 * <p>Implemented by the replication link; called by the sink. Thread-safe.
 */
public interface SourceShard {

    /** The shard's name in messages and metrics: the address of its master, {@code 10.0.0.1:7000}. */
    String name();

    /** The slots that the shard serves: all of them unless it is one of several shards of a cluster. A copy. */
    default BitSet slots() {
        return HashSlot.all();
    }

    /** Whether {@link #slots} are those that the shard has, and not all, for want of a right to ask: what concerns all of its keys needs them. */
    default boolean slotsAreKnown() {
        return true;
    }

    /**
     * Whether the shard served a slot of the source when it was linked first. What it says of others is of their past: their keys are
     * read at the shard that has them.
     */
    default boolean serves(int slot) {
        return true;
    }

    /** The slot at the source of a key that is called so from here on: behind a prefix a key is in another slot than before. */
    default int slotAtSource(int database, byte[] key) {
        return HashSlot.of(databases().originOf(key, database).key());
    }

    /** Whether {@link BatchOrigin#staleUntil} concerns the keys of a slot of the source. */
    default boolean mayBeStale(int slot) {
        return true;
    }

    /** The product and version of its master; empty where the account may not ask. */
    default Optional<ServerVersion> version() {
        return Optional.empty();
    }

    /** What the commands of its stream mean: the command table, and what is known of others that its source has. */
    default CommandTable commands() {
        return CommandTable.standard();
    }

    /** Which databases its batches have, and where their keys are in them. */
    default Databases databases() {
        return Databases.ALL;
    }

    /**
     * The sink takes {@code batch}: {@code handOver} puts it behind those that were taken before, and does not wait. Until
     * then, or until the exchange ends without having reached a sink, the shard does not send its next batch: so a route
     * step that delays a batch cannot change the order.
     *
     * @throws OutOfOrderException if the batch is not the one that is due, which a step of the route must have caused; the
     *     batch is not handed over, and the shard stops
     */
    void submit(CommandBatch batch, Runnable handOver) throws OutOfOrderException;

    /**
     * The sink could not apply a batch: the shard stops before it, whatever the route makes of the failure. Does not wait.
     *
     * @param cause why; the first one of a shard counts
     */
    default void failed(Throwable cause) {
        // a shard that is not kept up has nothing to stop
    }

    /**
     * What the destination has of the shard cannot be relied on any more: the shard begins anew, with a snapshot. Does not wait.
     *
     * @param reason for the log
     */
    default void beginAnew(String reason) {
        // a shard that is not kept up has nothing to begin anew
    }

    /**
     * What the destination has of the shard is not all right until {@code settled} has ended well: a process that comes before begins
     * anew. Does not wait.
     */
    default void doubtful(CompletionStage<?> settled) {
        // nobody goes on with a shard that is not kept up
    }

    /**
     * How many histories of offsets the shard has had before the present one: each full resynchronization begins another, a replica
     * that takes over and can be continued does not.
     */
    default int history() {
        return 0;
    }

    /**
     * Grows with each history, and with each master that takes one over: what the source was asked in one era says nothing of the
     * next, in which writes may be lost that were seen before.
     */
    default int era() {
        return history();
    }

    /**
     * Reads a key, as it is called in the shard's batches, on the source, at an offset that is not before the offset of any
     * command received so far. Does not wait;
     * the stage ends on a thread of the source, with an exception if the key cannot be read.
     */
    CompletionStage<KeyValue> read(byte[] key, int database);
}
