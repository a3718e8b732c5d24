package io.caravan.camel;

import io.caravan.checkpoint.CheckpointStore;
import io.caravan.checkpoint.FileCheckpointStore;
import io.caravan.checkpoint.RedisCheckpointStore;
import io.caravan.checkpoint.TaskNames;
import io.caravan.cluster.DestinationInquiries;
import io.caravan.cluster.DestinationInquiry;
import io.caravan.cluster.DestinationSettings;
import io.caravan.command.Databases;
import io.caravan.node.NodeAddress;
import io.caravan.rdb.DecodeTarget;
import io.caravan.replication.RateLimits;
import io.caravan.replication.SourceInquiry;
import io.caravan.replication.SourceSettings;
import io.caravan.resp.Reply;
import io.caravan.verify.Applied;
import io.caravan.verify.Connector;
import io.caravan.verify.Deployment;
import io.caravan.verify.KeyMapping;
import io.caravan.verify.Repair;
import io.caravan.verify.Verification;
import io.caravan.verify.VerifyReport;
import io.caravan.verify.VerifySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;

/**
 * Compares what a route copies with what it is copied to, by what the route says: its endpoints, its databases, and the keys that
 * its steps select. The route may run in this process, in another one, or not at all.
 *
 * <p>Waits for the network; called by the thread of a command line or of a route.
 */
public final class RouteVerification {

    private static final String FILE = "file:";

    private final CamelContext context;
    private final String routeId;
    private final String task;
    private final RedisReplicationConfiguration configuration;
    private final RouteInspection route;

    private RouteVerification(CamelContext context, TaskRoute of) {
        this.context = context;
        routeId = of.id();
        task = of.task(context);
        configuration = of.configuration();
        route = RouteInspection.of(context, routeId);
    }

    /** For every route of a context that begins with {@code redis-replication:}, in their order. */
    public static List<RouteVerification> ofAll(CamelContext context) {
        return TaskRoute.in(context).stream()
                .map(route -> new RouteVerification(context, route))
                .toList();
    }

    /** For one route. */
    public static RouteVerification of(CamelContext context, TaskRoute route) {
        return new RouteVerification(context, route);
    }

    /** The id of the task. */
    public String task() {
        return task;
    }

    /** The id of the route. */
    String routeId() {
        return routeId;
    }

    /**
     * Compares.
     *
     * @param repair whether keys that differ are read again at the source and written; the route must run in this process
     * @param begun told of the comparison before it begins, to ask it how far it is, or to stop it
     * @throws IOException if a side cannot be read
     * @throws IllegalArgumentException if the route leads to no destination or to several, or cannot repair
     */
    public VerifyReport run(VerifySettings settings, boolean repair, Consumer<Verification> begun) throws IOException {
        List<RedisClusterEndpoint> sinks = route.sinks();
        if (sinks.isEmpty()) {
            throw new IllegalArgumentException(
                    "route " + routeId + " leads to no redis-cluster: endpoint to compare with");
        }
        if (sinks.size() > 1) {
            throw new IllegalArgumentException("route " + routeId + " leads to " + sinks.size()
                    + " redis-cluster: endpoints; its steps decide which batch goes where, so that nobody can tell which keys"
                    + " each is to have. Give each destination a route of its own");
        }
        Optional<RedisReplicationConsumer> consumer = running();
        if (repair && consumer.isEmpty()) {
            throw new IllegalArgumentException(
                    "task " + task() + " does not run in this process, so that nothing can be"
                            + " repaired in its place in the stream; verify from the process that runs it");
        }
        Optional<Repair> repairs = repair ? consumer.map(running -> running::readAgain) : Optional.empty();
        ExecutorService threads = context.getExecutorServiceManager().newCachedThreadPool(this, "RedisVerify");
        try (SourceTransport transport = SourceTransport.open(context, configuration);
                var inquiries = new DestinationInquiries(sinks.get(0).settings())) {
            SourceSettings source = SourceSettingsFactory.settings(
                    configuration, transport.transport(), new RateLimits(), DecodeTarget.NEWEST);
            Deployment there = Deployment.of("source", source.nodes(), node -> connection(source, node));
            Deployment here = destination(sinks.get(0).settings(), inquiries);
            Applied applied = consumer.isPresent() ? new AppliedHere(this::running) : appliedElsewhere(here);
            var verification =
                    Verification.of(there, here, mapping(), applied, repairs, othersAt(here), settings, threads);
            begun.accept(verification);
            return verification.run();
        } finally {
            context.getExecutorServiceManager().shutdownNow(threads);
        }
    }

    /** Other tasks that write to a destination, or have; it may have keys that are theirs. */
    private Set<String> othersAt(Deployment destination) throws IOException {
        try {
            return new TaskNames(commandsOf(destination))
                    .others(task)
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException problem ? problem : new IOException(e.getCause());
        }
    }

    private KeyMapping mapping() {
        return new KeyMapping(Databases.parse(configuration.getDatabases()), route.selection());
    }

    private Optional<RedisReplicationConsumer> running() {
        Route started = context.getRoute(routeId);
        return started != null
                        && started.getConsumer() instanceof RedisReplicationConsumer consumer
                        && !consumer.status().isEmpty()
                ? Optional.of(consumer)
                : Optional.empty();
    }

    private Applied appliedElsewhere(Deployment destination) {
        String place = configuration.getCheckpoint();
        if (place.equals("none")) {
            return Applied.UNKNOWN;
        }
        CheckpointStore store = place.startsWith(FILE)
                ? new FileCheckpointStore(Path.of(place.substring(FILE.length())))
                : new RedisCheckpointStore(commandsOf(destination), configuration.getRequestTimeout());
        return new CheckpointApplied(store, task());
    }

    /** Commands whose first argument is a key; each waits for its answer. */
    private static RedisCheckpointStore.Commands commandsOf(Deployment destination) {
        return command -> {
            try {
                return CompletableFuture.completedFuture(plain(destination.ask(command.get(1), command)));
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        };
    }

    private static Object plain(Reply reply) {
        if (reply instanceof Reply.Elements elements) {
            return elements.replies().stream().map(RouteVerification::plain).toList();
        }
        return reply instanceof Reply.Bulk bulk ? bulk.bytes() : reply.text();
    }

    private static Deployment destination(DestinationSettings settings, DestinationInquiries inquiries)
            throws IOException {
        return Deployment.of("destination", settings.nodes(), node -> connection(inquiries.open(node)));
    }

    private static Connector.Connection connection(SourceSettings settings, NodeAddress node) throws IOException {
        SourceInquiry inquiry = SourceInquiry.open(settings, node);
        return new Connector.Connection() {
            @Override
            public Connector.Answers send(List<List<byte[]>> commands) throws IOException {
                return inquiry.sendBytes(commands)::await;
            }

            @Override
            public void close() {
                inquiry.close();
            }
        };
    }

    private static Connector.Connection connection(DestinationInquiry inquiry) {
        return new Connector.Connection() {
            @Override
            public Connector.Answers send(List<List<byte[]>> commands) throws IOException {
                return inquiry.sendBytes(commands)::await;
            }

            @Override
            public void close() {
                inquiry.close();
            }
        };
    }
}
