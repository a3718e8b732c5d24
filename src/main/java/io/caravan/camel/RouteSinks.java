package io.caravan.camel;

import io.caravan.checkpoint.TaskNames;
import io.caravan.cluster.Destination;
import io.caravan.command.HashSlot;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import io.caravan.node.ServerModules;
import io.caravan.node.ServerVersion;
import io.caravan.rdb.DecodeTarget;
import io.caravan.rdb.RdbDialect;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The destinations that a route leads to, held open as long as its consumer runs: what they are decides how the source is
 * read, and the first of them may hold the checkpoints.
 *
 * <p>Opened and closed by the threads that start and stop the route, and asked by them, where nothing else is said.
 */
final class RouteSinks implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RouteSinks.class);
    private static final long ANSWER_SECONDS = 60;

    private record Sink(RedisClusterEndpoint endpoint, Destination destination) {}

    private final List<Sink> sinks = new CopyOnWriteArrayList<>();

    private RouteSinks() {}

    /**
     * Connects to them, where nobody has yet.
     *
     * @throws IOException if one cannot be reached, or cannot serve as a destination; none is held then
     */
    static RouteSinks of(RouteInspection route) throws IOException {
        var opened = new RouteSinks();
        try {
            for (RedisClusterEndpoint endpoint : route.sinks()) {
                opened.sinks.add(new Sink(endpoint, endpoint.acquire()));
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Nothing of these shards that still waits there is sent any more. Waits.
     *
     * @return whether that is certain
     */
    boolean abandon(List<SourceShard> shards) {
        try {
            for (Sink sink : sinks) {
                await(sink, sink.destination().abandon(shards));
            }
            return true;
        } catch (IOException e) {
            LOG.warn("what was on its way there may still be applied: {}", e.getMessage());
            return false;
        }
    }

    /** The first one on the way. */
    Optional<Destination> first() {
        return sinks.stream().map(Sink::destination).findFirst();
    }

    /** What large values are decoded for: the destination, if there is one; for several, each rewrites what it must. */
    DecodeTarget largeValuesFor() {
        if (sinks.size() != 1) {
            return DecodeTarget.NEWEST;
        }
        ServerVersion version = sinks.get(0).destination().version();
        RdbDialect.Fork fork = version.valkey() ? RdbDialect.Fork.VALKEY : RdbDialect.Fork.REDIS;
        return DecodeTarget.of(fork, version.major(), version.minor(), version.patch());
    }

    /**
     * Compares the modules of each with those of the source.
     *
     * @throws IllegalArgumentException if some are missing and the route is not to start then
     */
    void compareModules(ModuleCheck check, Optional<ServerModules> offered) {
        for (Sink sink : sinks) {
            check.compare(
                    offered, sink.endpoint().getNodes(), sink.destination().modules());
        }
    }

    /**
     * Another master of a shard goes on with its stream behind that point: what was read before of keys is read again. Does not
     * wait; any thread.
     *
     * @return ends when none of them has any of that left
     */
    CompletionStage<?> lostBehind(SourceShard shard, StreamPoint point) {
        return CompletableFuture.allOf(sinks.stream()
                .map(sink -> sink.destination().lostBehind(shard, point).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    /** All of them; none once they are closed. Any thread. */
    List<Destination> all() {
        return sinks.stream().map(Sink::destination).toList();
    }

    /** Whether none has a key, Caravan's own left out. Waits. */
    boolean holdNothing() throws IOException {
        var any = new AtomicBoolean();
        BitSet slots = HashSlot.all();
        for (Sink sink : sinks) {
            await(
                    sink,
                    sink.destination()
                            .walk(slots, (database, keys) -> {
                                any.set(true);
                                return CompletableFuture.failedStage(new KeyFoundException());
                            })
                            .exceptionally(failure -> ignoreIfFound(any, failure)));
        }
        return !any.get();
    }

    private static @Nullable Void ignoreIfFound(AtomicBoolean any, Throwable failure) {
        if (!any.get()) {
            throw new CompletionException(failure);
        }
        return null;
    }

    /** One key is enough to know. */
    private static final class KeyFoundException extends Exception {
        private static final long serialVersionUID = 1L;

        KeyFoundException() {
            super("a key", null, false, false);
        }
    }

    /** Says at each that the task writes to it; where that is not possible now, it is said before keys are swept. Waits. */
    void register(String task) {
        for (Sink sink : sinks) {
            try {
                Set<String> others = await(sink, new TaskNames(sink.destination()::call).besides(task));
                if (!others.isEmpty()) {
                    LOG.info(
                            "task {}: {} is written to by other tasks, too: {}",
                            task,
                            sink.endpoint().getNodes(),
                            others);
                }
            } catch (IOException e) {
                LOG.warn("task {}: its name could not be left in caravan:tasks: {}", task, e.getMessage());
            }
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        return String.valueOf(
                failure instanceof CompletionException && cause != null ? cause.getMessage() : failure.getMessage());
    }

    private static <T> T await(Sink sink, CompletionStage<T> stage) throws IOException {
        String nodes = sink.endpoint().getNodes();
        try {
            return stage.toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            String reason = e.getCause() == null ? "no answer within " + ANSWER_SECONDS + " s" : reason(e.getCause());
            throw new IOException("destination " + nodes + " cannot be asked: " + reason, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking destination " + nodes, e);
        }
    }

    boolean isEmpty() {
        return sinks.isEmpty();
    }

    /** Others may go on to use them. Waits for the connections to be closed if nobody does. */
    @Override
    public void close() {
        sinks.forEach(sink -> sink.endpoint().release());
        sinks.clear();
    }
}
