package io.caravan.replication;

import io.caravan.spool.Spool;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a shard has received and not applied: a queue, one after the other, and the spool behind them where there is one.
 *
 * <p>The shard's thread makes queues; the rest from any thread.
 */
final class ShardInbox {

    private static final Logger LOG = LoggerFactory.getLogger(ShardInbox.class);

    private final long receiveBytes;
    private final @Nullable Spooling spooling;
    private volatile ReceiveQueue queue;

    /** Where another process would go on: offset of the last checkpoint, this process's or one before it; none if there is none. */
    private volatile long stored = Long.MAX_VALUE;

    /** What an earlier process has left on the disk ends here; used as long as no link has been made. */
    private @Nullable ReplicationPosition left;

    private boolean finished;

    private ShardInbox(long receiveBytes, @Nullable Spooling spooling) {
        this.receiveBytes = receiveBytes;
        this.spooling = spooling;
        queue = new ReceiveQueue(receiveBytes, open -> {});
    }

    /** An inbox in memory. */
    static ShardInbox inMemory(long receiveBytes) {
        return new ShardInbox(receiveBytes, null);
    }

    /** An inbox that overflows to a spool. */
    static ShardInbox spooling(long receiveBytes, Spool spool, String shard, Executor threads) {
        return new ShardInbox(receiveBytes, new Spooling(spool, shard, threads));
    }

    /** Whether there is a spool. */
    boolean isSpooling() {
        return spooling != null;
    }

    /**
     * Looks whether an earlier process has left bytes behind {@code begun}.
     *
     * @return the same point, by the name that the history had at the end of what is left; {@link StartingPoint#ANEW} if another master had
     *     taken over where that process may have sent something already, and it was killed before it wrote that down: what the
     *     former master alone had is not in the stream, and may have reached the destination
     */
    StartingPoint recover(StartingPoint begun) throws IOException {
        if (spooling == null || begun.position().isEmpty()) {
            return begun;
        }
        ReplicationPosition from = begun.position().get();
        stored = from.offset();
        Spool spool = spooling.spool();
        OptionalLong end = spool.recover(from.replicationId(), from.offset());
        if (end.isEmpty()) {
            return begun;
        }
        OptionalLong renamed = spool.renamedBehind(from.replicationId());
        if (renamed.isPresent() && renamed.getAsLong() < begun.ceiling()) {
            LOG.warn(
                    "spool {}: a replica has taken over at offset {}, and a process that was killed may have applied what the former"
                            + " master ran after that, up to {}; a snapshot has to follow",
                    spool.folder(),
                    renamed.getAsLong(),
                    begun.ceiling());
            return StartingPoint.ANEW;
        }
        left = new ReplicationPosition(spool.history(), end.getAsLong(), from.database());
        return begun.renamed(spool.history());
    }

    /** A queue for another link; what the one before held is given up. */
    synchronized ReceiveQueue renew(Optional<ReplicationPosition> from) throws IOException {
        if (finished) {
            throw new ShardStoppedException();
        }
        queue.close();
        ReplicationPosition reader = from.orElse(new ReplicationPosition("", 0, 0));
        ReplicationPosition end = left == null ? reader : left;
        if (left == null && spooling != null) {
            spooling.spool().beginStream();
        }
        var buffers = new ReceivedBuffers(end.replicationId(), reader.offset(), end.offset());
        queue = new ReceiveQueue(receiveBytes, buffers, spooling);
        queue.stored(stored);
        return queue;
    }

    /** The source has granted something: another link begins with what this one leaves. */
    void linked() {
        left = null;
    }

    /** Everything before {@code offset} is applied. */
    void applied(long offset) {
        queue.applied(offset);
    }

    /** A checkpoint at {@code offset} is stored. */
    void stored(long offset) {
        stored = offset;
        queue.stored(offset);
    }

    /** Lets go of what is in memory. */
    void release() {
        queue.close();
    }

    /** Writes down for another process what is not applied, and closes everything. */
    synchronized void finish() {
        finished = true;
        queue.keepUnapplied();
        queue.close();
        if (spooling != null) {
            try {
                spooling.spool().close();
            } catch (IOException e) {
                LOG.warn(
                        "the spool at {} could not be closed: {}",
                        spooling.spool().folder(),
                        e.toString());
            }
        }
    }

    /** Bytes on the disk. */
    long spooledBytes() {
        return spooling == null ? 0 : spooling.spool().bytes();
    }

    /** Files on the disk. */
    int spoolSegments() {
        return spooling == null ? 0 : spooling.spool().segments();
    }

    /** Most bytes on the disk; 0 if there is no spool. */
    long spoolLimitBytes() {
        return spooling == null ? 0 : spooling.spool().limitBytes();
    }

    /** What is wrong with the spool, empty if nothing is. */
    String problem() {
        return spooling == null ? "" : spooling.problem();
    }
}
