package io.caravan.servers;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A small blocking RESP2 client on one connection, for one thread at a time.
 *
 * <p>Replies are those of {@link RespReader}; where the request is given as text, bulk strings in the reply are text too.
 * A lost connection is an {@link UncheckedIOException}, as is a read that takes longer than the {@link #timeout},
 * 30 s at first; only after a time-out that met no part of a reply may the same reply be read again.
 */
public final class RespClient implements AutoCloseable {
    private static final Duration FIRST_TIMEOUT = Duration.ofSeconds(30);

    private final String server;
    private final Socket socket;
    private final RespReader in;
    private final OutputStream out;

    RespClient(String server, Socket socket) {
        this.server = server;
        this.socket = socket;
        timeout(FIRST_TIMEOUT);
        try {
            in = new RespReader(socket.getInputStream());
            out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** How long a reply may take from now on. */
    public void timeout(Duration limit) {
        try {
            socket.setSoTimeout(Math.toIntExact(limit.toMillis()));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Sends a command and returns its reply, bulk strings as text. Throws {@link RespError} for an error reply. */
    public @Nullable Object call(String... words) {
        return text(call(Request.of((Object[]) words)));
    }

    /** Sends a command and returns its reply, bulk strings as bytes. Throws {@link RespError} for an error reply. */
    public @Nullable Object call(byte[]... words) {
        return call(Request.of((Object[]) words));
    }

    public @Nullable Object call(Request request) {
        send(request);
        Object reply = read(request);
        if (reply instanceof RespError error) {
            throw error.to(request);
        }
        return reply;
    }

    /** Sends everything, then reads every reply; an error reply is a {@link RespError} in the list. */
    public List<@Nullable Object> pipeline(List<Request> requests) {
        requests.forEach(this::send);
        List<@Nullable Object> replies = new ArrayList<>(requests.size());
        for (Request request : requests) {
            replies.add(read(request));
        }
        return replies;
    }

    /** Puts a request into the output buffer; {@link #read(Request)} or {@link #flush()} sends it. */
    public void send(Request request) {
        try {
            request.writeTo(out);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** The reply to the oldest request that has none yet; an error reply is returned, not thrown. */
    public @Nullable Object read(Request request) {
        flush();
        try {
            return request.readReplyFrom(in);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Whatever the server sends next, for subscriptions and MONITOR. */
    public @Nullable Object read() {
        return read(Request.of("PING"));
    }

    private UncheckedIOException failure(IOException e) {
        return new UncheckedIOException("connection to " + server + " failed: " + e.getMessage(), e);
    }

    /** The reply with every bulk string in it as UTF-8 text. */
    static @Nullable Object text(@Nullable Object reply) {
        if (reply instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        if (reply instanceof List<?> items) {
            List<@Nullable Object> texts = new ArrayList<>(items.size());
            items.forEach(item -> texts.add(text(item)));
            return texts;
        }
        return reply;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public String toString() {
        return "client of " + server;
    }
}
