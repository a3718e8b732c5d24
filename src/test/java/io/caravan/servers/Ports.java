package io.caravan.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports on 127.0.0.1. A port and its cluster bus port (10,000 above) both lie below 32768, where Linux takes the
 * ports of outgoing connections from, so that a server finds its port free again after a restart.
 *
 * <p>Tests run in several processes at once. Each locks the bytes of its ports in a file that they share, so that none takes the port
 * of a server of another that is down only for now; the locks end with the process. A stranger may still take the port between our
 * look and the server's bind: {@link RedisServer} tries another.
 */
final class Ports {
    private static final int FIRST = 10_000;
    private static final int LAST = 22_700;
    private static final int BUS_OFFSET = 10_000;
    private static final int ATTEMPTS = 1_000;

    private static final Map<Integer, FileLock> TAKEN = new HashMap<>();
    private static final FileChannel SHARED = open(
            Path.of(System.getProperty("java.io.tmpdir"), "caravan-test-ports-" + System.getProperty("user.name")));

    private Ports() {}

    private static FileChannel open(Path file) {
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port that is free, as is its cluster bus port, and that no other caller has until it is given back. */
    static synchronized int take() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (lock(port)) {
                if (isFree(port) && isFree(port + BUS_OFFSET)) {
                    return port;
                }
                giveBack(port);
            }
        }
        throw new IllegalStateException("no free port between " + FIRST + " and " + LAST);
    }

    private static boolean lock(int port) {
        if (TAKEN.containsKey(port)) {
            return false;
        }
        try {
            FileLock lock = SHARED.tryLock(port, 1, false);
            if (lock != null) {
                TAKEN.put(port, lock);
            }
            return lock != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The cluster bus port of a server that listens there. */
    static int busOf(int port) {
        return port + BUS_OFFSET;
    }

    static synchronized void giveBack(int port) {
        FileLock lock = TAKEN.remove(port);
        if (lock == null) {
            return;
        }
        try {
            lock.release();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false; // That is the answer: somebody has it.
        }
    }
}
