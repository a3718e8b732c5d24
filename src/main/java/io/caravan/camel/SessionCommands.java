package io.caravan.camel;

import io.caravan.cluster.Destination;
import io.caravan.command.CommandTable;
import io.caravan.replication.ReplicationSession;
import io.caravan.replication.SourceMaster;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What commands mean in one session: the command table, and what the source says beyond it; where the source does not say,
 * what the destination does, since it has to have the same modules. Used by the consumer, on the thread of its start.
 */
final class SessionCommands {

    private static final Logger LOG = LoggerFactory.getLogger(SessionCommands.class);

    private SessionCommands() {}

    /**
     * Asks one after the other. Waits for the network.
     *
     * @param destination the one to ask then, if the route leads to one
     * @throws IOException if one that is asked cannot be reached
     */
    static CommandTable of(
            ReplicationSession session,
            List<SourceMaster> masters,
            Optional<Destination> destination,
            long timeoutMillis)
            throws IOException {
        Optional<CommandTable> told = session.findCommands(masters);
        if (told.isPresent() || destination.isEmpty()) {
            return told.orElse(CommandTable.standard());
        }
        return askDestination(destination.get(), timeoutMillis);
    }

    private static CommandTable askDestination(Destination destination, long timeoutMillis) throws IOException {
        try {
            return destination.commands().toCompletableFuture().get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.info(
                    "neither source nor destination tells its commands ({}); of those that Caravan does not know, argument 1"
                            + " is taken for the key",
                    e instanceof TimeoutException ? "no answer within " + timeoutMillis + " ms" : e.getCause());
            return CommandTable.standard();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the destination was asked for its commands", e);
        }
    }
}
