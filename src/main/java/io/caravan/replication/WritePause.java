package io.caravan.replication;

import io.caravan.node.Credentials;
import io.caravan.resp.MalformedRespException;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Holds back what clients want to write at the source: {@code CLIENT PAUSE … WRITE}, which Redis has from 6.2 on. What they read, and
 * what replicas are sent, goes on.
 *
 * <p>Used by one thread, which it lets wait for the network.
 */
final class WritePause {

    private final Transport transport;
    private final Credentials credentials;

    WritePause(Transport transport, Credentials credentials) {
        this.transport = transport;
        this.credentials = credentials;
    }

    /**
     * Holds writes back at each master, anew if they are already.
     *
     * @param duration after which the server lets them go by itself
     * @throws SourceException if a master does not do so; nothing is held back then. An interrupt says nothing of the masters: they go
     *     on as they are
     */
    void begin(List<SourceMaster> masters, Duration duration) throws IOException {
        try {
            for (SourceMaster master : masters) {
                ask(master, "PAUSE", Long.toString(duration.toMillis()), "WRITE");
            }
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            try {
                end(masters);
            } catch (IOException further) {
                e.addSuppressed(further);
            }
            throw e;
        }
    }

    /** Lets them go. Every master is asked, whatever the others say. */
    void end(List<SourceMaster> masters) throws IOException {
        IOException failure = null;
        for (SourceMaster master : masters) {
            try {
                ask(master, "UNPAUSE");
            } catch (IOException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void ask(SourceMaster master, String... what) throws IOException {
        SourceConnection connection = SourceConnection.open(transport, master.address(), credentials);
        try {
            String[] request = new String[what.length + 1];
            request[0] = "CLIENT";
            System.arraycopy(what, 0, request, 1, what.length);
            if (connection.call(request) instanceof Reply.Failure failure) {
                throw SourceException.retry("source " + master.address() + " refuses CLIENT " + what[0] + ": '"
                        + MalformedRespException.quote(failure.text())
                        + "'; it takes Redis 6.2 and a user with +client (+client|pause +client|unpause from 7.0 on)."
                        + " Else stop the clients yourself");
            }
        } finally {
            connection.close();
        }
    }
}
