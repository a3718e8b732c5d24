package io.caravan.replication;

import io.caravan.node.ServerInfo;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Asks a master what its history is called. Waits for the network; called by the thread of the start. */
final class SourceHistories {

    private SourceHistories() {}

    /**
     * Its replication id and, if it was a replica of another master, the one of that. Rule: Redis documentation, INFO, section
     * replication.
     *
     * @return none if the account may not ask
     */
    static List<String> of(SourceSettings settings, SourceMaster master) throws IOException {
        try (SourceConnection connection =
                SourceConnection.open(settings.transport(), master.address(), settings.credentials())) {
            Reply reply = connection.ask("INFO", "replication");
            if (reply instanceof Reply.Failure) {
                return List.of();
            }
            ServerInfo info = ServerInfo.parse(reply.text());
            return Stream.of(info.field("master_replid"), info.field("master_replid2"))
                    .flatMap(Optional::stream)
                    .filter(id -> !id.isEmpty() && !id.matches("0+"))
                    .toList();
        }
    }
}
