package io.caravan.servers;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;

/** A Sentinel on 127.0.0.1 that watches one master, until it is closed. For one thread at a time. */
public final class Sentinel implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final ServerProcess process;
    private final Endpoint endpoint;

    private Sentinel(ServerProcess process, int port) {
        this.process = process;
        endpoint = Endpoint.of("127.0.0.1", port);
    }

    /** Starts one of the master's own program, and returns when it answers. */
    public static Sentinel watching(RedisServer master) {
        var process = new ServerProcess(master.program());
        int port = Ports.take();
        var sentinel = new Sentinel(process, port);
        process.start(
                List.of(
                        "bind 127.0.0.1",
                        "port " + port,
                        "dir \"" + process.folder() + "\"",
                        "sentinel monitor watched " + master.host() + " " + master.port() + " 1"),
                "--sentinel");
        try {
            Await.until("the Sentinel answers", START_LIMIT, sentinel::answers);
            return sentinel;
        } catch (AssertionError e) {
            sentinel.close();
            throw e;
        }
    }

    private boolean answers() {
        try (RespClient client = endpoint.open()) {
            return "PONG".equals(client.call("PING"));
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** {@code host:port}. */
    public String address() {
        return endpoint.toString();
    }

    @Override
    public void close() {
        process.remove();
        Ports.giveBack(endpoint.port());
    }
}
