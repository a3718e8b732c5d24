package io.caravan.bench;

import io.caravan.servers.DeploymentClient;
import io.caravan.servers.RedisCluster;
import java.util.Map;
import java.util.TreeMap;

/** A hundred keys that are made equal on both sides, and then changed at the destination, in every way there is. */
final class InjectedDifferences {

    static final int COUNT = 100;

    private static final String LATER = "4102444800000";
    private static final String STILL_LATER = "4102444900000";
    private static final int KINDS = 16;

    private InjectedDifferences() {}

    /** Writes the keys to the source; the kind of difference is in the name. */
    static void prepare(RedisCluster source) {
        try (DeploymentClient client = source.connect()) {
            for (int i = 0; i < COUNT; i++) {
                String key = key(i);
                switch (i % KINDS) {
                    case 0, 2, 12 -> client.call("SET", key, "right");
                    case 1 -> {} // the destination alone has it
                    case 3, 4 -> client.call("RPUSH", key, "1", "2", "3");
                    case 5 -> client.call("HSET", key, "a", "1", "b", "2");
                    case 6 -> client.call("ZADD", key, "1.5", "a", "2.5", "b");
                    case 7 -> client.call("SADD", key, "a", "b");
                    case 8, 9, 10 -> stream(client, key);
                    case 11 -> client.call("SADD", key, "1", "2");
                    case 13, 14 -> client.call("SET", key, "right", "PXAT", LATER);
                    default -> client.call("XADD", key, "1-1", "f", "v");
                }
            }
        }
    }

    private static void stream(DeploymentClient client, String key) {
        client.call("XADD", key, "1-1", "f", "v");
        client.call("XADD", key, "1-2", "f", "v");
        client.call("XGROUP", "CREATE", key, "group", "0");
        client.call("XREADGROUP", "GROUP", "group", "consumer", "COUNT", "1", "STREAMS", key, ">");
    }

    /** Changes them at the destination, once all that was prepared is there. */
    static void inject(RedisCluster destination) {
        try (DeploymentClient client = destination.connect()) {
            for (int i = 0; i < COUNT; i++) {
                inject(client, i % KINDS, key(i));
            }
        }
    }

    private static void inject(DeploymentClient client, int kind, String key) {
        switch (kind) {
            case 0 -> client.call("DEL", key);
            case 1 -> client.call("SET", key, "too much");
            case 2 -> client.call("SET", key, "wrong");
            case 3 -> client.call("RPUSH", key, String.valueOf(client.call("LPOP", key))); // same elements, other order
            case 4 -> client.call("RPOP", key);
            case 5 -> client.call("HSET", key, "b", "3");
            case 6 -> client.call("ZADD", key, "1.6", "a");
            case 7 -> client.call("SREM", key, "b");
            case 8 -> client.call("XDEL", key, "1-1");
            case 9 -> client.call("XGROUP", "CREATE", key, "another", "0");
            case 10 -> client.call("XACK", key, "group", "1-1");
            case 11 -> {
                client.call("DEL", key);
                client.call("RPUSH", key, "1", "2");
            }
            case 12 -> client.call("PEXPIREAT", key, LATER); // the source's never expires
            case 13 -> client.call("PEXPIREAT", key, STILL_LATER);
            case 14 -> client.call("PERSIST", key);
            default -> client.call("XADD", key, "1-2", "f", "v");
        }
    }

    /** Of each kind: what a verification calls it. */
    static Map<String, Integer> expected() {
        Map<String, Integer> kinds = new TreeMap<>();
        for (int i = 0; i < COUNT; i++) {
            kinds.merge(
                    switch (i % KINDS) {
                        case 0 -> "MISSING";
                        case 1 -> "EXTRA";
                        case 11 -> "TYPE";
                        case 12, 13, 14 -> "EXPIRY";
                        default -> "VALUE";
                    },
                    1,
                    Integer::sum);
        }
        return kinds;
    }

    private static String key(int i) {
        return "injected:" + i;
    }
}
