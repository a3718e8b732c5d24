package io.caravan.precheck;

import io.caravan.checkpoint.FileCheckpointStore;
import io.caravan.checkpoint.RedisCheckpointStore;
import io.caravan.cluster.DestinationException;
import io.caravan.cluster.DestinationInquiries;
import io.caravan.cluster.DestinationInquiry;
import io.caravan.cluster.DestinationSettings;
import io.caravan.node.NodeAddress;
import io.caravan.replication.SourceInquiry;
import io.caravan.replication.SourceSettings;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Looks at both sides of a task before it starts. Whatever is wrong ends up in the report: an item that cannot be looked at
 * says why, and keeps no other from being looked at.
 *
 * <p>{@link #run} waits for the network, some seconds at most where all servers answer; called by the thread of a start or of
 * a command line. It may be run again at any time, also while the task runs.
 */
public final class Precheck {

    private final PrecheckSettings settings;
    private final ScheduledExecutorService scheduler;

    /** @param scheduler for what has to be looked at twice, a second apart; not shut down here */
    public Precheck(PrecheckSettings settings, ScheduledExecutorService scheduler) {
        this.settings = settings;
        this.scheduler = scheduler;
    }

    /** Asks both sides and judges. */
    public PrecheckReport run() {
        Instant begun = Instant.now();
        List<Runnable> opened = new ArrayList<>();
        try {
            Side source = source(opened);
            List<Side> destinations = destinations(opened);
            var facts = new Facts(settings, source, destinations, continues(destinations), scheduler);
            List<PrecheckItem> items = new ArrayList<>();
            for (Check check : Check.values()) {
                items.add(check.look(facts));
            }
            return new PrecheckReport(settings.task(), begun, Duration.between(begun, Instant.now()), items);
        } finally {
            close(opened);
        }
    }

    private Side source(List<Runnable> opened) {
        SourceSettings source = settings.source();
        Side side = Side.of(
                "source",
                source.nodes(),
                node -> conversation(SourceInquiry.open(source, node)),
                source.transport().tls() != null);
        opened.add(side::close);
        return side;
    }

    private List<Side> destinations(List<Runnable> opened) {
        List<Side> sides = new ArrayList<>();
        for (DestinationSettings destination : settings.destinations()) {
            var inquiries = new DestinationInquiries(destination);
            opened.add(inquiries::close);
            Side side = Side.of(
                    "destination",
                    destination.nodes(),
                    node -> conversation(inquiries, node),
                    destination.tls() != null);
            opened.add(side::close);
            sides.add(side);
        }
        return sides;
    }

    private static Conversation conversation(SourceInquiry inquiry) {
        return new Conversation() {
            @Override
            public List<Reply> ask(List<List<String>> commands) throws IOException {
                return inquiry.ask(commands);
            }

            @Override
            public void close() {
                inquiry.close();
            }
        };
    }

    private static Conversation conversation(DestinationInquiries inquiries, NodeAddress node)
            throws DestinationException {
        DestinationInquiry inquiry = inquiries.open(node);
        return new Conversation() {
            @Override
            public List<Reply> ask(List<List<String>> commands) throws IOException {
                return inquiry.ask(commands);
            }

            @Override
            public void close() {
                inquiry.close();
            }
        };
    }

    /** Whether the task has left a checkpoint. One that cannot be read is for the start to complain of. */
    private boolean continues(List<Side> destinations) {
        Optional<Path> file = settings.checkpoints().file();
        try {
            if (file.isPresent()) {
                return !new FileCheckpointStore(file.get())
                        .load(settings.task())
                        .isEmpty();
            }
            return settings.checkpoints().inDestination()
                    && !destinations.isEmpty()
                    && isCheckpointIn(destinations.get(0));
        } catch (IOException e) {
            return false;
        }
    }

    /** All masters of a cluster are asked: those that do not have its slot say {@code MOVED}. */
    private boolean isCheckpointIn(Side destination) throws IOException {
        for (Server master : destination.masters()) {
            if (master.ask("EXISTS", RedisCheckpointStore.key(settings.task()))
                    .text()
                    .equals("1")) {
                return true;
            }
        }
        return false;
    }

    /** In reverse order: connections before the threads that run them. */
    private static void close(List<Runnable> opened) {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).run();
        }
    }
}
