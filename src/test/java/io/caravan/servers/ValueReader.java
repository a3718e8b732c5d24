package io.caravan.servers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads many values at once: each round asks every unfinished {@link ValueReading} for its next request. */
final class ValueReader {
    private final DeploymentClient client;
    private final boolean knowsFieldExpiry;

    ValueReader(DeploymentClient client) {
        this.client = client;
        knowsFieldExpiry = Dataset.knowsFieldExpiry(client);
    }

    /** The values in canonical form, in the order of the keys; values that are the same have equal lines. */
    List<List<String>> read(List<byte[]> keys, List<String> types) {
        List<ValueReading> all = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            all.add(ValueReading.of(types.get(i), keys.get(i), knowsFieldExpiry));
        }
        List<ValueReading> open = all;
        while (!open.isEmpty()) {
            List<ValueReading> asking = new ArrayList<>();
            List<Request> requests = new ArrayList<>();
            for (ValueReading reading : open) {
                Optional<Request> next = reading.next();
                next.ifPresent(request -> {
                    asking.add(reading);
                    requests.add(request);
                });
            }
            deliver(asking, requests, client.run(requests));
            open = asking;
        }
        return all.stream().map(ValueReading::lines).toList();
    }

    private static void deliver(List<ValueReading> asking, List<Request> requests, List<@Nullable Object> replies) {
        for (int i = 0; i < replies.size(); i++) {
            Object reply = replies.get(i);
            if (reply instanceof RespError error) {
                throw error.to(requests.get(i));
            }
            asking.get(i).accept(reply);
        }
    }
}
