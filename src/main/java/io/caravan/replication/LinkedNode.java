package io.caravan.replication;

import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The node that a shard is linked to: its master or, where replicas are preferred, most often one of them. Knows what the history is
 * called that the link brings, which the master may call otherwise until both have heard of a fail-over.
 *
 * <p>{@link #choose} waits for the network, on the thread that makes a link; the monitor's thread says what the master says; the rest
 * from any thread.
 */
final class LinkedNode {

    /** What an offset of the master counts for. */
    enum Counts {
        /** It is one of the link's history. */
        WHOLLY,
        /** It is one of the history that follows the link's: the source is ahead by so much, but no more is said. */
        FOR_THE_LAG,
        /** It is one of another history. */
        NOT
    }

    private final LinkChoice choice;
    private final LinkWatch watch;

    /** The name of the history that the link brings; empty while there is no link, or where it does not matter. */
    private volatile String history = "";

    /** @param link the shard's link; {@code null} while there is none that is past its snapshot */
    LinkedNode(
            SourceSettings settings,
            CurrentMaster master,
            SourceClock clock,
            Supplier<LinkWatch.@Nullable Link> link,
            Executor threads) {
        choice = new LinkChoice(settings, master, clock);
        watch = new LinkWatch(choice, master, link, threads, System::nanoTime);
    }

    /** Chooses a node for a link that goes on behind a position, or begins with a snapshot. */
    LinkTarget choose(Optional<ReplicationPosition> from) {
        return choice.choose(from);
    }

    /** Where it is; before the first link, that of the master. */
    NodeAddress address() {
        return choice.chosen().address();
    }

    /** What the history is called that the link brings; empty while there is no link, or where only masters are linked to. */
    String history() {
        return history;
    }

    /** What is wrong with it; empty if nothing is known to be. */
    String problem() {
        return watch.problem();
    }

    /** The link brings the history of that name. */
    void granted(String replicationId) {
        if (choice.prefersReplicas()) {
            history = replicationId;
        }
    }

    /** The link brings nothing any more. */
    void ended() {
        history = "";
    }

    /** A link to it could not be made. A replica that refuses is no reason to stop: there are others, and the master. */
    IOException refused(IOException cause) {
        LinkTarget target = choice.chosen();
        if (!target.replica()) {
            return cause;
        }
        choice.avoid(target.address());
        return cause instanceof SourceException failure && failure.remedy() == SourceException.Remedy.STOP
                ? SourceException.retry(
                        "no link to a replica: " + cause.getMessage() + "; another node is tried", cause)
                : cause;
    }

    /** What the master says of its replication, at its address; answers what its offset counts for. */
    Counts masterSays(ServerInfo replication) {
        if (!choice.prefersReplicas()) {
            return Counts.WHOLLY;
        }
        var said = new NodeHistory(replication);
        String linked = history;
        watch.masterSays(said);
        if (linked.isEmpty() || said.isCalled(linked)) {
            return Counts.WHOLLY;
        }
        return said.wasCalled(linked) ? Counts.FOR_THE_LAG : Counts.NOT;
    }

    /** The master does not answer. */
    void masterIsSilent() {
        if (choice.prefersReplicas()) {
            watch.masterIsSilent();
        }
    }
}
