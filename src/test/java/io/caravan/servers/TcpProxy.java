package io.caravan.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A port on 127.0.0.1 behind which another one is: connections are forwarded, and may be slowed down, held, forgotten or cut.
 *
 * <p>Its own threads forward, two for each connection; the faults are set by any thread. It buffers little, so that whoever
 * sends into a held connection soon notices, as on a real network.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final ServerSocket listener;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Object changed = new Object();
    private volatile int target;
    private volatile long bytesPerSecond;
    private volatile long delayNanos;
    private volatile boolean held;
    private volatile boolean refusing;

    private TcpProxy(int target) {
        this.target = target;
        try {
            listener = new ServerSocket();
            listener.setReceiveBufferSize(BUFFER_BYTES);
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("proxy-" + port(), this::accept);
    }

    /** A proxy in front of a port of 127.0.0.1. */
    public static TcpProxy to(int port) {
        return new TcpProxy(port);
    }

    /** Where it listens. */
    public int port() {
        return listener.getLocalPort();
    }

    /** {@code 127.0.0.1:<port>}. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    /** New connections lead to another port; those that are open stay where they are. */
    public void retarget(int port) {
        target = port;
    }

    /** Each connection carries at most so many bytes a second in each direction; 0: as many as it can. */
    public void limit(long bytesEachSecond) {
        bytesPerSecond = bytesEachSecond;
    }

    /** Everything arrives later by so much. */
    public void delay(Duration duration) {
        delayNanos = duration.toNanos();
    }

    /** Nothing is carried any more; connections stay open, and new ones are accepted and carry nothing either. */
    public void hold() {
        held = true;
    }

    /** Ends {@link #hold()}: what was sent meanwhile arrives. */
    public void release() {
        held = false;
        wake();
    }

    /** The open connections never carry anything again and nobody is told, as by a firewall that forgot them; new ones work. */
    public void forgetOpen() {
        connections.forEach(connection -> connection.forgotten = true);
    }

    /** Closes every open connection; new ones work. */
    public void cut() {
        connections.forEach(Connection::close);
    }

    /** Whether new connections are closed at once. */
    public void refuse(boolean refuse) {
        refusing = refuse;
    }

    @Override
    public void close() {
        closeQuietly(listener);
        cut();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (refusing) {
                    client.close();
                } else {
                    open(client);
                }
            } catch (IOException e) {
                continue; // closed, or a client that has gone again
            }
        }
    }

    private void open(Socket client) throws IOException {
        Socket server = new Socket();
        try {
            server.setReceiveBufferSize(BUFFER_BYTES);
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
        } catch (IOException e) {
            closeQuietly(client);
            closeQuietly(server);
            throw e;
        }
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        var connection = new Connection(client, server);
        connections.add(connection);
        start("proxy-to-" + target, () -> connection.carry(client, server));
        start("proxy-from-" + target, () -> connection.carry(server, client));
    }

    private static void start(String name, Runnable task) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void wake() {
        synchronized (changed) {
            changed.notifyAll();
        }
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException("a socket that does not close", e);
        }
    }

    /** A client's connection and ours to the server. */
    private final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile boolean forgotten;
        private volatile boolean closed;

        private Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        private void carry(Socket from, Socket to) {
            byte[] buffer = new byte[BUFFER_BYTES];
            try {
                for (int read = from.getInputStream().read(buffer);
                        read >= 0;
                        read = from.getInputStream().read(buffer)) {
                    Await.moment(System.nanoTime() + delayNanos);
                    awaitOpen();
                    to.getOutputStream().write(buffer, 0, read);
                    long rate = bytesPerSecond;
                    if (rate > 0) {
                        Await.moment(System.nanoTime() + TimeUnit.SECONDS.toNanos(read) / rate);
                    }
                }
            } catch (IOException e) {
                close(); // one side has closed, or we have
            }
            awaitOpen();
            close();
        }

        private void awaitOpen() {
            synchronized (changed) {
                while ((held || forgotten) && !closed) {
                    try {
                        changed.wait();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                }
            }
        }

        private void close() {
            closed = true;
            connections.remove(this);
            closeQuietly(client);
            closeQuietly(server);
            wake();
        }
    }
}
