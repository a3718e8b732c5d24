package io.caravan.replication;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link that fills a queue. Once it is told to {@link #keep()} it, a link that is lost is made again at once, behind what was
 * received, while the shard's thread goes on reading what is there: so however much that is, the source is asked for no more
 * than what it has written in the meantime. Before that the queue ends with its link.
 *
 * <p>Made, opened and closed by the shard's thread; links are made again on a thread of their own; they end on any.
 */
final class LinkKeeper implements LinkWatch.Link, AutoCloseable {

    /** The shard that wants to be linked. */
    interface Shard {

        /** Connects to the node that can go on behind a position, or begin with a snapshot, whichever that is now. */
        ReplicationLink connect(
                ReceiveQueue queue, ReplicationLink.Listener listener, Optional<ReplicationPosition> from)
                throws IOException;

        /** A link could not be made for this reason. Answers what follows: the same, or another node is tried. */
        IOException notLinked(IOException cause);

        /** The history that a link brings goes by this id; told before anything else of that link, on an event loop. */
        void granted(String replicationId);

        /** No link brings anything at the moment; told before there is another. Any thread. */
        void ended();

        /** Is told what the source says of time. */
        SourceClock clock();

        /** The history goes by another id; told before the first byte behind that point is in the queue. */
        void renamed(String newReplicationId);

        /**
         * A replica continues the stream behind this offset, and is known to have had everything up to there, but no more. On an event
         * loop, before the first byte behind that offset is in the queue.
         */
        void tookOver(long offset);

        /** The same, once the link is made and may be ended. */
        void continuesBehind(long offset);

        /** The source cannot continue the history. On the thread that makes links again. */
        void historyIsOver();

        /** The link is lost, or could not be made again; waits a while. On the thread that makes links again. */
        void linkLost(IOException cause);

        /** There is a link again, that goes on behind {@code position}. */
        void linkedAgain(ReplicationPosition position);
    }

    private static final Logger LOG = LoggerFactory.getLogger(LinkKeeper.class);

    private final ReceiveQueue queue;
    private final Shard shard;
    private final Executor threads;
    private volatile @Nullable ReplicationLink link;
    private volatile boolean closed;
    private @Nullable IOException lost;
    private boolean keeping;

    LinkKeeper(ReceiveQueue queue, Shard shard, Executor threads) {
        this.queue = queue;
        this.shard = shard;
        this.threads = threads;
    }

    /**
     * Makes the first link.
     *
     * @throws SourceException if the source does not grant what is asked for
     */
    PsyncReply open(Optional<ReplicationPosition> from) throws IOException {
        return synchronize(new FirstLink(from), from);
    }

    /** From now on a lost link is made again. */
    synchronized void keep() {
        keeping = true;
        IOException cause = lost;
        if (cause != null) {
            lost = null;
            queue.reopen();
            onLost(cause);
        }
    }

    /** Tells the source now how far the stream has been applied. Any thread. */
    void acknowledge() {
        ReplicationLink current = link;
        if (current != null) {
            current.acknowledge();
        }
    }

    /** Ends the link as if it were lost. Any thread. */
    @Override
    public void lose(IOException reason) {
        closeLink(reason);
    }

    @Override
    public ReplicationPosition received() {
        return queue.received();
    }

    @Override
    public long silentNanos() {
        ReplicationLink current = link;
        return current == null ? 0 : current.silentNanos();
    }

    /** Ends the link for good; whoever reads the queue gets {@code reason}. Any thread. */
    void close(IOException reason) {
        closed = true;
        ReplicationLink current = link;
        if (current != null) {
            current.close(reason);
        }
        queue.end(reason);
    }

    /** Ends the link for good, and what it has brought is of no use any more: who reads gets {@code reason} at once. Any thread. */
    void abandon(IOException reason) {
        close(reason);
        queue.abandon(reason);
    }

    @Override
    public void close() {
        close(new ShardStoppedException());
    }

    private PsyncReply synchronize(ReplicationLink.Listener listener, Optional<ReplicationPosition> from)
            throws IOException {
        try {
            return connectAndSynchronize(listener, from);
        } catch (IOException e) {
            throw shard.notLinked(e);
        }
    }

    private PsyncReply connectAndSynchronize(ReplicationLink.Listener listener, Optional<ReplicationPosition> from)
            throws IOException {
        ReplicationLink opened = shard.connect(queue, listener, from);
        link = opened;
        if (closed) {
            opened.close();
            throw new ShardStoppedException();
        }
        opened.setClock(shard.clock());
        PsyncReply reply = opened.synchronize(from);
        if (isOfAnother(reply, from)) {
            shard.continuesBehind(from.get().offset());
        }
        return reply;
    }

    /** Whether the history goes on with another master. */
    private static boolean isOfAnother(PsyncReply reply, Optional<ReplicationPosition> from) {
        return reply instanceof PsyncReply.Continue resumed
                && from.isPresent()
                && resumed.newReplicationId()
                        .filter(id -> !id.equals(from.get().replicationId()))
                        .isPresent();
    }

    private synchronized void onLost(IOException cause) {
        if (closed || !keeping || !mayPass(cause)) {
            lost = cause;
            queue.end(cause);
        } else {
            startMakingAgain(cause);
        }
    }

    private void startMakingAgain(IOException cause) {
        try {
            threads.execute(() -> makeAgain(cause));
        } catch (RejectedExecutionException e) {
            queue.end(cause); // the process ends
        }
    }

    private static boolean mayPass(IOException cause) {
        return cause instanceof SourceException failure && failure.remedy() == SourceException.Remedy.RETRY;
    }

    private void makeAgain(IOException cause) {
        IOException failure = cause;
        while (!closed) {
            shard.linkLost(failure);
            try {
                goOn();
                return;
            } catch (IOException e) {
                failure = e;
                closeLink(e);
                if (!mayPass(e)) {
                    queue.abandon(e);
                    return;
                }
            } catch (RuntimeException e) {
                LOG.error("a link could not be made again", e);
                abandon(SourceException.retry("a link could not be made again: unexpected " + e));
                return;
            }
        }
    }

    private void goOn() throws IOException {
        if (closed) {
            return;
        }
        ReplicationPosition position = queue.received();
        Optional<ReplicationPosition> from = Optional.of(position);
        PsyncReply reply = synchronize(new NextLink(from), from);
        if (reply instanceof PsyncReply.Continue) {
            if (!closed) {
                shard.linkedAgain(position);
            }
            return;
        }
        IOException reason = SourceException.retry(
                "the source cannot continue at offset " + position.offset() + ", so a snapshot has to follow");
        closeLink(reason);
        shard.historyIsOver();
        queue.abandon(reason);
    }

    private void closeLink(IOException reason) {
        ReplicationLink current = link;
        if (current != null) {
            current.close(reason);
        }
    }

    private void renamedBy(PsyncReply reply, Optional<ReplicationPosition> from) {
        tellName(reply, from);
        if (isOfAnother(reply, from)) {
            shard.tookOver(from.get().offset());
        }
        if (reply instanceof PsyncReply.Continue resumed) {
            resumed.newReplicationId().ifPresent(id -> {
                shard.renamed(id);
                queue.renamed(id);
            });
        }
    }

    private void tellName(PsyncReply reply, Optional<ReplicationPosition> from) {
        if (reply instanceof PsyncReply.FullResynchronization full) {
            shard.granted(full.replicationId());
        } else if (reply instanceof PsyncReply.Continue resumed) {
            resumed.newReplicationId()
                    .or(() -> from.map(ReplicationPosition::replicationId))
                    .ifPresent(shard::granted);
        }
    }

    /** The link that the shard's thread waits for; it brings whatever the source grants. */
    private final class FirstLink implements ReplicationLink.Listener {

        private final Optional<ReplicationPosition> from;

        private FirstLink(Optional<ReplicationPosition> from) {
            this.from = from;
        }

        @Override
        public boolean granted(PsyncReply reply) {
            renamedBy(reply, from);
            return true;
        }

        @Override
        public void ended(IOException reason) {
            shard.ended();
            onLost(reason);
        }
    }

    /** A link that goes on where the one before ended; if it cannot, nothing of it is wanted. */
    private final class NextLink implements ReplicationLink.Listener {

        private final Optional<ReplicationPosition> from;
        private volatile boolean wanted;

        private NextLink(Optional<ReplicationPosition> from) {
            this.from = from;
        }

        @Override
        public boolean granted(PsyncReply reply) {
            wanted = reply instanceof PsyncReply.Continue;
            renamedBy(reply, from);
            return wanted;
        }

        /** As long as nothing is granted, whoever makes the link sees that by himself. */
        @Override
        public void ended(IOException reason) {
            shard.ended();
            if (wanted) {
                onLost(reason);
            }
        }
    }
}
