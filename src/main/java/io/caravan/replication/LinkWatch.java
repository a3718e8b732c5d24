package io.caravan.replication;

import io.caravan.node.NodeAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where replicas are preferred: takes the link from a replica that stands still while its master goes on, and brings it back from the
 * master once a replica can serve it again.
 *
 * <p>A replica that has lost its master, or is stopped, keeps the connection open and sends nothing. What it says of itself does not
 * count: what counts is that the master is ahead of what has been received, and nothing has been received for {@value
 * #STANDSTILL_SECONDS} seconds although we were listening. A replica that sends, however late, is left in peace, unless the master
 * calls its history by another name for as long: then it follows somebody else.
 *
 * <p>Told by the monitor's thread what the master says, about once a second; waits for nothing, but has questions asked on a thread of
 * {@code threads}. {@link #problem()} from any thread.
 */
final class LinkWatch {

    private static final long STANDSTILL_SECONDS = 5;
    private static final long RETURN_SECONDS = 5;
    private static final int ANSWERS_TO_RETURN = 2;

    /** The nodes that the link may go to. */
    interface Nodes {

        /** The node that was chosen last. */
        LinkTarget chosen();

        /** Leaves a node alone for a while. */
        void avoid(NodeAddress node);

        /** Asks the source for its replicas again, and says whether one of them could go on behind this position. Waits for the network. */
        boolean hasReplicaFor(ReplicationPosition position);
    }

    /** A link that is past its snapshot. */
    interface Link {

        /** Position behind the last byte received. */
        ReplicationPosition received();

        /** How long nothing has come although we were listening. */
        long silentNanos();

        /** Ends it as if it were lost. */
        void lose(IOException reason);
    }

    private final Nodes nodes;
    private final CurrentMaster master;
    private final Supplier<@Nullable Link> link;
    private final Executor threads;
    private final LongSupplier nanoTime;
    private final AtomicBoolean asking = new AtomicBoolean();

    private @Nullable ReplicationPosition last;

    /** Since when the replica has been behind without sending, or its master in another history; empty while neither is so. */
    private OptionalLong wrongSinceNanos = OptionalLong.empty();

    /** Since when the master has not answered; empty while it does. */
    private OptionalLong unansweredSinceNanos = OptionalLong.empty();

    private long askedNanos;
    private volatile int answersForReturn;
    private volatile String problem = "";

    /** @param link the shard's link; {@code null} while there is none that is past its snapshot */
    LinkWatch(
            Nodes nodes, CurrentMaster master, Supplier<@Nullable Link> link, Executor threads, LongSupplier nanoTime) {
        this.nodes = nodes;
        this.master = master;
        this.link = link;
        this.threads = threads;
        this.nanoTime = nanoTime;
        askedNanos = nanoTime.getAsLong();
    }

    /** What is wrong with the node that the shard is linked to; empty if nothing is known to be. */
    String problem() {
        return link.get() == null ? "" : problem;
    }

    /** The master has answered; {@code history} may be that of another node, which has its address now. */
    void masterSays(NodeHistory history) {
        unansweredSinceNanos = OptionalLong.empty();
        problem = "";
        Link current = link.get();
        if (current == null) {
            wrongSinceNanos = OptionalLong.empty();
            return;
        }
        if (history.info().replica()) {
            findMasterAgain();
        }
        if (nodes.chosen().replica()) {
            watchReplica(current, history);
        } else {
            lookForReplica(current);
        }
    }

    /** The master does not answer. */
    void masterIsSilent() {
        wrongSinceNanos = OptionalLong.empty();
        if (link.get() == null || !nodes.chosen().replica()) {
            return;
        }
        if (lastsFor(unansweredSinceNanos, STANDSTILL_SECONDS)) {
            problem = "source master " + master.address()
                    + " does not answer, so nobody knows how far the source is; the link to its" + " replica "
                    + nodes.chosen().address() + " stays until another master is found";
        }
        if (unansweredSinceNanos.isEmpty()) {
            unansweredSinceNanos = OptionalLong.of(nanoTime.getAsLong());
        }
        findMasterAgain();
    }

    private void watchReplica(Link current, NodeHistory history) {
        ReplicationPosition received = current.received();
        boolean another = !history.isCalled(received.replicationId());
        boolean behind = history.offset().orElse(0) > received.offset()
                && (!another || history.wasCalled(received.replicationId()));
        boolean moved = !received.equals(last);
        last = received;
        if (another) {
            findMasterAgain();
        }
        if (!another && (moved || !behind)) {
            wrongSinceNanos = OptionalLong.empty();
        } else if (wrongSinceNanos.isEmpty()) {
            wrongSinceNanos = OptionalLong.of(nanoTime.getAsLong());
        } else if (lastsFor(wrongSinceNanos, STANDSTILL_SECONDS) && (another || isSilent(current))) {
            wrongSinceNanos = OptionalLong.empty();
            leave(current, another);
        }
    }

    private static boolean isSilent(Link current) {
        return current.silentNanos() >= Duration.ofSeconds(STANDSTILL_SECONDS).toNanos();
    }

    private void leave(Link current, boolean another) {
        NodeAddress replica = nodes.chosen().address();
        nodes.avoid(replica);
        current.lose(SourceException.retry("source " + replica
                + (another
                        ? " follows another history than its master " + master.address()
                        : " has sent nothing for " + STANDSTILL_SECONDS + " s, though its master " + master.address()
                                + " has gone on")
                + "; it is left for another node"));
    }

    private void lookForReplica(Link current) {
        if (nanoTime.getAsLong() - askedNanos
                < Duration.ofSeconds(RETURN_SECONDS).toNanos()) {
            return;
        }
        ReplicationPosition position = current.received();
        ask(() -> {
            boolean found = nodes.hasReplicaFor(position);
            answersForReturn = found ? answersForReturn + 1 : 0;
            if (answersForReturn >= ANSWERS_TO_RETURN) {
                answersForReturn = 0;
                current.lose(SourceException.retry("source " + master.address()
                        + " has a replica again that can serve the link, and replicas are preferred"));
            }
        });
    }

    private void findMasterAgain() {
        ask(master::findAgain);
    }

    /** One question at a time: a node that does not answer keeps it waiting. */
    private void ask(Runnable question) {
        if (asking.compareAndSet(false, true)) {
            askedNanos = nanoTime.getAsLong();
            try {
                threads.execute(() -> {
                    try {
                        question.run();
                    } finally {
                        asking.set(false);
                    }
                });
            } catch (RejectedExecutionException e) {
                asking.set(false); // the process ends
            }
        }
    }

    private boolean lastsFor(OptionalLong since, long seconds) {
        return since.isPresent()
                && nanoTime.getAsLong() - since.getAsLong()
                        >= Duration.ofSeconds(seconds).toNanos();
    }
}
