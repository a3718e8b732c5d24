package io.caravan.transform;

import io.caravan.command.CommandBatch;
import io.caravan.command.RedisCommand;
import java.util.Iterator;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * What a processor of this room is to Camel: a step that takes a batch, or a single command of a batch that was split.
 *
 * <p>Used by the threads of all shards at once.
 */
public abstract class BatchProcessor implements Processor {

    /**
     * Changes the batch in place.
     *
     * @throws Exception if the batch must not go on; the shard stops before it
     */
    protected abstract void process(CommandBatch batch) throws Exception;

    @Override
    public final void process(Exchange exchange) throws Exception {
        Object body = exchange.getMessage().getBody();
        if (body instanceof CommandBatch batch) {
            process(batch);
        } else if (body instanceof RedisCommand command) {
            processAlone(exchange, command);
        } else {
            throw new IllegalArgumentException(getClass().getSimpleName()
                    + " takes what redis-replication: sends (a CommandBatch, or a RedisCommand of a split one), not "
                    + (body == null ? "an empty body" : "a " + body.getClass().getName())
                    + "; put the step before those that change the body");
        }
    }

    /** A command that is taken out ends its exchange; one that is preceded by another becomes a batch of both. */
    private void processAlone(Exchange exchange, RedisCommand command) throws Exception {
        CommandBatch alone = command.alone();
        process(alone);
        Iterator<RedisCommand> left = alone.iterator();
        if (!left.hasNext()) {
            exchange.setRouteStop(true);
            return;
        }
        RedisCommand first = left.next();
        if (left.hasNext()) {
            throw new IllegalStateException(getClass().getSimpleName() + " has to put a command before "
                    + command.name() + "; use it on the batch, before it is split");
        }
        exchange.getMessage().setBody(first);
    }
}
