package io.caravan.servers;

import java.util.List;
import java.util.Random;

/**
 * Chooses the commands of a {@link Load} whose outcome nobody tracks. Keys of one type have names of their own, so that no
 * command meets a wrong type.
 */
final class LoadMix {
    private static final String COUNT_RUNS =
            "redis.call('HSET', KEYS[1], 'by-script', ARGV[1]) return redis.call('HINCRBY', KEYS[1], 'runs', 1)";
    private static final String KEEP_LAST =
            "redis.call('RPUSH', KEYS[1], ARGV[1], ARGV[2]) redis.call('LTRIM', KEYS[1], -40, -1) return 1";

    private final Random random;
    private final boolean hasStreams;
    private final boolean expiringSoon;

    LoadMix(Random random, boolean hasStreams, boolean expiringSoon) {
        this.random = random;
        this.hasStreams = hasStreams;
        this.expiringSoon = expiringSoon;
    }

    /** A command or a transaction on keys that begin with {@code prefix}, which has a hash tag. */
    Request next(String prefix) {
        return switch (random.nextInt(8)) {
            case 0, 1 -> onString(prefix);
            case 2 -> onList(prefix);
            case 3 -> onHash(prefix);
            case 4 -> onSet(prefix);
            case 5 -> hasStreams && random.nextInt(3) == 0 ? onStream(prefix) : onSortedSet(prefix);
            case 6 -> onAnyKey(prefix);
            default -> random.nextBoolean() ? script(prefix) : transaction(prefix);
        };
    }

    private int number(int below) {
        return random.nextInt(below);
    }

    private String word() {
        return StringValues.word(random);
    }

    private String one(String... choices) {
        return choices[number(choices.length)];
    }

    private Request onString(String prefix) {
        String key = prefix + one(":text:a", ":text:b");
        return switch (number(6)) {
            case 0, 1 -> Request.of("SET", key, word());
            case 2 -> Request.of("SET", key, word(), "EX", 3_600 + number(3_600));
            case 3 -> Request.of("APPEND", key, word());
            case 4 -> Request.of("INCR", prefix + ":number");
            default -> Request.of("INCRBYFLOAT", prefix + ":fraction", number(1_000) / 8.0);
        };
    }

    private Request onList(String prefix) {
        String key = prefix + one(":list:a", ":list:b");
        return switch (number(7)) {
            case 0 -> Request.of("LPUSH", key, word(), word());
            case 1, 2 -> Request.of("RPUSH", key, word());
            case 3 -> Request.of("LPOP", key);
            case 4 -> Request.of("RPOP", key);
            case 5 -> Request.of("LTRIM", key, -50, -1);
            default -> Request.of("RPOPLPUSH", prefix + ":list:a", prefix + ":list:b");
        };
    }

    private Request onHash(String prefix) {
        String key = prefix + ":hash";
        return switch (number(4)) {
            case 0, 1 -> Request.of("HSET", key, "field-" + number(50), word());
            case 2 -> Request.of("HINCRBY", key, "number-" + number(5), number(100) - 50);
            default -> Request.of("HDEL", key, "field-" + number(50));
        };
    }

    private Request onSet(String prefix) {
        String key = prefix + one(":set:a", ":set:b");
        return switch (number(6)) {
            case 0, 1 -> Request.of("SADD", key, number(100), "m" + number(100));
            case 2 -> Request.of("SREM", key, number(100), "m" + number(100));
            case 3 -> Request.of("SPOP", key);
            case 4 -> Request.of("SPOP", key, 2);
            default -> Request.of("SMOVE", prefix + ":set:a", prefix + ":set:b", number(100));
        };
    }

    private Request onSortedSet(String prefix) {
        String key = prefix + ":zset";
        return switch (number(4)) {
            case 0, 1 -> Request.of("ZADD", key, number(1_000), "m" + number(60));
            case 2 -> Request.of("ZINCRBY", key, number(100) / 4.0, "m" + number(60));
            default -> Request.of("ZREM", key, "m" + number(60));
        };
    }

    private Request onStream(String prefix) {
        return Request.of("XADD", prefix + ":stream", "MAXLEN", "~", 100, "*", "word", word());
    }

    private Request onAnyKey(String prefix) {
        String key = prefix + one(":text:a", ":text:b", ":list:a", ":hash", ":set:a", ":zset", ":number");
        return switch (number(5)) {
            case 0 -> Request.of("EXPIRE", key, 3_600 + number(3_600));
            case 1 -> expiringSoon ? Request.of("PEXPIRE", key, 50 + number(1_950)) : Request.of("PERSIST", key);
            case 2 -> Request.of("PERSIST", key);
            case 3 -> Request.of("DEL", key);
            default -> Request.of("RENAME", prefix + ":text:a", prefix + ":text:b");
        };
    }

    private Request script(String prefix) {
        return random.nextBoolean()
                ? Request.of("EVAL", COUNT_RUNS, 1, prefix + ":hash", word())
                : Request.of("EVAL", KEEP_LAST, 1, prefix + ":list:a", word(), number(1_000));
    }

    private Request transaction(String prefix) {
        return Request.transaction(List.of(
                Request.of("SET", prefix + ":text:a", word()),
                onHash(prefix),
                Request.of("INCR", prefix + ":number"),
                onSet(prefix)));
    }
}
