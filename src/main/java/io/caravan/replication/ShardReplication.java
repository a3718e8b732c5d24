package io.caravan.replication;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandTable;
import io.caravan.command.Databases;
import io.caravan.command.KeyValue;
import io.caravan.command.OutOfOrderException;
import io.caravan.command.Phase;
import io.caravan.command.SourceShard;
import io.caravan.node.ServerInfo;
import io.caravan.node.ServerVersion;
import io.caravan.resp.MalformedRespException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard of the source: keeps a link to its master, reads snapshot and stream, and sends batches, for as long as the
 * session lasts.
 *
 * <p>{@link #run()} is the shard's thread; route steps up to the sink run on it too. Everything else may be called from any
 * thread. A failure that may pass is tried again for ever, with growing pauses; one that may not ends the thread in state
 * {@link ShardState#FAILED}.
 */
final class ShardReplication implements Runnable, SourceShard, LinkKeeper.Shard {

    private static final Logger LOG = LoggerFactory.getLogger(ShardReplication.class);
    private static final long NOWHERE = -1;

    private final SourceSettings settings;
    private final Executor threads;
    private final Limits limits;
    private final CommandTable commands;
    private final Gate linking;
    private final boolean slotsKnown;
    private final boolean empties;
    private final Resharding resharding;
    private final Resharding.Passage passage;
    private final BitSet served;
    private final String name;
    private final ShardCounters counters = new ShardCounters();
    private final DeliveryWindow window;
    private final Ceiling ceiling;
    private final ProgressRecord record;
    private final ShardSweep sweep;
    private final SourceClock clock = new SourceClock();
    private final ShardHeartbeats heartbeats = new ShardHeartbeats();
    private final BatchOutlet outlet;
    private final Backoff backoff;
    private final Backoff relinkBackoff;
    private final StreamEventLog events;
    private final SourceKeyReader keyReader;
    private final StopSignal stop = new StopSignal();

    private final CurrentMaster master;
    private final LinkedNode node;
    private final ShardInbox inbox;
    private volatile ShardState state = ShardState.CONNECTING;
    private volatile String problem = "";
    private volatile boolean beginsAnew;

    private volatile @Nullable LinkKeeper link;
    private volatile @Nullable SnapshotReader snapshot;
    private volatile @Nullable StreamReader stream;
    private volatile long sourceOffset = NOWHERE;

    /** Where the history begins that the last snapshot belongs to. */
    private volatile long snapshotOffset = NOWHERE;

    /** Offset of a command that was no command: as long as none else comes from there, attempts become rarer. */
    private long notUnderstoodAt = NOWHERE;

    /** @param from where to continue; {@code null} to begin with a snapshot */
    ShardReplication(ShardContext session, SourceMaster master, ShardInbox inbox, @Nullable StartingPoint from) {
        settings = session.settings();
        threads = session.threads();
        limits = session.limits();
        commands = session.commands();
        linking = session.linking();
        slotsKnown = session.slotsKnown();
        empties = session.empties();
        resharding = session.resharding();
        passage = passageOf(session, from);
        served = master.slots();
        this.inbox = inbox;
        this.master = new CurrentMaster(session.topology(), master);
        node = new LinkedNode(settings, this.master, clock, this::streamingLink, threads);
        name = master.address().toString();
        backoff = new Backoff(settings.firstBackoff(), settings.longestBackoff());
        relinkBackoff = new Backoff(settings.firstBackoff(), settings.longestBackoff());
        events = new StreamEventLog(name, counters, settings.temporaryFiles(), this::acknowledge);
        window = new DeliveryWindow(limits.maxInFlightBatches(), limits.inFlightBytes(), this::progressed);
        window.onFailure(this::endLink);
        ceiling = new Ceiling(session.progressWanted());
        record = new ProgressRecord(name, window, ceiling, resharding, passage);
        outlet = new BatchOutlet(this, window, session.sink(), counters, clock, ceiling);
        sweep = new ShardSweep(record, outlet, passage, session.sweeps());
        if (empties) {
            outlet.readsNothing();
        }
        keyReader = new SourceKeyReader(settings, this.master::now, node::history, clock, session.keyReaderThread());
        if (from != null) {
            record.startAt(from);
            sweep.beginsWithStaleKeys();
            from.position().ifPresent(position -> {
                outlet.repeatedUntil(from.ceiling());
                outlet.continues(record.lineage());
                stream = new StreamReader(limits, outlet, events, position, new byte[0]);
            });
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

    @Override
    public String name() {
        return name;
    }

    @Override
    public void submit(CommandBatch batch, Runnable handOver) throws OutOfOrderException {
        if (!window.submit(batch.origin().sequence(), handOver)) {
            var failure = new OutOfOrderException(batch.origin());
            window.failed(failure);
            throw failure;
        }
    }

    @Override
    public void failed(Throwable cause) {
        window.failed(cause);
    }

    @Override
    public CompletionStage<KeyValue> read(byte[] key, int database) {
        return keyReader.read(key, database).thenCompose(ceiling::pass);
    }

    @Override
    public int history() {
        return outlet.sourceHistory();
    }

    @Override
    public int era() {
        return outlet.era();
    }

    @Override
    public Databases databases() {
        return settings.databases();
    }

    @Override
    public void beginAnew(String reason) {
        record.isUnreliable();
        beginsAnew = true;
        closeLink(SourceException.retry(reason));
    }

    /** Keeps the shard synchronized until it is told to stop, or fails. */
    @Override
    public void run() {
        while (state != ShardState.FAILED && !stop.isGiven()) {
            try {
                synchronize();
            } catch (IOException | RuntimeException e) {
                sortOut(e);
            }
        }
        if (state != ShardState.FAILED) {
            state = ShardState.STOPPED;
        }
    }

    /** Tells the shard to stop reading and sending; batches on their way go on. */
    void stop() {
        stop.give();
        resharding.close();
        window.close();
        ceiling.close();
        closeLink(new ShardStoppedException());
    }

    /** Gives up the link, as long as none is wanted; a snapshot that is being received goes on. */
    void unlink() {
        LinkKeeper current = link;
        if (current != null && state == ShardState.STREAMING) {
            current.lose(
                    SourceException.retry(
                            "the task is paused, and keeps no link meanwhile (pauseKeeps=SPOOL); it is made again when the task is resumed"));
        }
    }

    /** Writes down what is received and not applied, where there is a spool; after {@link #stop()}. */
    void finish() {
        inbox.finish();
    }

    /** What {@link #progress()} said is written down. */
    void written(ShardProgress progress) {
        record.written(progress);
        if (progress.phase() == Phase.STREAM) {
            inbox.stored(progress.position().offset());
        }
    }

    ShardInbox inbox() {
        return inbox;
    }

    /** Waits until no batch is on its way any more; answers whether that came true. */
    boolean awaitApplied(Duration timeout) throws InterruptedException {
        return window.awaitEmpty(timeout.toMillis());
    }

    /** What is to be written down of the shard; empty before there is anything to be said. */
    Optional<ShardProgress> progress() {
        return record.progress(master.now());
    }

    ProgressRecord record() {
        return record;
    }

    /** Whether the destination's keys are to be looked through, and nothing stands in the way of that. */
    boolean isToBeSwept() {
        return state == ShardState.STREAMING && sweep.isDue();
    }

    ShardSweep sweep() {
        return sweep;
    }

    SourceKeyReader keys() {
        return keyReader;
    }

    @Override
    public boolean mayBeStale(int slot) {
        return sweep.mayBeStale(slot);
    }

    @Override
    public boolean serves(int slot) {
        return served.get(slot);
    }

    Ceiling ceiling() {
        return ceiling;
    }

    /** Ends the shard for a reason that lies in the task, as if a batch had failed. */
    void abort(String reason) {
        window.failed(SourceException.stop(reason));
    }

    ShardCounters counters() {
        return counters;
    }

    DeliveryWindow window() {
        return window;
    }

    @Override
    public CommandTable commands() {
        return commands;
    }

    @Override
    public BitSet slots() {
        return master.now().slots();
    }

    @Override
    public boolean slotsAreKnown() {
        return slotsKnown;
    }

    @Override
    public Optional<ServerVersion> version() {
        return master.now().version();
    }

    SourceMaster master() {
        return master.now();
    }

    /** What the master says of its replication, at its address. */
    void masterSays(ServerInfo replication) {
        OptionalLong offset = SourceConnection.offsetIn(replication);
        switch (node.masterSays(replication)) {
            case WHOLLY -> offset.ifPresent(this::sourceOffset);
            case FOR_THE_LAG -> offset.ifPresent(reached -> sourceOffset = reached);
            case NOT -> {}
        }
    }

    /** The master does not answer. */
    void masterIsSilent() {
        node.masterIsSilent();
    }

    private @Nullable LinkKeeper streamingLink() {
        return state == ShardState.STREAMING ? link : null;
    }

    /** The offset that the source says it has reached. */
    void sourceOffset(long offset) {
        sourceOffset = offset;
        passage.reached(offset);
        sweep.reached(offset);
        clock.reached(offset, System.currentTimeMillis());
    }

    ShardHeartbeats heartbeats() {
        return heartbeats;
    }

    /** A heartbeat was written; it may have been applied before the source has said where it lies. */
    void heartbeat(String replicationId, long offset, long writtenNanos) {
        heartbeats.written(replicationId, offset, writtenNanos);
        window.position().ifPresent(position -> heartbeats.applied(position, System.nanoTime()));
    }

    @Override
    public SourceClock clock() {
        return clock;
    }

    ShardStatus status() {
        SnapshotReader reading = snapshot;
        StreamReader streaming = stream;
        long received = streaming == null ? NOWHERE : streaming.flushed().offset();
        return new ShardStatus(
                name,
                node.address().toString(),
                master.address().toString(),
                state,
                reading == null ? SnapshotProgress.NONE : reading.progress(),
                streaming == null ? "" : streaming.flushed().replicationId(),
                Math.max(0, received),
                window.position().map(ReplicationPosition::offset).orElse(NOWHERE),
                lagBytes(received),
                window.oldestAgeMillis(),
                heartbeats.lagMillis(System.nanoTime()),
                inbox.spooledBytes(),
                firstOf(problem, inbox.problem(), node.problem()));
    }

    private static String firstOf(String... problems) {
        return Arrays.stream(problems)
                .filter(problem -> !problem.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Empty before there is a history, and as long as the source has not told how far it has come since it has sent a snapshot. */
    private OptionalLong lagBytes(long received) {
        long told = sourceOffset;
        long known = Math.max(told, received);
        long applied = window.position().map(ReplicationPosition::offset).orElse(snapshotOffset);
        boolean unlinked = told == NOWHERE && state != ShardState.STREAMING;
        return unlinked || known == NOWHERE || applied == NOWHERE
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, known - applied));
    }

    private void synchronize() throws IOException {
        state = ShardState.CONNECTING;
        if (beginsAnew) {
            beginsAnew = false;
            stream = null;
        }
        Optional<ReplicationPosition> from = Optional.ofNullable(stream).map(StreamReader::received);
        ReceiveQueue queue = inbox.renew(from);
        from.ifPresent(position -> queue.applied(appliedOffset()));
        try (var opened = new LinkKeeper(queue, this, threads)) {
            link = opened;
            if (stop.isGiven()) {
                throw new ShardStoppedException();
            }
            if (from.isEmpty()) {
                passage.beginsAnew();
                resharding.awaitPassed();
                state = ShardState.WAITING_FOR_SNAPSHOT;
            }
            Optional<ReplicationPosition> behind = from.map(position -> queue.received());
            PsyncReply reply = opened.open(behind);
            inbox.linked();
            if (reply instanceof PsyncReply.FullResynchronization full) {
                stream = readSnapshot(queue, opened, full);
            } else if (behind.isPresent()) {
                long offset = behind.get().offset();
                LOG.info("source {}: partial resynchronization, streaming from offset {}", node.address(), offset);
            }
            if (inbox.isSpooling()) {
                opened.keep();
            }
            readStream(queue);
        } finally {
            link = null;
        }
    }

    @Override
    public ReplicationLink connect(
            ReceiveQueue queue, ReplicationLink.Listener listener, Optional<ReplicationPosition> from)
            throws IOException {
        LinkTarget target = node.choose(from);
        return ReplicationLink.open(
                settings, target, new ReplicationLink.Purpose(queue, listener, this::appliedOffset));
    }

    @Override
    public IOException notLinked(IOException cause) {
        return stop.isGiven() ? cause : node.refused(cause);
    }

    @Override
    public void granted(String replicationId) {
        node.granted(replicationId);
    }

    @Override
    public void ended() {
        node.ended();
    }

    @Override
    public void renamed(String newReplicationId) {
        StreamReader continued = stream;
        if (continued != null) {
            continued.renamed(newReplicationId);
        }
        window.renamed(newReplicationId);
    }

    /**
     * Of what the former master has said of keys, and of what it has not, some may be lost behind the last offset that both have. A
     * process that comes after a kill knows of no key that was read: until they are put right it has to begin anew.
     */
    @Override
    public void tookOver(long offset) {
        sweep.tookOver(offset);
        record.doubts();
        outlet.lostBehind(offset).thenRun(record::isSettled);
    }

    /**
     * What a process before this one may have sent behind the last offset that both masters have is not in the new one's stream, if
     * the former had run it and the new one had not: nobody would put it right.
     */
    @Override
    public void continuesBehind(long offset) {
        long doubtful = outlet.repeatedUntil();
        if (offset < doubtful) {
            beginAnew("a replica has taken over at offset " + offset
                    + " or behind, and a process that was killed may have applied"
                    + " what the former master ran after that, up to " + doubtful + "; a snapshot has to follow");
        }
    }

    /**
     * Keys that are to be read again, of which what is on its way may wait, can be read in the next history only: without them the
     * shard's thread might never come to ask for the snapshot. Which has to be asked for from now on, whoever else could continue.
     */
    @Override
    public void historyIsOver() {
        beginsAnew = true;
        outlet.historyIsOver();
    }

    @Override
    public void linkLost(IOException cause) {
        retry(cause, relinkBackoff.next());
    }

    @Override
    public void linkedAgain(ReplicationPosition position) {
        relinkBackoff.reset();
        if (state == ShardState.CONNECTING) {
            problem = "";
            state = ShardState.STREAMING;
        }
        LOG.info("source {}: linked again, receiving from offset {}", node.address(), position.offset());
    }

    private StreamReader readSnapshot(ReceiveQueue queue, LinkKeeper opened, PsyncReply.FullResynchronization full)
            throws IOException {
        LOG.info(
                "source {}: full resynchronization, snapshot at offset {} of history {}",
                node.address(),
                full.offset(),
                full.replicationId());
        counters.fullyResynchronized();
        sourceOffset = NOWHERE; // what was told before may be of another history
        snapshotOffset = full.offset();
        clock.linked();
        stream = null;
        passage.beginsAnew();
        sweep.historyBegins();
        outlet.repeatedUntil(0);
        var position = new ReplicationPosition(full.replicationId(), full.offset(), 0);
        queue.beginSnapshot(full.replicationId()); // what comes while the destination stands still may overflow already
        record.awaitSnapshotWritten(position, outlet.lineage());
        emptyDestination(position);
        sweep.beginsWithStaleKeys();
        state = ShardState.WAITING_FOR_SNAPSHOT;
        var source = SnapshotSource.open(queue);
        state = ShardState.SNAPSHOT;
        var batches = new SnapshotBatches(limits, outlet, position, settings.temporaryFiles());
        var reader = new SnapshotReader(source, batches, counters, limits.largeBytes(), settings.largeValuesFor());
        snapshot = reader;
        byte[] rest = reader.run();
        LOG.info(
                "source {}: snapshot of {} keys received, streaming from offset {}",
                node.address(),
                reader.progress().keys(),
                full.offset());
        var from = new ReplicationPosition(full.replicationId(), full.offset(), reader.streamDatabase());
        queue.endSnapshot(full.offset() + rest.length);
        window.passed(from);
        opened.acknowledge();
        return new StreamReader(limits, outlet, events, from, rest);
    }

    /** Where nobody may sweep what the source has lost, it must not be there when the snapshot comes. */
    private void emptyDestination(ReplicationPosition position) throws IOException {
        if (!empties || !record.isSweepDue()) {
            return;
        }
        if (!slotsKnown) {
            throw SourceException.stop("source " + master.address()
                    + ": the snapshot has to be repeated, and what the destination has of this master cannot be removed before,"
                    + " since the account may not ask which slots it serves. Grant the user +info +cluster|nodes, or empty the"
                    + " destination and start without the checkpoint");
        }
        LOG.warn(
                "source {}: removing what the destination has of it, before the snapshot is repeated",
                master.address());
        outlet.empty(position.replicationId(), position.offset());
        record.emptied();
    }

    private void readStream(ReceiveQueue queue) throws IOException {
        state = ShardState.STREAMING;
        problem = "";
        StreamReader reader = stream;
        if (reader == null) {
            throw SourceException.retry("source " + master.address() + " continued a stream that was not asked for");
        }
        if (reader.received().offset() != notUnderstoodAt) {
            backoff.reset();
        }
        reader.run(queue);
    }

    /** The one place that says what follows a failure of this shard. */
    private void sortOut(Exception failure) {
        if (stop.isGiven()) {
            return;
        }
        Throwable undelivered = window.failure().orElse(null);
        if (undelivered != null) {
            fail("stopped at offset " + appliedOffset() + ", which is applied: " + undelivered.getMessage(), failure);
        } else if (failure instanceof SourceException source && source.remedy() == SourceException.Remedy.STOP) {
            fail(String.valueOf(failure.getMessage()), failure);
        } else if (failure instanceof MalformedRespException) {
            StreamReader reader = stream;
            notUnderstoodAt = reader == null ? NOWHERE : reader.received().offset();
            retry(failure);
        } else if (failure instanceof IOException) {
            retry(failure);
        } else {
            fail("unexpected " + failure, failure);
        }
    }

    private void fail(String message, Exception cause) {
        problem = message;
        state = ShardState.FAILED;
        LOG.error("source {}: {}", master.address(), message, cause);
    }

    private void retry(Exception cause) {
        inbox.release();
        retry(cause, backoff.next());
    }

    private void retry(Exception cause, Duration pause) {
        String reason = String.valueOf(cause.getMessage());
        if (state != ShardState.FAILED) {
            problem = reason;
            state = ShardState.CONNECTING;
        }
        if (linking.isClosed()) {
            LOG.info("source {}: {}", master.address(), reason);
            linking.awaitOpen();
        } else {
            counters.reconnected();
            LOG.warn("source {}: {}; connecting again in {} ms", master.address(), reason, pause.toMillis());
        }
        if (!stop.await(pause)) {
            master.findAgain();
        }
    }

    /** The shard's thread may be waiting for bytes; it learns by the end of its link that a delivery has failed. */
    private void endLink(Throwable cause) {
        ceiling.close();
        closeLink(new DeliveryFailedException(cause));
    }

    private void closeLink(IOException reason) {
        LinkKeeper current = link;
        if (current != null) {
            current.close(reason);
        }
    }

    private void acknowledge() {
        LinkKeeper current = link;
        if (current != null) {
            current.acknowledge();
        }
    }

    private void progressed() {
        long offset = appliedOffset();
        record.applied(offset);
        inbox.applied(offset);
        events.applied(offset);
        if (heartbeats.awaits(offset)) {
            window.position().ifPresent(position -> heartbeats.applied(position, System.nanoTime()));
        }
    }

    private long appliedOffset() {
        return window.position().map(ReplicationPosition::offset).orElse(0L);
    }
}
