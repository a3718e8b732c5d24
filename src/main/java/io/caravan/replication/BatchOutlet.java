package io.caravan.replication;

import io.caravan.command.BatchBuilder;
import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.Phase;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where a shard's readers put finished batches: numbers them, applies the choice of databases, waits for room in the window, hands them to the sink.
 *
 * <p>The shard's thread owns it.
 */
final class BatchOutlet {

    private final SourceShard shard;
    private final DeliveryWindow window;
    private final BatchSink sink;
    private final ShardCounters counters;
    private final SourceClock clock;
    private final Ceiling ceiling;
    private final DatabaseMapping databases;
    private final CopiedSlots copies;
    private long sequence;
    private volatile long repeatedUntil;

    /** The history that batches are of. */
    private int history;

    /** The history that the source is in: another one from when it is known that this one cannot be continued. */
    private final AtomicInteger sourceHistory = new AtomicInteger();

    /** How often a replica has taken a history over. */
    private final AtomicInteger takeovers = new AtomicInteger();

    private volatile long staleUntil;

    /** The name of the history that batches are of. */
    private String lineage = Lineage.next();

    private boolean readsKeys = true;

    BatchOutlet(
            SourceShard shard,
            DeliveryWindow window,
            BatchSink sink,
            ShardCounters counters,
            SourceClock clock,
            Ceiling ceiling) {
        this.shard = shard;
        this.window = window;
        this.sink = sink;
        this.counters = counters;
        this.clock = clock;
        this.ceiling = ceiling;
        databases = new DatabaseMapping(shard.databases(), shard.name(), counters);
        copies = new CopiedSlots(shard);
    }

    /** From now on offsets count in another history. */
    void beginsHistory() {
        history = sourceHistory.incrementAndGet();
        lineage = Lineage.next();
    }

    /**
     * No key may be read at the source, so no command is late: a relative time to live counts from when it was received, if nobody
     * knows when it was run. The key lives too long at most, until the source says that it is gone.
     */
    void readsNothing() {
        readsKeys = false;
    }

    /** Goes on in a history that a process before this one has named. */
    void continues(String name) {
        lineage = name;
    }

    /** The name of the history that batches are of. */
    String lineage() {
        return lineage;
    }

    /** The source has begun another history; batches are still of the one before. Any thread. */
    void historyIsOver() {
        sourceHistory.incrementAndGet();
    }

    /** How many histories there were before that which the source is in. Any thread. */
    int sourceHistory() {
        return sourceHistory.get();
    }

    /** The source is in the same history, but with another master. Any thread. */
    void tookOver() {
        takeovers.incrementAndGet();
    }

    /** See {@link SourceShard#era()}. Any thread. */
    int era() {
        return sourceHistory.get() + takeovers.get();
    }

    /** Commands of the stream up to {@code offset} may have been applied by a process before this one. */
    void repeatedUntil(long offset) {
        repeatedUntil = offset;
    }

    /** The offset up to which a process before this one may have applied the stream; 0 if none. Any thread. */
    long repeatedUntil() {
        return repeatedUntil;
    }

    /** Commands of the stream up to {@code offset} may meet keys that the source has lost before its snapshot. Any thread. */
    void staleUntil(long offset) {
        staleUntil = offset;
    }

    /** Slots of which the stream says nothing that counts. */
    CopiedSlots copies() {
        return copies;
    }

    /** What the commands of the shard mean. */
    CommandTable commands() {
        return shard.commands();
    }

    /** The origin of the next batch, of a snapshot that was taken at {@code offset}. */
    BatchOrigin snapshot(String replicationId, long offset) {
        return new BatchOrigin(shard, Phase.SNAPSHOT, replicationId, sequence++, offset, offset, System.nanoTime())
                .inHistory(history, lineage);
    }

    /**
     * The origin of the next batch, of the stream.
     *
     * @param arrivedNanos {@link System#nanoTime()} when the last of its bytes had arrived
     */
    BatchOrigin stream(String replicationId, long startOffset, long endOffset, long arrivedNanos) {
        long arrivedMillis = SteadyClock.millisOf(arrivedNanos);
        long earliestMillis = clock.ranAfter(startOffset);
        long ranMillis = clock.ranBefore(endOffset, arrivedMillis);
        return new BatchOrigin(
                shard,
                Phase.STREAM,
                replicationId,
                history,
                sequence++,
                startOffset,
                endOffset,
                arrivedNanos,
                ranMillis + clock.differenceMillis(),
                readsKeys
                        && (clock.isLate(startOffset)
                                || clock.isUncertain()
                                || SourceClock.isVague(earliestMillis, ranMillis)),
                arrivedNanos - TimeUnit.MILLISECONDS.toNanos(arrivedMillis - ranMillis),
                repeatedUntil,
                staleUntil,
                lineage);
    }

    /**
     * Sends a batch of the synchronized databases, once there is room, and it is written down that it may have been sent.
     *
     * @param resume where the stream may be continued once the batch is applied; {@code null} inside a snapshot
     * @throws DeliveryFailedException if an earlier batch has failed
     * @throws ShardStoppedException if the shard has been told to stop
     */
    void send(CommandBatch batch, @Nullable ReplicationPosition resume) throws IOException {
        databases.apply(batch);
        Delivery delivery;
        sink.awaitReady(batch);
        try {
            if (batch.origin().phase() == Phase.STREAM) {
                ceiling.pass(batch.origin().endOffset());
            } else {
                ceiling.passSnapshot();
            }
            delivery = window.open(batch.origin().sequence(), batch.heldBytes(), resume);
        } catch (IOException e) {
            batch.release();
            throw e;
        }
        counters.sent(batch);
        sink.accept(batch, delivery);
    }

    /** What was read of the shard behind {@code offset} may be lost at the source; ends when it is put right. Any thread. */
    CompletionStage<?> lostBehind(long offset) {
        return sink.lostBehind(shard, new StreamPoint(sourceHistory(), offset));
    }

    /**
     * Has the destination emptied of what it has of the shard, before a snapshot that was taken at {@code offset}: a {@code FLUSHALL}
     * of the snapshot, as no source sends one.
     */
    void empty(String replicationId, long offset) throws IOException {
        var writer = new RespWriter(32);
        writer.command("FLUSHALL");
        var scanner = new CommandScanner();
        scanner.scan(writer.bytes(), 0, writer.length());
        var builder = new BatchBuilder();
        builder.addValue(scanner, CommandTable.standard().of(scanner), 0, false);
        send(builder.build(snapshot(replicationId, offset), writer.bytes(), writer.length()), null);
    }

    /** The stream has moved on without a command to be applied. */
    void passed(ReplicationPosition resume) {
        window.passed(resume);
    }
}
