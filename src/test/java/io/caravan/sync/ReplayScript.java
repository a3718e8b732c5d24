package io.caravan.sync;

import io.caravan.command.KeySpace;
import io.caravan.resp.RespWriter;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import io.caravan.sync.RecordedStreams.Recording;
import io.caravan.sync.RecordedStreams.Scenario;
import java.util.ArrayList;
import java.util.List;

/** Recorded scenarios behind each other, each with its keys to itself: the stream, and what it means. */
final class ReplayScript {

    private final long now = System.currentTimeMillis();
    private final RespWriter stream = new RespWriter(1 << 16);
    private final List<Request> meaning = new ArrayList<>();
    private int scenarios;

    void add(Scenario scenario, Recording recording) {
        var keys = new KeySpace(scenarios++);
        List<String> sent = new ArrayList<>(List.of("SELECT 0"));
        sent.addAll(scenario.before());
        sent.addAll(recording.stream());
        for (String command : sent) {
            stream.command(arguments(keys, command).toArray(new byte[0][]));
        }
        List<String> run = new ArrayList<>(List.of("SELECT 0"));
        run.addAll(scenario.before());
        run.addAll(recording.means());
        run.forEach(command -> meaning.add(Request.of(arguments(keys, command).toArray())));
    }

    private List<byte[]> arguments(KeySpace keys, String command) {
        return keys.of(RecordedStreams.arguments(command, now));
    }

    int scenarios() {
        return scenarios;
    }

    byte[] stream() {
        return stream.toByteArray();
    }

    /** Runs what the clients had run; that some commands fail belongs to it. */
    void runMeaning(RedisServer server) {
        try (RespClient client = server.client()) {
            client.pipeline(meaning);
        }
    }
}
