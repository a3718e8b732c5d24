package io.caravan.camel;

import io.caravan.command.BatchOrigin;
import io.caravan.command.CommandBatch;
import io.caravan.command.SourceShard;
import io.caravan.command.StreamPoint;
import io.caravan.replication.BatchSink;
import io.caravan.replication.Delivery;
import java.util.concurrent.CompletionStage;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands the batches of all shards to the route, each as an exchange, and tells the replication how each has ended.
 *
 * <p>Many exchanges are on their way at once; the next one of a shard is sent as soon as the sink has taken the one before.
 * Called on the shards' threads; exchanges end on the sink's.
 */
final class RouteFeed implements BatchSink {

    private final DefaultConsumer consumer;
    private final boolean sinkIsLast;
    private final boolean hasSink;
    private final RouteSinks destinations;
    private final SendingPace pace;
    private volatile @Nullable ReplicationMeters meters;

    /** @param destinations where the route leads */
    RouteFeed(DefaultConsumer consumer, RouteInspection route, RouteSinks destinations, SendingPace pace) {
        this.consumer = consumer;
        sinkIsLast = route.sinkIsLast();
        hasSink = !destinations.isEmpty();
        this.destinations = destinations;
        this.pace = pace;
    }

    /** From now on the size of each batch is counted there. Any thread. */
    void countBy(ReplicationMeters counting) {
        meters = counting;
    }

    @Override
    public void awaitReady(CommandBatch batch) {
        pace.await(batch);
    }

    @Override
    public void accept(CommandBatch batch, Delivery delivery) {
        Exchange exchange = consumer.createExchange(false);
        BatchOrigin origin = batch.origin();
        Message message = exchange.getMessage();
        message.setBody(batch);
        message.setHeader(RedisReplicationConstants.SHARD, origin.shard().name());
        message.setHeader(RedisReplicationConstants.PHASE, origin.phase());
        message.setHeader(RedisReplicationConstants.OFFSET, origin.endOffset());
        message.setHeader(RedisReplicationConstants.REPLICATION_ID, origin.replicationId());
        message.setHeader(RedisReplicationConstants.BATCH_SIZE, batch.size());
        if (sinkIsLast) {
            SinkPosition.markLast(exchange);
        }
        ReplicationMeters bound = meters;
        if (bound != null) {
            bound.batch(batch.size());
        }
        consumer.getAsyncProcessor().process(exchange, new BatchEnd(exchange, batch, delivery));
    }

    @Override
    public CompletionStage<?> lostBehind(SourceShard shard, StreamPoint point) {
        return destinations.lostBehind(shard, point);
    }

    /** What follows the end of an exchange; on the thread that ended it. */
    private final class BatchEnd implements AsyncCallback {

        private final Exchange exchange;
        private final CommandBatch batch;
        private final Delivery delivery;

        private BatchEnd(Exchange exchange, CommandBatch batch, Delivery delivery) {
            this.exchange = exchange;
            this.batch = batch;
            this.delivery = delivery;
        }

        @Override
        public void done(boolean doneSync) {
            Throwable failure = failure();
            boolean abandoned = SinkPosition.isAbandoned(exchange);
            batch.release();
            consumer.releaseExchange(exchange, false);
            if (failure != null) {
                delivery.failed(failure);
            } else if (!abandoned) {
                delivery.applied();
            }
        }

        /** A failure that the route has disposed of (a dead letter channel) counts if it kept the batch from its sink. */
        private @Nullable Throwable failure() {
            Throwable failure = exchange.getException();
            return failure == null && hasSink && !delivery.isTaken()
                    ? exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class)
                    : failure;
        }
    }
}
