package io.caravan.replication;

import io.caravan.node.NodeAddress;
import io.caravan.node.ServerModules;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a node of the source for its modules. Waits for the network; called by the thread of the start. */
final class SourceModules {

    private static final Logger LOG = LoggerFactory.getLogger(SourceModules.class);

    private SourceModules() {}

    /**
     * Asks one master: those of a cluster have the same modules.
     *
     * @return empty if the account may not ask
     */
    static Optional<ServerModules> of(SourceSettings settings, SourceMaster master) throws IOException {
        if (master.version().isPresent() && !master.version().get().atLeast(4, 0)) {
            return Optional.of(ServerModules.NONE);
        }
        NodeAddress node = master.address();
        try (SourceConnection connection = SourceConnection.open(settings.transport(), node, settings.credentials())) {
            Reply reply = connection.call("MODULE", "LIST");
            if (reply instanceof Reply.Elements modules) {
                return Optional.of(ServerModules.of(
                        modules.replies().stream().map(SourceModules::texts).toList()));
            }
            LOG.warn(
                    "source {} does not tell its modules ('{}'), so whether the destination has them too is not checked."
                            + " Grant the user +module|list (+module before Redis 7.0)",
                    node,
                    MalformedRespException.quote(reply.text()));
            return Optional.empty();
        }
    }

    private static List<String> texts(Reply module) {
        return module instanceof Reply.Elements fields
                ? fields.replies().stream().map(Reply::text).toList()
                : List.of();
    }
}
