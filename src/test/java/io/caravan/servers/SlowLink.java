package io.caravan.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network before one server on 127.0.0.1: a port of its own, whose connections go on to the server's, as fast as the server
 * takes them unless told otherwise.
 *
 * <p>Each connection has two daemon threads. All methods are for any thread.
 */
public final class SlowLink implements AutoCloseable {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    private static final int BUFFER_BYTES = 16_384;
    private static final int WAITING_CONNECTIONS = 512;

    private final int port;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private Optional<ServerSocket> listener = Optional.empty();
    private Thread acceptor = new Thread();
    private volatile long delayNanos;
    private volatile int bytesPerSecond;

    private SlowLink(int port, int target) {
        this.port = port;
        this.target = target;
    }

    /** A link to the server on this port; {@link #open()} makes it usable. */
    static SlowLink to(int target) {
        return new SlowLink(Ports.take(), target);
    }

    /** Where clients connect to. */
    int port() {
        return port;
    }

    /** Every piece that is read waits this long before it goes on; 0 for not at all. */
    public void delayMillis(int millis) {
        delayNanos = millis * 1_000_000L;
    }

    /** The most that each connection carries in each direction; 0 for as much as it can. */
    public void bytesPerSecond(int bytes) {
        bytesPerSecond = bytes;
    }

    /** Closes every connection; new ones are taken at once. */
    public void cut() {
        open.forEach(SlowLink::closeQuietly);
    }

    /** Takes connections from now on. */
    synchronized void open() {
        if (listener.isPresent()) {
            return;
        }
        try {
            ServerSocket fresh = new ServerSocket();
            fresh.setReuseAddress(true);
            fresh.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), WAITING_CONNECTIONS);
            listener = Optional.of(fresh);
            acceptor = start("link-" + port, () -> accept(fresh));
        } catch (IOException e) {
            throw new UncheckedIOException("no link on port " + port + ": " + e.getMessage(), e);
        }
    }

    /** Closes every connection, and refuses new ones as the port of a dead server does. */
    synchronized void shut() {
        listener.ifPresent(SlowLink::closeQuietly);
        listener = Optional.empty();
        // The port is free only when the thread that waits at it has woken up.
        Await.until("port " + port + " is free", CLOSE_LIMIT, () -> !acceptor.isAlive());
        cut();
    }

    @Override
    public void close() {
        shut();
        Ports.giveBack(port);
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket client = from.accept();
                start("link-" + port + "-connect", () -> connect(client));
            } catch (IOException e) {
                closeQuietly(from); // shut(); nobody else closes it
            }
        }
    }

    private void connect(Socket client) {
        open.add(client);
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(server);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            start("link-" + port + "-back", () -> carry(server, client));
            carry(client, server);
        } catch (IOException e) {
            close(client); // The server does not listen, or has closed: so does the link.
        }
    }

    /** Until either end is closed; then both are. */
    private void carry(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                Await.moment(System.nanoTime() + delayNanos + duration(read));
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            closeQuietly(from); // The same as the end of the stream: both ends are closed.
        } finally {
            close(from);
            close(to);
        }
    }

    private long duration(int bytes) {
        int limit = bytesPerSecond;
        return limit == 0 ? 0 : bytes * 1_000_000_000L / limit;
    }

    private void close(Socket socket) {
        open.remove(socket);
        closeQuietly(socket);
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException(e); // a socket's close fails for nothing that could be mended
        }
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public String toString() {
        return "link from port " + port + " to " + target;
    }
}
