package io.caravan.replication;

import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import io.caravan.replication.SourceSettings.ReadFrom;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the node that a shard is linked to: its master or, with {@link ReadFrom#REPLICA_PREFERRED}, a replica of the master that
 * can do what is asked for.
 *
 * <p>What always holds: (A) A replica is chosen only while its link to its master is up, and while both call their history by the
 * same name: what it sends is then what the master has sent, byte by byte. (B) What can be continued is continued: a replica that
 * cannot go on behind a position is chosen only if the master cannot either, since a snapshot follows anyway.
 *
 * <p>Methods that choose wait for the network, {@link SourceSettings#shortTransport} for each node; on the shard's thread and those
 * that make links again. The rest from any thread.
 */
final class LinkChoice implements LinkWatch.Nodes {

    private static final Logger LOG = LoggerFactory.getLogger(LinkChoice.class);

    private static final Comparator<Candidate> FURTHEST_FIRST = Comparator.comparingLong(
                    (Candidate candidate) -> candidate.history().offset().orElse(0))
            .reversed()
            .thenComparing(candidate -> candidate.address().toString());

    /** A replica, and what it says of itself. */
    private record Candidate(NodeAddress address, NodeHistory history) {}

    private final SourceSettings settings;
    private final CurrentMaster master;
    private final SourceClock clock;
    private final AvoidedNodes avoided = new AvoidedNodes(System::nanoTime);

    /** Replicas of which it has been said that they cannot be used; guarded by this. */
    private final Set<NodeAddress> told = new HashSet<>();

    private volatile LinkTarget chosen;

    /** @param clock is told the master's time and how far it is, as a replica does not know either */
    LinkChoice(SourceSettings settings, CurrentMaster master, SourceClock clock) {
        this.settings = settings;
        this.master = master;
        this.clock = clock;
        chosen = LinkTarget.of(master.now());
    }

    /** The node that was chosen last; before that, the master. */
    @Override
    public LinkTarget chosen() {
        return chosen;
    }

    /** Whether replicas are preferred. */
    boolean prefersReplicas() {
        return settings.readFrom() == ReadFrom.REPLICA_PREFERRED;
    }

    @Override
    public void avoid(NodeAddress node) {
        avoided.avoid(node);
    }

    /**
     * Chooses a node for a link that goes on behind a position, or begins with a snapshot.
     *
     * @return the master, if no replica can do that; whether the master can, will show
     */
    LinkTarget choose(Optional<ReplicationPosition> from) {
        LinkTarget target = prefersReplicas()
                ? replicaFor(from).orElseGet(() -> LinkTarget.of(master.now()))
                : LinkTarget.of(master.now());
        if (target.replica()) {
            LOG.info("source {}: linking to its replica {}", master.address(), target.address());
        } else if (prefersReplicas()) {
            LOG.info("source {}: linking to the master itself, as no replica can serve the link now", master.address());
        }
        chosen = target;
        return target;
    }

    @Override
    public boolean hasReplicaFor(ReplicationPosition position) {
        master.findAgain();
        Optional<NodeHistory> ofMaster = askMaster();
        return candidates(ofMaster).stream()
                .anyMatch(replica -> replica.history().continues(position));
    }

    private Optional<LinkTarget> replicaFor(Optional<ReplicationPosition> from) {
        Optional<NodeHistory> ofMaster = askMaster();
        List<Candidate> candidates = candidates(ofMaster);
        Optional<Candidate> best = candidates.stream()
                .filter(replica -> from.isEmpty() || replica.history().continues(from.get()))
                .findFirst();
        boolean masterMayContinue =
                from.isPresent() && (ofMaster.isEmpty() || ofMaster.get().continues(from.get()));
        if (best.isEmpty() && !masterMayContinue) {
            best = candidates.stream().findFirst();
        }
        SourceMaster current = master.now();
        return best.map(replica -> new LinkTarget(
                replica.address(),
                current.version().map(version -> replica.history().info().version()),
                !current.nodeId().isEmpty(),
                true,
                ofMaster.map(NodeHistory::offset).orElse(OptionalLong.empty())));
    }

    /** Replicas that could serve a link, the one that is furthest first. */
    private List<Candidate> candidates(Optional<NodeHistory> ofMaster) {
        List<Candidate> found = new ArrayList<>();
        for (NodeAddress replica : master.replicas()) {
            if (!avoided.isAvoided(replica)) {
                ask(replica)
                        .filter(NodeHistory::isLinkedReplica)
                        .filter(history -> ofMaster.isEmpty()
                                || history.isCalled(ofMaster.get().id()))
                        .ifPresent(history -> found.add(new Candidate(replica, history)));
            }
        }
        found.sort(FURTHEST_FIRST);
        return found;
    }

    private Optional<NodeHistory> ask(NodeAddress replica) {
        try (SourceConnection connection = open(replica)) {
            Reply reply = connection.call("INFO");
            if (reply instanceof Reply.Failure failure) {
                throw SourceException.retry("it answered INFO with '" + failure.text() + "'; grant the user +info");
            }
            tellNoMore(replica);
            return Optional.of(new NodeHistory(ServerInfo.parse(reply.text())));
        } catch (IOException e) {
            avoided.avoid(replica);
            tell(replica, e);
            return Optional.empty();
        }
    }

    /** Empty if the master does not answer, or the account may not ask. */
    private Optional<NodeHistory> askMaster() {
        try (SourceConnection connection = open(master.address())) {
            connection.askTime(clock);
            ServerInfo info = connection.replication();
            master.sees(info);
            return Optional.of(new NodeHistory(info))
                    .filter(history -> !history.id().isEmpty());
        } catch (IOException e) {
            LOG.debug("source {} does not say what its history is: {}", master.address(), e.getMessage());
            return Optional.empty();
        }
    }

    private SourceConnection open(NodeAddress node) throws IOException {
        return SourceConnection.open(settings.shortTransport(), node, settings.credentials());
    }

    private synchronized void tell(NodeAddress replica, IOException problem) {
        if (told.add(replica)) {
            LOG.warn(
                    "source {}: no link to its replica {} as long as that cannot be asked: {}",
                    master.address(),
                    replica,
                    problem.getMessage());
        }
    }

    private synchronized void tellNoMore(NodeAddress replica) {
        told.remove(replica);
    }
}
