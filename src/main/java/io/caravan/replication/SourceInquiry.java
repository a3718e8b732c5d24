package io.caravan.replication;

import io.caravan.node.NodeAddress;
import io.caravan.resp.Reply;
import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Questions to one server of a source, outside of a session: what a precheck asks. Never becomes a replication link.
 *
 * <p>Methods wait for the network, at most the transport's time-outs; for one thread at a time, never an event loop.
 */
public final class SourceInquiry implements AutoCloseable {

    private final SourceConnection connection;

    private SourceInquiry(SourceConnection connection) {
        this.connection = connection;
    }

    /**
     * Connects and authenticates.
     *
     * @throws SourceException if the server cannot be reached or refuses the credentials
     */
    public static SourceInquiry open(SourceSettings settings, NodeAddress node) throws IOException {
        return new SourceInquiry(SourceConnection.open(settings.transport(), node, settings.credentials()));
    }

    /**
     * Sends commands at once and waits for their replies, one for each; an error is a {@link Reply.Failure}.
     *
     * @param commands names and arguments, none of them {@code PSYNC}
     * @throws SourceException if the connection breaks, or a reply is late
     */
    public List<Reply> ask(List<List<String>> commands) throws IOException {
        return askBytes(commands.stream()
                .map(command -> command.stream()
                        .map(word -> word.getBytes(StandardCharsets.UTF_8))
                        .toList())
                .toList());
    }

    /**
     * The same with names and arguments that may be any bytes.
     *
     * @throws SourceException if the connection breaks, or a reply is late
     */
    public List<Reply> askBytes(List<List<byte[]>> commands) throws IOException {
        return sendBytes(commands).await();
    }

    /** Replies that are on their way. */
    @FunctionalInterface
    public interface Pending {

        /**
         * Waits for them, one for each command. Called once.
         *
         * @throws SourceException if the connection breaks, or a reply is late
         */
        List<Reply> await() throws IOException;
    }

    /** The same without waiting: others may be asked meanwhile. */
    public Pending sendBytes(List<List<byte[]>> commands) {
        var writer = new RespWriter(64 * commands.size());
        commands.forEach(command -> writer.command(command.toArray(byte[][]::new)));
        List<CompletableFuture<Reply>> replies = connection.requests(writer, commands.size());
        return () -> {
            List<Reply> answers = new ArrayList<>(commands.size());
            for (int i = 0; i < commands.size(); i++) {
                String name = new String(commands.get(i).get(0), StandardCharsets.US_ASCII);
                answers.add(connection.await(replies.get(i), name));
            }
            return answers;
        };
    }

    @Override
    public void close() {
        connection.close();
    }
}
