package io.caravan.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports on 127.0.0.1. A port and its cluster bus port (10,000 above) both lie below 32768, where Linux takes the
 * ports of outgoing connections from, so that a server finds its port free again after a restart.
 *
 * <p>Another process may still take the port between our look and the server's bind: {@link RedisServer} tries another.
 */
final class Ports {
    private static final int FIRST = 10_000;
    private static final int LAST = 22_700;
    private static final int BUS_OFFSET = 10_000;
    private static final int ATTEMPTS = 1_000;

    private static final Set<Integer> TAKEN = new HashSet<>();

    private Ports() {}

    /** A port that is free, as is its cluster bus port, and that no other caller has until it is given back. */
    static synchronized int take() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (!TAKEN.contains(port) && isFree(port) && isFree(port + BUS_OFFSET)) {
                TAKEN.add(port);
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + FIRST + " and " + LAST);
    }

    /** The cluster bus port of a server that listens there. */
    static int busOf(int port) {
        return port + BUS_OFFSET;
    }

    static synchronized void giveBack(int port) {
        TAKEN.remove(port);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false; // That is the answer: somebody has it.
        }
    }
}
