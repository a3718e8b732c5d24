package io.caravan.servers;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A script that a server runs until it is closed; meanwhile the server answers {@code BUSY}. For one thread. */
public final class BusyScript implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final RedisServer server;
    private final CompletableFuture<Void> running;

    private BusyScript(RedisServer server) {
        this.server = server;
        running = CompletableFuture.runAsync(() -> loop(server));
    }

    /** Returns when the server is busy. */
    public static BusyScript on(RedisServer server) {
        server.command("CONFIG", "SET", "lua-time-limit", "1");
        var script = new BusyScript(server);
        Await.until(server + " is busy", PATIENCE, () -> isBusy(server));
        return script;
    }

    private static void loop(RedisServer server) {
        try (var client = server.connect()) {
            client.call("EVAL", "while true do end", "0");
        } catch (RespError e) {
            if (!String.valueOf(e.getMessage()).contains("Script killed")) {
                throw e;
            }
        }
    }

    private static boolean isBusy(RedisServer server) {
        try {
            server.command("PING");
            return false;
        } catch (RespError e) {
            return e.code().equals("BUSY");
        }
    }

    /** Returns when the script has ended. */
    @Override
    public void close() {
        server.command("SCRIPT", "KILL");
        try {
            running.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the script of " + server + " does not end", e);
        }
    }
}
