package io.caravan.sync;

import io.caravan.servers.Await;
import io.caravan.servers.RedisServer;
import io.caravan.servers.RespClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A client that listens to one channel of a server, on a thread of its own. */
final class Subscriber implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final RespClient connection;
    private final List<String> messages = new CopyOnWriteArrayList<>();

    private Subscriber(RespClient connection) {
        this.connection = connection;
    }

    /** Listens from now on. */
    static Subscriber of(RedisServer server, String channel) {
        return subscribed(server, "SUBSCRIBE", channel);
    }

    /** Listens from now on to what is published to a shard; throws the error of a server that has not the channel's slot. */
    static Subscriber ofShard(RedisServer server, String channel) {
        return subscribed(server, "SSUBSCRIBE", channel);
    }

    private static Subscriber subscribed(RedisServer server, String command, String channel) {
        var subscriber = new Subscriber(server.client());
        subscriber.connection.call(command, channel);
        var listener = new Thread(subscriber::listen, "subscriber");
        listener.setDaemon(true);
        listener.start();
        return subscriber;
    }

    /** All messages so far, once the last one is this. */
    List<String> messagesUntil(String last) {
        Await.until("the message '" + last + "' arrives", PATIENCE, () -> messages.contains(last));
        return new ArrayList<>(messages);
    }

    private void listen() {
        try {
            while (true) {
                if (connection.read() instanceof List<?> parts) {
                    messages.add(new String((byte[]) parts.get(2), StandardCharsets.UTF_8));
                }
            }
        } catch (RuntimeException e) {
            // closed: nothing more comes
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
