package io.caravan.camel;

import io.caravan.cluster.Destination;
import io.caravan.cluster.DestinationClosedException;
import io.caravan.command.CommandBatch;
import io.caravan.command.OutOfOrderException;
import io.caravan.command.RedisCommand;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.support.DefaultAsyncProducer;
import org.jspecify.annotations.Nullable;

/**
 * Applies the batches and commands that arrive, and ends their exchanges when the destination has acknowledged them.
 *
 * <p>Called by any thread; does not wait. Exchanges end on the destination's event loop if nothing but their consumer
 * comes after, else on a thread of the producer's own, so that later steps of the route may take their time.
 */
@ManagedResource(description = "Managed Redis Cluster Producer")
public class RedisClusterProducer extends DefaultAsyncProducer {

    private final RedisClusterEndpoint endpoint;
    private @Nullable Destination destination;
    private @Nullable ExecutorService laterSteps;

    public RedisClusterProducer(RedisClusterEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        Optional<Destination> answering = endpoint.acquireOrDefer();
        if (answering.isEmpty()) {
            return;
        }
        destination = answering.get();
        laterSteps = endpoint.getCamelContext()
                .getExecutorServiceManager()
                .newSingleThreadExecutor(this, "RedisClusterLaterSteps");
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        if (laterSteps != null) {
            endpoint.getCamelContext().getExecutorServiceManager().shutdown(laterSteps);
            laterSteps = null;
        }
        if (destination != null) {
            destination = null;
            endpoint.release();
        }
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            apply(exchange, callback);
            return false;
        } catch (Exception e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
    }

    private void apply(Exchange exchange, AsyncCallback callback) throws OutOfOrderException {
        Destination open = destination;
        ExecutorService threads = laterSteps;
        if (open == null || threads == null) {
            throw new IllegalStateException("redis-cluster:" + endpoint.getNodes() + " is not started");
        }
        Object body = exchange.getMessage().getBody();
        Executor end = SinkPosition.isLast(exchange) ? Runnable::run : threads;
        if (body instanceof CommandBatch batch) {
            open.apply(batch, failure -> end.execute(() -> ended(exchange, callback, batch.size(), failure)));
        } else if (body instanceof RedisCommand command) {
            CommandBatch alone = command.alone();
            open.apply(command, alone, failure -> end.execute(() -> ended(exchange, callback, 1, failure)));
        } else {
            call(open, SingleCommand.of(body), exchange, callback, threads);
        }
    }

    private static void ended(Exchange exchange, AsyncCallback callback, int commands, @Nullable Throwable failure) {
        if (failure == null) {
            exchange.getMessage().setHeader(RedisClusterConstants.APPLIED, commands);
        } else if (failure instanceof DestinationClosedException) {
            SinkPosition.abandon(exchange);
        } else {
            exchange.setException(failure);
        }
        callback.done(false);
    }

    private static void call(
            Destination open, List<byte[]> command, Exchange exchange, AsyncCallback callback, Executor threads) {
        open.call(command)
                .whenCompleteAsync(
                        (reply, failure) -> {
                            if (failure == null) {
                                exchange.getMessage().setHeader(RedisClusterConstants.REPLY, reply);
                                if (exchange.getPattern().isOutCapable()) {
                                    exchange.getMessage().setBody(reply);
                                }
                            }
                            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                            ended(exchange, callback, 1, cause);
                        },
                        threads);
    }

    @ManagedAttribute(description = "Batches taken so far")
    public long getBatches() {
        Destination open = destination;
        return open == null ? 0 : open.batches();
    }

    @ManagedAttribute(description = "Commands left out because the destination has no form for them, by command")
    public String getCommandsLeftOut() {
        Destination open = destination;
        return open == null ? "" : open.commandsLeftOut().toString();
    }

    @ManagedAttribute(description = "Commands that the destination refused, by command and error")
    public String getRefusedCommands() {
        Destination open = destination;
        return open == null ? "" : open.refusedCommands().toString();
    }
}
