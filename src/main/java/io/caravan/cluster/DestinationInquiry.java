package io.caravan.cluster;

import io.caravan.node.NodeAddress;
import io.caravan.resp.Reply;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Questions to one server of a destination, on a connection of their own. For one thread at a time; methods wait. */
public final class DestinationInquiry implements AutoCloseable {

    private final NodeAddress node;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final Duration timeout;

    DestinationInquiry(NodeAddress node, StatefulRedisConnection<byte[], byte[]> connection, Duration timeout) {
        this.node = node;
        this.connection = connection;
        this.timeout = timeout;
    }

    /**
     * Sends commands at once and waits for their replies, one for each; an error is a {@link Reply.Failure}.
     *
     * @param commands names and arguments
     * @throws DestinationException if the connection breaks, or a reply is late
     */
    public List<Reply> ask(List<List<String>> commands) throws DestinationException {
        return askBytes(commands.stream()
                .map(command -> command.stream()
                        .map(word -> word.getBytes(StandardCharsets.UTF_8))
                        .toList())
                .toList());
    }

    /**
     * The same with names and arguments that may be any bytes.
     *
     * @throws DestinationException if the connection breaks, or a reply is late
     */
    public List<Reply> askBytes(List<List<byte[]>> commands) throws DestinationException {
        return sendBytes(commands).await();
    }

    /** Replies that are on their way. */
    @FunctionalInterface
    public interface Pending {

        /**
         * Waits for them, one for each command. Called once.
         *
         * @throws DestinationException if the connection breaks, or a reply is late
         */
        List<Reply> await() throws DestinationException;
    }

    /**
     * The same without waiting: others may be asked meanwhile.
     *
     * @throws DestinationException if the connection is broken
     */
    public Pending sendBytes(List<List<byte[]>> commands) throws DestinationException {
        List<RedisFuture<Object>> sent = new ArrayList<>(commands.size());
        connection.setAutoFlushCommands(false); // all of them in a few packets, and not each in one
        try {
            for (List<byte[]> command : commands) {
                CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
                command.stream().skip(1).forEach(arguments::add);
                // In lower case: at MULTI and SELECT Lettuce would keep books of its own, and wait for an EXEC.
                sent.add(dispatch(name(command).toLowerCase(Locale.ROOT), arguments));
            }
        } finally {
            connection.flushCommands();
            connection.setAutoFlushCommands(true); // Lettuce's own commands, of a new connection, say
        }
        return () -> {
            List<Reply> replies = new ArrayList<>(commands.size());
            for (int i = 0; i < commands.size(); i++) {
                replies.add(await(sent.get(i), name(commands.get(i))));
            }
            return replies;
        };
    }

    private static String name(List<byte[]> command) {
        return new String(command.get(0), StandardCharsets.UTF_8);
    }

    private RedisFuture<Object> dispatch(String name, CommandArgs<byte[], byte[]> arguments)
            throws DestinationException {
        try {
            return connection.async().dispatch(new DestinationAdmin.Keyword(name), new AnyOutput(), arguments);
        } catch (RedisException e) {
            throw new DestinationException(
                    "connection to destination " + node + " broke: " + DestinationAdmin.reason(e), e);
        }
    }

    private Reply await(Future<Object> reply, String name) throws DestinationException {
        try {
            return AnyOutput.typed(reply.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RedisCommandExecutionException refused) {
                return new Reply.Failure(String.valueOf(refused.getMessage()));
            }
            throw new DestinationException(
                    "connection to destination " + node + " broke: "
                            + DestinationAdmin.reason(e.getCause() == null ? e : e.getCause()),
                    e);
        } catch (TimeoutException e) {
            throw new DestinationException(
                    "destination " + node + " did not answer " + name + " within " + timeout.toMillis()
                            + " ms (connectTimeout)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DestinationException("interrupted while waiting for destination " + node, e);
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
