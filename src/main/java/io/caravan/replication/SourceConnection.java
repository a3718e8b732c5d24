package io.caravan.replication;

import io.caravan.node.Credentials;
import io.caravan.node.NodeAddress;
import io.caravan.node.Refusal;
import io.caravan.node.ServerInfo;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import io.caravan.resp.RespWriter;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * An authenticated connection to one server of the source: requests and their replies, and after {@code PSYNC} the bytes
 * of snapshot and stream.
 *
 * <p>Methods that wait are called on the threads of shards and of the start, never on an event loop.
 */
final class SourceConnection implements AutoCloseable {

    private final NodeAddress node;
    private final Channel channel;
    private final SourceChannelHandler handler;
    private final Duration requestTimeout;

    private SourceConnection(NodeAddress node, Channel channel, SourceChannelHandler handler, Duration requestTimeout) {
        this.node = node;
        this.channel = channel;
        this.handler = handler;
        this.requestTimeout = requestTimeout;
    }

    /**
     * Connects and authenticates.
     *
     * @throws SourceException if the server cannot be reached, or refuses the credentials: only the latter is of no use to repeat
     */
    static SourceConnection open(Transport transport, NodeAddress node, Credentials credentials) throws IOException {
        var handler = new SourceChannelHandler(node);
        var bootstrap = new Bootstrap()
                .group(transport.group())
                .channel(transport.channelType())
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(transport.connectTimeout().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        SslHandler tls = tls(transport, node);
                        if (tls != null) {
                            channel.pipeline().addLast(tls);
                        }
                        channel.pipeline().addLast(handler);
                    }
                });
        var connected = bootstrap.connect(node.host(), node.port()).awaitUninterruptibly();
        if (!connected.isSuccess()) {
            throw SourceException.retry(
                    "source " + node + " cannot be reached: " + reason(connected.cause())
                            + "; check address, port and firewall",
                    connected.cause());
        }
        var connection = new SourceConnection(node, connected.channel(), handler, transport.requestTimeout());
        try {
            connection.authenticate(credentials);
        } catch (IOException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    /** The server at the other end. */
    NodeAddress node() {
        return node;
    }

    /** Sends a request and waits for its reply. */
    Reply call(String... arguments) throws IOException {
        var writer = new RespWriter(64);
        writer.command(arguments);
        return await(requests(writer, 1).get(0), arguments[0]);
    }

    /** Sends {@code count} commands at once; any number may be on their way. */
    List<CompletableFuture<Reply>> requests(RespWriter commands, int count) {
        return handler.requests(channel, Unpooled.wrappedBuffer(commands.toByteArray()), count);
    }

    /** Asks how far the replication stream has come; empty where the account may not ask. */
    OptionalLong replicationOffset() throws IOException {
        return offsetIn(replication());
    }

    /** Asks what the server says of its replication; says nothing where the account may not ask. */
    ServerInfo replication() throws IOException {
        Reply reply = ask("INFO", "replication");
        return ServerInfo.parse(reply instanceof Reply.Failure ? "" : reply.text());
    }

    /**
     * Sends a request and waits for its reply. A refusal is an answer, unless it passes by itself: a script that runs for long, or
     * data that are being loaded, say nothing of what the account may ask.
     */
    Reply ask(String... command) throws IOException {
        Reply reply = call(command);
        if (reply instanceof Reply.Failure failure && new Refusal(failure.text()).passes()) {
            throw SourceException.retry("source " + node + " refuses " + command[0] + " at the moment: '"
                    + MalformedRespException.quote(failure.text()) + "'");
        }
        return reply;
    }

    /** How far the stream has come by what a server says of its replication; empty if it does not say. */
    static OptionalLong offsetIn(ServerInfo replication) {
        long offset = replication.number("master_repl_offset", -1);
        return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** Asks what time it is; the clock is told the answer. Answers whether the account may ask. */
    boolean askTime(SourceClock clock) throws IOException {
        long asked = SteadyClock.millis();
        OptionalLong told = millisIn(ask("TIME"));
        told.ifPresent(millis -> clock.told(millis, asked, SteadyClock.millis()));
        return told.isPresent();
    }

    /** What {@code TIME} says, in milliseconds since 1970; empty where the account may not ask. */
    static OptionalLong millisIn(Reply reply) {
        if (!(reply instanceof Reply.Elements time) || time.replies().size() != 2) {
            return OptionalLong.empty();
        }
        try {
            long seconds = Long.parseLong(time.replies().get(0).text());
            long micros = Long.parseLong(time.replies().get(1).text());
            return OptionalLong.of(seconds * 1000 + micros / 1000);
        } catch (NumberFormatException e) {
            return OptionalLong.empty(); // whoever that is, it is no server that knows the time
        }
    }

    /**
     * Sends {@code PSYNC} and waits for its reply. If it is {@code +FULLRESYNC} or {@code +CONTINUE}, everything that the
     * source sends afterwards goes into {@code into}, and no further request can be made.
     *
     * <p>A source that prepares a snapshot may take its time, and sends a newline now and then meanwhile: the reply is
     * waited for as long as the connection lives.
     *
     * @param offset the first byte wanted, or -1 together with the id {@code ?}
     */
    Reply psync(String replicationId, long offset, ByteInlet into) throws IOException {
        var writer = new RespWriter(96);
        writer.command("PSYNC", replicationId, Long.toString(offset));
        return await(
                handler.request(channel, Unpooled.wrappedBuffer(writer.toByteArray()), into), "PSYNC", Long.MAX_VALUE);
    }

    /** Tells the source how far the stream has been applied. From any thread; does not wait. */
    void acknowledge(long offset) {
        var writer = new RespWriter(64);
        writer.command("REPLCONF", "ACK", Long.toString(offset));
        channel.writeAndFlush(Unpooled.wrappedBuffer(writer.toByteArray()), channel.voidPromise());
    }

    /** The channel, for timers and for the valve. */
    Channel channel() {
        return channel;
    }

    /** {@link System#nanoTime()} of the last byte received. */
    long lastReceivedNanos() {
        return handler.lastReceivedNanos();
    }

    /** Number of bytes received since the connection was made. */
    long receivedBytes() {
        return handler.receivedBytes();
    }

    /** Closes the connection for a reason, which readers of the queue get to see. From any thread. */
    void close(IOException reason) {
        handler.fail(reason);
        channel.close();
    }

    @Override
    public void close() {
        close(SourceException.retry("connection to source " + node + " was closed"));
    }

    private void authenticate(Credentials credentials) throws IOException {
        if (credentials.none()) {
            return;
        }
        Reply reply = credentials.user().isPresent()
                ? call("AUTH", credentials.user().get(), credentials.password())
                : call("AUTH", credentials.password());
        if (reply instanceof Reply.Failure failure
                && knowsNoUsers(failure)
                && credentials.user().isPresent()) {
            reply = call("AUTH", credentials.whole());
        }
        if (reply instanceof Reply.Failure failure) {
            throw new Refusal(failure.text()).isOfCredentials()
                    ? refusedCredentials(failure, credentials)
                    : refusedForTheMoment(failure);
        }
    }

    /** Redis before 6.0 takes one argument: {@code ERR wrong number of arguments for 'auth' command}. */
    private static boolean knowsNoUsers(Reply.Failure failure) {
        return failure.text().toLowerCase(Locale.ROOT).contains("wrong number of arguments");
    }

    /** Whatever else an error says that is read in answer to {@code AUTH}, it is no reason to give the source up. */
    private SourceException refusedForTheMoment(Reply.Failure failure) {
        return SourceException.retry("source " + node + " takes no connection at the moment: '"
                + MalformedRespException.quote(failure.text())
                + "'; if that does not pass, look at its maxclients, and into its log");
    }

    private SourceException refusedCredentials(Reply.Failure failure, Credentials credentials) {
        String quoted = "'" + MalformedRespException.quote(failure.text()) + "'";
        if (failure.text().toLowerCase(Locale.ROOT).contains("no password is set")
                || failure.text().contains("without any password configured")) {
            return SourceException.stop("source " + node + " has no password, but credentials were given: " + quoted
                    + "; remove the source's password");
        }
        return SourceException.stop("source " + node + " refused " + credentials + ": " + quoted
                + "; check the source's password, written <user>:<password>");
    }

    /** Waits for the reply to {@code request}. */
    Reply await(CompletableFuture<Reply> reply, String request) throws IOException {
        return await(reply, request, requestTimeout.toMillis());
    }

    private Reply await(CompletableFuture<Reply> reply, String request, long timeoutMillis) throws IOException {
        try {
            return reply.get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw SourceException.retry(
                    "source " + node + " did not answer " + request + " within " + requestTimeout.toMillis()
                            + " ms (requestTimeout)",
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw SourceException.retry("connection to source " + node + " failed: " + reason(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SourceException.retry("interrupted while waiting for source " + node, e);
        }
    }

    private static String reason(@Nullable Throwable cause) {
        if (cause == null) {
            return "unknown reason";
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private static @Nullable SslHandler tls(Transport transport, NodeAddress node) {
        if (transport.tls() == null) {
            return null;
        }
        SSLEngine engine = transport.tls().createSSLEngine(node.host(), node.port());
        engine.setUseClientMode(true);
        if (transport.verifyHostname()) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
        }
        return new SslHandler(engine);
    }
}
