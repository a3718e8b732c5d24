package io.caravan.replication;

import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.KnownBy;
import io.caravan.node.Credentials;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the source, once at the start of a session, for the commands that it has beyond the command table: those of modules, and
 * of versions that are newer than the table.
 *
 * <p>One master is asked: a deployment whose masters have different modules could not fail over or move slots. Waits for the
 * network; thread-safe: holds no state.
 */
final class SourceCommands {

    private static final Logger LOG = LoggerFactory.getLogger(SourceCommands.class);
    private static final int MOST_NAMES_LOGGED = 20;

    private final Transport transport;
    private final Credentials credentials;

    SourceCommands(Transport transport, Credentials credentials) {
        this.transport = transport;
        this.credentials = credentials;
    }

    /**
     * The command table, and what the first master that answers says beyond it; empty if the account may not ask.
     *
     * @throws SourceException if no master can be reached
     */
    Optional<CommandTable> of(List<SourceMaster> masters) throws IOException {
        IOException unreachable = SourceException.retry("the source has no master to be asked for its commands");
        for (SourceMaster master : masters) {
            try {
                return ask(master);
            } catch (IOException e) {
                unreachable = e;
            }
        }
        throw unreachable;
    }

    private Optional<CommandTable> ask(SourceMaster master) throws IOException {
        try (var connection = SourceConnection.open(transport, master.address(), credentials)) {
            Reply reply = connection.ask("COMMAND");
            if (!(reply instanceof Reply.Elements)) {
                LOG.info(
                        "source {} does not tell its commands ('{}'); if it has modules, grant the user +command",
                        master.address(),
                        MalformedRespException.quote(reply.text()));
                return Optional.empty();
            }
            CommandTable commands = CommandTable.standard().with(reply);
            log(master, commands);
            return Optional.of(commands);
        }
    }

    private static void log(SourceMaster master, CommandTable commands) {
        List<String> names = commands.all().stream()
                .filter(command -> command.knownBy() == KnownBy.SERVER)
                .map(CommandSpec::name)
                .sorted()
                .toList();
        if (!names.isEmpty()) {
            LOG.info(
                    "source {} describes commands of its own, {} in number; none of them is applied twice: {}{}",
                    master.address(),
                    names.size(),
                    names.stream().limit(MOST_NAMES_LOGGED).collect(Collectors.joining(", ")),
                    names.size() > MOST_NAMES_LOGGED ? ", …" : "");
        }
    }
}
