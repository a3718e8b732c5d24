package io.caravan.sync;

import io.caravan.servers.DeploymentClient;
import io.caravan.servers.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Seeded commands on random keys of a standard server, of every kind that touches several keys; the keys are of one type by
 * their first letter, so that none of them fails for its type. One thread.
 */
final class CrossSlotLoad {

    private static final int KEYS_OF_A_TYPE = 40;
    private static final int PIPELINED = 100;
    private static final String MOVE_COUNTS =
            "redis.call('INCRBY', KEYS[1], ARGV[1]) redis.call('DECRBY', KEYS[2], ARGV[1]) return 1";

    private final Random random;

    CrossSlotLoad(long seed) {
        random = new Random(seed);
    }

    /** Runs so many commands. */
    void run(DeploymentClient client, int commands) {
        List<Request> some = new ArrayList<>();
        for (int i = 0; i < commands; i++) {
            some.add(next());
            if (some.size() == PIPELINED || i == commands - 1) {
                client.run(some);
                some.clear();
            }
        }
    }

    /** One of them. */
    Request next() {
        return random.nextBoolean() ? onOneKey() : onSeveralKeys();
    }

    private Request onOneKey() {
        return switch (random.nextInt(8)) {
            case 0 -> Request.of("SET", key("s"), number());
            case 1 -> Request.of("APPEND", key("s"), number());
            case 2 -> Request.of("INCRBY", key("n"), number());
            case 3 -> Request.of("RPUSH", key("l"), number(), number());
            case 4 -> Request.of("SADD", key("t"), number(), number());
            case 5 -> Request.of("ZADD", key("z"), number(), "m" + number());
            case 6 -> Request.of("PFADD", key("p"), number());
            default -> Request.of("GEOADD", key("g"), "13." + number(), "38." + number(), "m" + number());
        };
    }

    private Request onSeveralKeys() {
        return switch (random.nextInt(26)) {
            case 0 -> Request.of("MSET", key("s"), number(), key("s"), number(), key("n"), number());
            case 1 -> Request.of("MSETNX", key("s"), number(), key("s"), number());
            case 2 -> Request.of("DEL", key("s"), key("l"), key("t"));
            case 3 -> Request.of("UNLINK", key("z"), key("n"));
            case 4 -> ofOneType("RENAME");
            case 5 -> ofOneType("RENAMENX");
            case 6 -> ofOneType("COPY");
            case 7 -> Request.of("COPY", key("t"), key("t"), "REPLACE");
            case 8 -> Request.of("SUNIONSTORE", key("t"), key("t"), key("t"));
            case 9 -> Request.of("SINTERSTORE", key("t"), key("t"), key("t"));
            case 10 -> Request.of("SDIFFSTORE", key("t"), key("t"), key("t"));
            case 11 -> Request.of("ZUNIONSTORE", key("z"), 2, key("z"), key("z"));
            case 12 -> Request.of("ZINTERSTORE", key("z"), 2, key("z"), key("z"));
            case 13 -> Request.of("ZDIFFSTORE", key("z"), 2, key("z"), key("z"));
            case 14 -> Request.of("ZRANGESTORE", key("z"), key("z"), 0, 5);
            case 15 -> Request.of("BITOP", "XOR", key("s"), key("s"), key("s"));
            case 16 -> Request.of("PFMERGE", key("p"), key("p"), key("p"));
            case 17 -> Request.of("SMOVE", key("t"), key("t"), number());
            case 18 -> Request.of("RPOPLPUSH", key("l"), key("l"));
            case 19 -> Request.of("LMOVE", key("l"), key("l"), "LEFT", "RIGHT");
            case 20 -> Request.of("SORT", key("l"), "STORE", key("l"));
            case 21 -> Request.of("SORT", key("l"), "BY", "n*", "STORE", key("l"));
            case 22 -> Request.of("GEOSEARCHSTORE", key("g"), key("g"), "FROMLONLAT", 13, 38, "BYRADIUS", 400, "km");
            case 23 -> Request.of("EVAL", MOVE_COUNTS, 2, key("n"), key("n"), number());
            case 24 -> Request.of("PEXPIREAT", key("s"), System.currentTimeMillis() + 3_600_000 + random.nextInt(1000));
            default ->
                Request.transaction(List.of(
                        Request.of("INCRBY", key("n"), number()),
                        Request.of("RPUSH", key("l"), number()),
                        ofOneType("RENAME"),
                        Request.of("INCRBY", key("n"), number())));
        };
    }

    private Request ofOneType(String command) {
        String type = String.valueOf("sltzpg".charAt(random.nextInt(6)));
        return Request.of(command, key(type), key(type));
    }

    private String key(String type) {
        return type + random.nextInt(KEYS_OF_A_TYPE);
    }

    private int number() {
        return random.nextInt(100);
    }
}
