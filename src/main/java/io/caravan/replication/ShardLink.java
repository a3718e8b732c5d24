package io.caravan.replication;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link of a shard to its source, one after the other: which node it goes to, how long it is waited before another is made, and what
 * follows when another master is at its end.
 *
 * <p>The shard's thread begins with a link; links are made again on a thread of their own; the rest is for any thread.
 */
final class ShardLink implements LinkKeeper.Shard {

    private static final Logger LOG = LoggerFactory.getLogger(ShardLink.class);

    private final SourceSettings settings;
    private final Executor threads;
    private final Gate linking;
    private final CurrentMaster master;
    private final LinkedNode node;
    private final ShardDelivery delivery;
    private final ShardReading reading;
    private final ShardCondition condition;
    private final Backoff relinkBackoff;
    private volatile @Nullable LinkKeeper link;
    private volatile boolean beginsAnew;

    ShardLink(
            ShardContext session,
            CurrentMaster master,
            ShardDelivery delivery,
            ShardReading reading,
            ShardCondition condition) {
        settings = session.settings();
        threads = session.threads();
        linking = session.linking();
        this.master = master;
        this.delivery = delivery;
        this.reading = reading;
        this.condition = condition;
        node = new LinkedNode(settings, master, delivery.clock(), this::streaming, threads);
        relinkBackoff = new Backoff(settings.firstBackoff(), settings.longestBackoff());
        delivery.window().onFailure(this::endWith);
    }

    private @Nullable LinkKeeper streaming() {
        return condition.is(ShardState.STREAMING) ? link : null;
    }

    /** The node at its end, or where it was last. */
    LinkedNode node() {
        return node;
    }

    CurrentMaster master() {
        return master;
    }

    /** A link that is to fill {@code queue}; {@link #none} follows when it is closed. It is closed if the shard is to begin anew by now. */
    LinkKeeper into(ReceiveQueue queue) {
        var keeper = new LinkKeeper(queue, this, threads);
        link = keeper;
        if (beginsAnew) {
            keeper.abandon(
                    SourceException.retry("what the destination has cannot be relied on; a snapshot has to follow"));
        }
        return keeper;
    }

    /** There is no link any more. */
    void none() {
        link = null;
    }

    /** Whether what was received cannot be continued, so that a snapshot has to be asked for; says so once. */
    boolean isToBeginAnew() {
        boolean wanted = beginsAnew;
        if (wanted) {
            beginsAnew = false;
        }
        return wanted;
    }

    /** What the destination has cannot be relied on: a snapshot has to follow, which contains what was received and not read yet. */
    void beginAnew(String reason) {
        delivery.record().isUnreliable();
        beginsAnew = true;
        LinkKeeper current = link;
        if (current != null) {
            current.abandon(SourceException.retry(reason));
        }
    }

    /** Gives up the link, as long as none is wanted; a snapshot that is being received goes on. */
    void giveUp() {
        LinkKeeper current = streaming();
        if (current != null) {
            current.lose(
                    SourceException.retry(
                            "the task is paused, and keeps no link meanwhile (pauseKeeps=SPOOL); it is made again when the task is resumed"));
        }
    }

    /** Ends the link; whoever reads what it brings gets {@code reason}. */
    void close(IOException reason) {
        LinkKeeper current = link;
        if (current != null) {
            current.close(reason);
        }
    }

    /** The shard's thread may be waiting for bytes; it learns by the end of its link that a delivery has failed. */
    private void endWith(Throwable cause) {
        delivery.letGo();
        close(new DeliveryFailedException(cause));
    }

    /** Tells the source now how far the stream has been applied. */
    void acknowledge() {
        LinkKeeper current = link;
        if (current != null) {
            current.acknowledge();
        }
    }

    /** Says what is wrong, and waits before the next attempt: so long, and until a link is wanted. */
    void awaitRetry(Exception cause, Duration pause) {
        String reason = String.valueOf(cause.getMessage());
        condition.interrupted(reason);
        if (linking.isClosed()) {
            LOG.info("source {}: {}", master.address(), reason);
            linking.awaitOpen();
        } else {
            delivery.counters().reconnected();
            LOG.warn("source {}: {}; connecting again in {} ms", master.address(), reason, pause.toMillis());
        }
        if (!condition.awaitStop(pause)) {
            master.findAgain();
        }
    }

    @Override
    public ReplicationLink connect(
            ReceiveQueue queue, ReplicationLink.Listener listener, Optional<ReplicationPosition> from)
            throws IOException {
        LinkTarget target = node.choose(from);
        return ReplicationLink.open(
                settings, target, new ReplicationLink.Purpose(queue, listener, delivery::appliedOffset));
    }

    @Override
    public IOException notLinked(IOException cause) {
        return condition.isToStop() ? cause : node.refused(cause);
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
    public SourceClock clock() {
        return delivery.clock();
    }

    @Override
    public void renamed(String newReplicationId) {
        reading.renamed(newReplicationId);
        delivery.renamed(newReplicationId);
    }

    @Override
    public void tookOver(long offset) {
        delivery.tookOver(offset);
    }

    /**
     * What a process before this one may have sent behind the last offset that both masters have is not in the new one's stream, if
     * the former had run it and the new one had not: nobody would put it right.
     */
    @Override
    public void continuesBehind(long offset) {
        long doubtful = delivery.outlet().repeatedUntil();
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
        delivery.record().isUnreliable(); // another node might continue what is given up here
        delivery.outlet().historyIsOver();
    }

    @Override
    public void linkLost(IOException cause) {
        awaitRetry(cause, relinkBackoff.next());
    }

    @Override
    public void linkedAgain(ReplicationPosition position) {
        relinkBackoff.reset();
        condition.linkedAgain();
        LOG.info("source {}: linked again, receiving from offset {}", node.address(), position.offset());
    }
}
