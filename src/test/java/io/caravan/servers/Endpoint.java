package io.caravan.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import javax.net.SocketFactory;

/**
 * How to reach one server.
 *
 * @param user the ACL user; empty for the default user
 * @param password empty for none
 * @param sockets a TLS factory, or {@link SocketFactory#getDefault()}
 */
public record Endpoint(String host, int port, String user, String password, SocketFactory sockets) {
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    /** No password, no TLS. */
    public static Endpoint of(String host, int port) {
        return new Endpoint(host, port, "", "", SocketFactory.getDefault());
    }

    /** Reads {@code host:port}. */
    static Endpoint parse(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return of(hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    }

    /** Another server of the same deployment. */
    Endpoint at(String otherHost, int otherPort) {
        return new Endpoint(otherHost, otherPort, user, password, sockets);
    }

    /** The same server with other credentials; an empty user is the default user. */
    public Endpoint as(String newUser, String newPassword) {
        return new Endpoint(host, port, newUser, newPassword, sockets);
    }

    /** A new connection, authenticated. Throws {@link UncheckedIOException} if nobody answers. */
    public RespClient open() {
        RespClient client = new RespClient(toString(), connect());
        if (!password.isEmpty()) {
            List<Object> words = new ArrayList<>(List.of("AUTH"));
            if (!user.isEmpty()) {
                words.add(user);
            }
            words.add(password);
            client.call(Request.of(words.toArray()));
        }
        return client;
    }

    private Socket connect() {
        try {
            Socket socket = sockets.createSocket();
            socket.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException("no connection to " + this + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
