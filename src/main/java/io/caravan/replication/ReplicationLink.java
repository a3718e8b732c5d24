package io.caravan.replication;

import io.caravan.node.ServerInfo;
import io.caravan.node.ServerVersion;
import io.caravan.resp.Reply;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replication link to a master, or to a replica of it, which sends the same: handshake, then snapshot and stream as bytes in a {@link ReceiveQueue}, while the master
 * is told every second how far the stream has been applied.
 *
 * <p>Opened and closed by the shard's thread; acknowledgements and the watch for silence run on the event loop.
 *
 * <p>Rule: Redis {@code replication.c}, {@code syncWithMaster}. Neither {@code listening-port} nor {@code ip-address} is
 * announced: sentinels must not take us for a replica that could be promoted.
 */
final class ReplicationLink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicationLink.class);
    private static final long ACK_INTERVAL_MILLIS = 1000;
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final String NO_HISTORY = "?";

    /** Who is told what becomes of a link. */
    interface Listener {

        /** The source has answered; on the event loop, before the first bytes. Answers whether they are wanted. */
        boolean granted(PsyncReply reply);

        /** No more bytes will come; told once, on any thread. */
        void ended(IOException reason);
    }

    private final SourceConnection connection;
    private final LinkTarget target;
    private final Inlet inlet;
    private final LongSupplier appliedOffset;
    private final RateLimits rates;
    private final long silenceNanos;
    private final Future<?> timer;
    private volatile boolean reading = true;

    /** Owned by the event loop. */
    private boolean queueHasRoom = true;

    /** Owned by the event loop. */
    private boolean tooFast;

    /** Owned by the event loop: whether somebody will see that it is too fast no more. */
    private boolean lookDue;

    private volatile long readingSinceNanos = System.nanoTime();
    private volatile PsyncReply granted = new PsyncReply.TryLater("no PSYNC yet");

    /** What a link is made for. */
    record Purpose(ReceiveQueue queue, Listener listener, LongSupplier appliedOffset) {}

    private ReplicationLink(SourceConnection connection, LinkTarget target, Purpose purpose, SourceSettings settings) {
        this.connection = connection;
        this.target = target;
        appliedOffset = purpose.appliedOffset();
        rates = settings.rates();
        silenceNanos = settings.silence().toNanos();
        inlet = new Inlet(purpose.queue(), purpose.listener());
        timer = connection
                .channel()
                .eventLoop()
                .scheduleAtFixedRate(this::tick, ACK_INTERVAL_MILLIS, ACK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Connects to {@code target} and announces what we are capable of.
     *
     * @param purpose where the bytes go, who is told, and the offset to acknowledge
     */
    static ReplicationLink open(SourceSettings settings, LinkTarget target, Purpose purpose) throws IOException {
        SourceConnection connection =
                SourceConnection.open(settings.transport(), target.address(), settings.credentials());
        try {
            announce(connection, diskless(settings.snapshotTransfer(), target.version()));
        } catch (IOException e) {
            connection.close();
            throw e;
        }
        return new ReplicationLink(connection, target, purpose, settings);
    }

    /**
     * Tells the clock what the source says of time, and how far it had come before this link: what was run until then may have
     * been run at any time. An account that may not ask ({@code INFO}, {@code TIME}) goes without.
     *
     * <p>A replica does not know what its master's clock says: its master was asked when the replica was chosen.
     *
     * @throws SourceException if a master of a cluster is a replica now: it passes on the stream of its master, which may have
     *     taken over its slots beside others, and is applied by another shard already. Or if a replica has lost its master
     */
    void setClock(SourceClock clock) throws IOException {
        if (target.replica()) {
            setClockByMaster(clock);
            return;
        }
        connection.askTime(clock);
        ServerInfo replication = connection.replication();
        if (target.inCluster() && replication.replica()) {
            throw SourceException.retry("source " + connection.node() + " is a replica now"
                    + replication.master().map(master -> " of " + master).orElse("")
                    + "; looking for the master of its slots");
        }
        SourceConnection.offsetIn(replication).ifPresent(offset -> clock.linked(offset, SteadyClock.millis()));
    }

    private void setClockByMaster(SourceClock clock) throws IOException {
        var history = new NodeHistory(connection.replication());
        if (!history.isLinkedReplica()) {
            throw SourceException.retry(
                    "source " + connection.node() + " is no replica any more, or has lost its master");
        }
        OptionalLong offset = target.masterOffset().isPresent() ? target.masterOffset() : history.offset();
        offset.ifPresent(reached -> clock.linked(reached, SteadyClock.millis()));
    }

    /**
     * Asks for the stream behind {@code position}, or for everything.
     *
     * @throws SourceException if the source does not grant it
     */
    PsyncReply synchronize(Optional<ReplicationPosition> position) throws IOException {
        Reply reply = position.isPresent()
                ? connection.psync(
                        position.get().replicationId(), position.get().offset() + 1, inlet)
                : connection.psync(NO_HISTORY, -1, inlet);
        granted = PsyncReply.of(reply, connection.node());
        if (granted instanceof PsyncReply.TryLater later) {
            throw SourceException.retry(later.message());
        }
        if (granted instanceof PsyncReply.Refused refused) {
            throw SourceException.stop(refused.message());
        }
        return granted;
    }

    /** Tells the source now how far the stream has been applied. Any thread. */
    void acknowledge() {
        if (PsyncReply.isGranted(granted)) {
            connection.acknowledge(appliedOffset.getAsLong());
        }
    }

    /** Ends the link; the listener gets {@code reason}. Any thread. */
    void close(IOException reason) {
        timer.cancel(false);
        connection.close(reason);
        inlet.end(reason);
    }

    @Override
    public void close() {
        close(new ShardStoppedException());
    }

    private void tick() {
        acknowledge();
        if (silentNanos() > silenceNanos) {
            close(SourceException.retry("source " + connection.node() + " has been silent for "
                    + TimeUnit.NANOSECONDS.toSeconds(silenceNanos) + " s (replicationTimeout)"));
        }
    }

    /** How long nothing has been received although we were reading; 0 while we do not read. Any thread. */
    long silentNanos() {
        long now = System.nanoTime();
        return reading ? Math.min(now - connection.lastReceivedNanos(), now - readingSinceNanos) : 0;
    }

    /** The valve of the queue: called by the shard's thread and by the event loop. */
    private void setReading(boolean open) {
        connection.channel().eventLoop().execute(() -> {
            queueHasRoom = open;
            turnValve();
        });
    }

    private void turnValve() {
        reading = queueHasRoom && !tooFast;
        readingSinceNanos = System.nanoTime(); // what came before that is silence of ours
        connection.channel().config().setAutoRead(reading);
    }

    /** Stops reading as long as the source has been read too fast; the limit may change meanwhile. */
    private void keepToRate(int bytes) {
        long pause = rates.received(bytes);
        if (tooFast != pause > 0) {
            tooFast = pause > 0;
            turnValve();
        }
        if (tooFast && !lookDue && connection.channel().isActive()) {
            lookDue = true;
            connection
                    .channel()
                    .eventLoop()
                    .schedule(this::look, Math.min(pause, LONGEST_PAUSE_NANOS), TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        lookDue = false;
        keepToRate(0);
    }

    private static boolean diskless(SourceSettings.SnapshotTransfer transfer, Optional<ServerVersion> version) {
        return switch (transfer) {
            case DISK -> false;
            case DISKLESS -> true;
            case AUTO -> version.isPresent() && !version.get().valkey();
        };
    }

    private static void announce(SourceConnection connection, boolean diskless) throws IOException {
        Reply reply = diskless
                ? connection.call("REPLCONF", "capa", "eof", "capa", "psync2")
                : connection.call("REPLCONF", "capa", "psync2");
        if (reply instanceof Reply.Failure failure) {
            if (failure.code().equals("NOPERM")) {
                throw SourceException.stop("source " + connection.node() + " refused REPLCONF: '" + failure.text()
                        + "'; grant the user +psync +replconf +ping");
            }
            LOG.debug("source {} does not know REPLCONF capa: {}", connection.node(), failure.text());
        }
    }

    /** Brings the bytes of this link to the queue, if the listener wants them. */
    private final class Inlet implements ByteInlet {

        private final ReceiveQueue queue;
        private final Listener listener;
        private final AtomicBoolean ended = new AtomicBoolean();
        private boolean wanted;

        private Inlet(ReceiveQueue queue, Listener listener) {
            this.queue = queue;
            this.listener = listener;
        }

        @Override
        public void granted(PsyncReply reply) {
            wanted = listener.granted(reply);
            if (wanted) {
                queue.granted(reply);
                queue.attach(ReplicationLink.this::setReading);
            }
        }

        @Override
        public void add(ByteBuf buffer) {
            if (wanted) {
                int bytes = buffer.readableBytes();
                queue.add(buffer);
                keepToRate(bytes);
            } else {
                buffer.release();
            }
        }

        @Override
        public void end(IOException cause) {
            if (!ended.getAndSet(true)) {
                listener.ended(cause);
            }
        }
    }
}
