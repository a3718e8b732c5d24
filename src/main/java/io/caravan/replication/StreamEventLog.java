package io.caravan.replication;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the stream of a shard says besides commands to be applied: answers requests for acknowledgement, counts and logs
 * what a person may want to know. The shard's thread calls, {@link #applied} any.
 */
final class StreamEventLog implements StreamReader.StreamEvents {

    private static final Logger LOG = LoggerFactory.getLogger(StreamEventLog.class);
    private static final long NOTHING_WANTED = Long.MAX_VALUE;

    private final String shard;
    private final ShardCounters counters;
    private final Path temporaryFiles;
    private final Runnable acknowledge;
    private final SlotArrivals arrivals;
    private volatile long wantedOffset = NOTHING_WANTED;

    /** Who is to know that slots arrive, before the commands behind are applied. */
    @FunctionalInterface
    interface SlotArrivals {

        /** See {@link StreamReader.StreamEvents#slotsArrive}. */
        void arrive(BitSet slots, long offset) throws ShardStoppedException;
    }

    /** @param acknowledge tells the source how far the stream has been applied */
    StreamEventLog(
            String shard, ShardCounters counters, Path temporaryFiles, Runnable acknowledge, SlotArrivals arrivals) {
        this.shard = shard;
        this.counters = counters;
        this.temporaryFiles = temporaryFiles;
        this.acknowledge = acknowledge;
        this.arrivals = arrivals;
    }

    /** A {@code WAIT} at the source is behind this: answered at once, and again as soon as the answer is "all of it". */
    @Override
    public void acknowledgementWanted(long offset) {
        wantedOffset = offset;
        acknowledge.run();
    }

    /** Everything up to {@code offset} has been applied. */
    void applied(long offset) {
        if (offset >= wantedOffset) {
            wantedOffset = NOTHING_WANTED;
            acknowledge.run();
        }
    }

    @Override
    public void transactionDissolved(long offset, int bytes) {
        counters.transactionDissolved();
        LOG.warn(
                "source {}: the transaction at offset {} has more than {} bytes and is applied command by command;"
                        + " raise memoryLimit to keep such transactions together",
                shard,
                offset,
                bytes);
    }

    @Override
    public void slotsArrive(BitSet slots, long offset) throws ShardStoppedException {
        arrivals.arrive(slots, offset);
    }

    @Override
    public LargeCommandReader largeCommand() throws IOException {
        counters.largeCommand();
        return new LargeCommandReader(temporaryFiles);
    }
}
