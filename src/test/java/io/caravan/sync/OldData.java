package io.caravan.sync;

import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import java.util.ArrayList;
import java.util.List;

/** Makes the keys of servers differ from what they were: longer lists, other types, other times to live. */
final class OldData {

    private OldData() {}

    static void spoil(List<RedisServer> masters) {
        for (RedisServer master : masters) {
            try (RespClient client = master.client()) {
                List<Request> changes = new ArrayList<>();
                int number = 0;
                for (Object key : (List<?>) client.call(Request.of("KEYS", "*"))) {
                    byte[] name = (byte[]) key;
                    String type = String.valueOf(client.call(Request.of("TYPE", name)));
                    if (type.equals("list")) {
                        changes.add(Request.of("RPUSH", name, "old", "elements"));
                        changes.add(Request.of("LPUSH", name, "older"));
                    } else if (number++ % 2 == 0) {
                        changes.add(Request.of("DEL", name));
                        changes.add(Request.of("RPUSH", name, "another", "type"));
                    }
                    changes.add(Request.of("EXPIRE", name, "5000"));
                }
                client.pipeline(changes);
            }
        }
    }
}
