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
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One shard of the source, as the sink and the session know it: put together from its {@link ShardLink}, what it reads
 * ({@link ShardReading}) and what it sends ({@link ShardDelivery}).
 *
 * <p>{@link #run()} is the shard's thread, see {@link ShardSynchronization}. Everything else may be called from any thread.
 */
final class ShardReplication implements Runnable, SourceShard {

    private final ShardContext session;
    private final String name;
    private final BitSet served;
    private final CurrentMaster master;
    private final ShardCondition condition = new ShardCondition();
    private final ShardInbox inbox;
    private final ShardDelivery delivery;
    private final StreamEventLog events;
    private final ShardReading reading;
    private final ShardLink link;
    private final SourceKeyReader keyReader;
    private final ShardSynchronization synchronization;

    /** @param from where to continue; {@code null} to begin with a snapshot */
    ShardReplication(ShardContext session, SourceMaster master, ShardInbox inbox, @Nullable StartingPoint from) {
        this.session = session;
        this.inbox = inbox;
        this.master = new CurrentMaster(session.topology(), master);
        served = master.slots();
        name = master.address().toString();
        SourceSettings settings = session.settings();
        BitSet ofCluster = master.nodeId().isEmpty() ? new BitSet() : served;
        delivery = new ShardDelivery(this, session, from, ofCluster, this::applied);
        events = new StreamEventLog(
                name, delivery.counters(), settings.temporaryFiles(), this::acknowledge, delivery.sweep()::arrive);
        reading = new ShardReading(inbox, session.limits(), delivery.outlet(), events);
        link = new ShardLink(session, this.master, delivery, reading, condition);
        keyReader = new SourceKeyReader(
                settings, this.master::now, link.node()::history, delivery.clock(), session.keyReaderThread());
        synchronization = new ShardSynchronization(session, delivery, link, reading, condition);
        if (from != null) {
            from.position().ifPresent(position -> reading.beginStream(position, new byte[0]));
        }
    }

    private void applied(long offset) {
        inbox.applied(offset);
        events.applied(offset);
    }

    private void acknowledge() {
        link.acknowledge();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void submit(CommandBatch batch, Runnable handOver) throws OutOfOrderException {
        if (!window().submit(batch.origin().sequence(), handOver)) {
            var failure = new OutOfOrderException(batch.origin());
            window().failed(failure);
            throw failure;
        }
    }

    @Override
    public void failed(Throwable cause) {
        window().failed(cause);
    }

    @Override
    public CompletionStage<KeyValue> read(byte[] key, int database) {
        return keyReader.read(key, database).thenCompose(ceiling()::pass);
    }

    @Override
    public int history() {
        return delivery.outlet().sourceHistory();
    }

    @Override
    public int era() {
        return delivery.outlet().era();
    }

    @Override
    public Databases databases() {
        return session.settings().databases();
    }

    @Override
    public CommandTable commands() {
        return session.commands();
    }

    @Override
    public BitSet slots() {
        return master.now().slots();
    }

    @Override
    public boolean slotsAreKnown() {
        return session.slotsKnown();
    }

    @Override
    public boolean serves(int slot) {
        return served.get(slot);
    }

    @Override
    public boolean mayBeStale(int slot) {
        return sweep().mayBeStale(slot);
    }

    @Override
    public Optional<ServerVersion> version() {
        return master.now().version();
    }

    @Override
    public void beginAnew(String reason) {
        link.beginAnew(reason);
    }

    @Override
    public void doubtful(CompletionStage<?> settled) {
        delivery.doubtful(settled);
    }

    /** Keeps the shard synchronized until it is told to stop, or fails. */
    @Override
    public void run() {
        synchronization.run();
    }

    /** Tells the shard to stop reading and sending; batches on their way go on. */
    void stop() {
        condition.stop();
        delivery.close();
        link.close(new ShardStoppedException());
    }

    /** Gives up the link, as long as none is wanted; a snapshot that is being received goes on. */
    void unlink() {
        link.giveUp();
    }

    /** Ends the shard for a reason that lies in the task, as if a batch had failed. */
    void abort(String reason) {
        window().failed(SourceException.stop(reason));
    }

    /** Waits until no batch is on its way any more; answers whether that came true. */
    boolean awaitApplied(Duration timeout) throws InterruptedException {
        return window().awaitEmpty(timeout.toMillis());
    }

    /** Writes down what is received and not applied, where there is a spool; after {@link #stop()}. */
    void finish() {
        inbox.finish();
    }

    /** What is to be written down of the shard; empty before there is anything to be said. */
    Optional<ShardProgress> progress() {
        return record().progress(master.now());
    }

    /** What {@link #progress()} said is written down. */
    void written(ShardProgress progress) {
        record().written(progress);
        if (progress.phase() == Phase.STREAM) {
            inbox.stored(progress.position().offset());
        }
    }

    /** Whether the destination's keys are to be looked through, and nothing stands in the way of that. */
    boolean isToBeSwept() {
        return condition.is(ShardState.STREAMING) && sweep().isDue();
    }

    SourceMaster master() {
        return master.now();
    }

    ShardInbox inbox() {
        return inbox;
    }

    ShardLink link() {
        return link;
    }

    SourceKeyReader keys() {
        return keyReader;
    }

    ShardCounters counters() {
        return delivery.counters();
    }

    ShardHeartbeats heartbeats() {
        return delivery.heartbeats();
    }

    DeliveryWindow window() {
        return delivery.window();
    }

    Ceiling ceiling() {
        return delivery.ceiling();
    }

    ProgressRecord record() {
        return delivery.record();
    }

    ShardSweep sweep() {
        return delivery.sweep();
    }

    SourceClock clock() {
        return delivery.clock();
    }

    /** What the master says of its replication, at its address. */
    void masterSays(ServerInfo replication) {
        OptionalLong offset = SourceConnection.offsetIn(replication);
        switch (link.node().masterSays(replication)) {
            case WHOLLY -> offset.ifPresent(this::sourceOffset);
            case FOR_THE_LAG -> offset.ifPresent(reading::sourceReached);
            case NOT -> {}
        }
    }

    /** The master does not answer. */
    void masterIsSilent() {
        link.node().masterIsSilent();
    }

    /** The offset that the source says it has reached. */
    void sourceOffset(long offset) {
        reading.sourceReached(offset);
        delivery.sourceReached(offset);
    }

    /** A heartbeat was written; it may have been applied before the source has said where it lies. */
    void heartbeat(String replicationId, long offset, long writtenNanos) {
        delivery.heartbeat(replicationId, offset, writtenNanos);
    }

    ShardStatus status() {
        Optional<ReplicationPosition> received = reading.flushed();
        Optional<ReplicationPosition> applied = window().position();
        return new ShardStatus(
                name,
                link.node().address().toString(),
                master.address().toString(),
                condition.state(),
                reading.progress(),
                received.map(ReplicationPosition::replicationId).orElse(""),
                received.map(ReplicationPosition::offset).orElse(0L),
                applied.map(ReplicationPosition::offset).orElse(ShardReading.NOWHERE),
                reading.lagBytes(applied, condition.is(ShardState.STREAMING)),
                window().oldestAgeMillis(),
                heartbeats().lagMillis(System.nanoTime()),
                inbox.spooledBytes(),
                firstOf(condition.problem(), inbox.problem(), link.node().problem()));
    }

    private static String firstOf(String... problems) {
        return Arrays.stream(problems)
                .filter(problem -> !problem.isEmpty())
                .findFirst()
                .orElse("");
    }
}
