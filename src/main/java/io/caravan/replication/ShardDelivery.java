package io.caravan.replication;

import io.caravan.command.SourceShard;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a shard sends: the batches on their way, up to where they are applied, and what is to be written down of that before and
 * behind them.
 *
 * <p>The shard's thread sends; the rest is for any thread.
 */
final class ShardDelivery {

    private final Resharding resharding;
    private final Resharding.Passage passage;
    private final ShardCounters counters = new ShardCounters();
    private final SourceClock clock = new SourceClock();
    private final ShardHeartbeats heartbeats = new ShardHeartbeats();
    private final LongConsumer applied;
    private final DeliveryWindow window;
    private final Ceiling ceiling;
    private final ReturnedSlots returned;
    private final ProgressRecord record;
    private final BatchOutlet outlet;
    private final ShardSweep sweep;

    /**
     * @param shard that batches are of; has a name and databases already
     * @param from where to continue; {@code null} to begin with a snapshot
     * @param ofCluster the slots of the shard, none of a standard source: other shards may have them for a while
     * @param applied told the offset up to where everything is applied
     */
    ShardDelivery(
            SourceShard shard,
            ShardContext session,
            @Nullable StartingPoint from,
            BitSet ofCluster,
            LongConsumer applied) {
        this.applied = applied;
        resharding = session.resharding();
        passage = passageOf(session, from);
        Limits limits = session.limits();
        window = new DeliveryWindow(limits.maxInFlightBatches(), limits.inFlightBytes(), this::progressed);
        ceiling = new Ceiling(session.progressWanted());
        returned = new ReturnedSlots(ofCluster, passage, session.progressWanted());
        record = new ProgressRecord(shard.name(), window, ceiling, resharding, passage, returned);
        outlet = new BatchOutlet(shard, window, session.sink(), counters, clock, ceiling);
        sweep = new ShardSweep(record, outlet, passage, returned, session.sweeps());
        if (session.empties()) {
            outlet.readsNothing();
        }
        if (from != null) {
            startAt(from);
        }
    }

    private static Resharding.Passage passageOf(ShardContext session, @Nullable StartingPoint from) {
        Resharding resharding = session.resharding();
        return from == null || from.position().isEmpty() || !session.isResharded()
                ? resharding.none()
                : resharding.goesOn(
                        from.gained().orElseGet(BitSet::new),
                        from.position().get().offset());
    }

    private void startAt(StartingPoint from) {
        record.startAt(from);
        sweep.beginsWithStaleKeys();
        if (from.position().isPresent()) {
            outlet.repeatedUntil(from.ceiling());
            outlet.continues(record.lineage());
        }
    }

    ShardCounters counters() {
        return counters;
    }

    SourceClock clock() {
        return clock;
    }

    ShardHeartbeats heartbeats() {
        return heartbeats;
    }

    DeliveryWindow window() {
        return window;
    }

    Ceiling ceiling() {
        return ceiling;
    }

    ProgressRecord record() {
        return record;
    }

    BatchOutlet outlet() {
        return outlet;
    }

    ShardSweep sweep() {
        return sweep;
    }

    /** Up to where everything is applied; 0 as long as a first snapshot is not. */
    long appliedOffset() {
        return window.position().map(ReplicationPosition::offset).orElse(0L);
    }

    /** Whether {@link #awaitPassage} has to wait. */
    boolean isPassageDue() {
        return !resharding.isPassed();
    }

    /** A snapshot is asked for: waits until the other shards are past what it must not be older than. */
    void awaitPassage() throws ShardStoppedException {
        passage.beginsAnew();
        resharding.awaitPassed();
    }

    /** A snapshot has been granted instead of the stream: waits for the same, as long as the source may; answers whether that was enough. */
    boolean awaitPassage(Duration limit) throws ShardStoppedException {
        record.isUnreliable();
        passage.beginsAnew();
        return resharding.awaitPassed(limit);
    }

    /** A snapshot has been granted: offsets count in another history, and nothing before that is in doubt. */
    void beginHistory() {
        passage.beginsAnew();
        sweep.historyBegins();
        outlet.repeatedUntil(0);
    }

    /** The source says that its stream has come to {@code offset}. */
    void sourceReached(long offset) {
        passage.reached(offset);
        sweep.reached(offset);
        clock.reached(offset, SteadyClock.millis());
    }

    /** A heartbeat was written; it may have been applied before the source has said where it lies. */
    void heartbeat(String replicationId, long offset, long writtenNanos) {
        heartbeats.written(replicationId, offset, writtenNanos);
        window.position().ifPresent(position -> heartbeats.applied(position, System.nanoTime()));
    }

    /** The history goes by another id; positions in it stay what they are. */
    void renamed(String replicationId) {
        window.renamed(replicationId);
    }

    /**
     * Of what the former master has said of keys, and of what it has not, some may be lost behind {@code offset}. A process that comes
     * after a kill knows of no key that was read: until they are put right it has to begin anew.
     */
    void tookOver(long offset) {
        passage.tookOver(offset);
        sweep.tookOver(offset);
        doubtful(outlet.lostBehind(offset));
    }

    /** A process that comes before {@code settled} has ended well has to begin anew; any thread. */
    void doubtful(CompletionStage<?> settled) {
        record.doubts();
        settled.thenRun(record::isSettled);
    }

    /** Sends nothing any more; whoever waits to send is let go. */
    void close() {
        resharding.close();
        window.close();
        letGo();
    }

    /** Whoever waits for something to be written down waits no longer. */
    void letGo() {
        ceiling.close();
        returned.close();
    }

    private void progressed() {
        long offset = appliedOffset();
        record.applied(offset);
        applied.accept(offset);
        if (heartbeats.awaits(offset)) {
            window.position().ifPresent(position -> heartbeats.applied(position, System.nanoTime()));
        }
    }
}
