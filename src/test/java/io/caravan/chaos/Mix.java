package io.caravan.chaos;

import io.caravan.servers.Request;
import java.util.List;
import java.util.Random;

/**
 * Seeded commands on the keys of a tag, of every kind that may not be applied twice, and others. Keys of one type have names of
 * their own, so that no command meets a wrong type. What {@link ChaosClient} keeps account of is not touched.
 *
 * <p>Keys that live for seconds ({@code soon:…}) are never given a longer life: one that is prolonged in its last half second may
 * lose its value at a copy that lags by just that much (decision 8).
 */
final class Mix {

    private static final String APPEND_NEXT = "return redis.call('RPUSH', KEYS[1], redis.call('LLEN', KEYS[1]) + 1)";
    private static final String COUNT_AND_LOG = """
            local n = redis.call('HINCRBY', KEYS[1], 'runs', ARGV[1])
            redis.call('RPUSH', KEYS[2], n)
            redis.call('LTRIM', KEYS[2], -30, -1)
            return n""";
    private static final String BEGIN_OR_PUSH = """
            if redis.call('EXISTS', KEYS[1]) == 0 then
              redis.call('RPUSH', KEYS[1], ARGV[1])
              return redis.call('PEXPIRE', KEYS[1], ARGV[2])
            end
            return redis.call('RPUSH', KEYS[1], ARGV[1])""";

    private final Random random;
    private final boolean knowsLmove;

    /** @param knowsLmove whether the source is Redis 6.2 or later */
    Mix(Random random, boolean knowsLmove) {
        this.random = random;
        this.knowsLmove = knowsLmove;
    }

    /** The list that a script keeps at 1 to n, whoever calls it. */
    static String scripted(Tag tag) {
        return tag.key("scripted");
    }

    Request next(Tag tag) {
        return switch (random.nextInt(13)) {
            case 0 -> onCounter(tag);
            case 1 -> onQueue(tag);
            case 2 -> onQueue(tag);
            case 3 -> onText(tag);
            case 4 -> onScores(tag);
            case 5 -> onStream(tag);
            case 6 -> onSet(tag);
            case 7 -> onSeveralKeys(tag);
            case 8 -> onLife(tag);
            case 9 -> soon(tag);
            case 10 -> script(tag);
            case 11 -> Request.of("EVAL", APPEND_NEXT, 1, scripted(tag));
            default -> transaction(tag);
        };
    }

    private int number(int below) {
        return random.nextInt(below);
    }

    private String word() {
        return Integer.toString(number(1_000_000), 36).repeat(1 + number(4));
    }

    private String one(String... choices) {
        return choices[number(choices.length)];
    }

    private Request onCounter(Tag tag) {
        return switch (number(4)) {
            case 0 -> Request.of("INCRBY", tag.key("sum"), number(100) - 50);
            case 1 -> Request.of("HINCRBY", tag.key("hash"), "n" + number(5), number(100) - 50);
            case 2 -> Request.of("HSET", tag.key("hash"), "f" + number(30), word());
            default -> Request.of("INCRBYFLOAT", tag.key("fraction"), number(100) / 4.0);
        };
    }

    private Request onQueue(Tag tag) {
        String from = tag.key(one("queue:a", "queue:b"));
        String to = tag.key(one("queue:a", "queue:b"));
        return switch (number(5)) {
            case 0, 1 -> Request.of(one("RPUSH", "LPUSH"), from, word());
            case 2 -> Request.of(one("LPOP", "RPOP"), from);
            case 3 ->
                knowsLmove
                        ? Request.of("LMOVE", from, to, one("LEFT", "RIGHT"), one("LEFT", "RIGHT"))
                        : Request.of("RPOPLPUSH", from, to);
            default -> Request.of("RPOPLPUSH", from, to);
        };
    }

    private Request onText(Tag tag) {
        String key = tag.key(one("text:a", "text:b"));
        return switch (number(6)) {
            case 0 -> Request.of("SET", key, word());
            case 1, 2 -> Request.of("APPEND", key, word());
            case 3 -> Request.of("SETRANGE", key, number(200), word());
            case 4 -> Request.of("GETSET", key, word());
            default -> Request.of("RENAME", tag.key("text:a"), tag.key("text:b"));
        };
    }

    private Request onScores(Tag tag) {
        String key = tag.key("scores");
        return switch (number(4)) {
            case 0, 1 -> Request.of("ZINCRBY", key, number(100) / 4.0, "m" + number(30));
            case 2 -> Request.of("ZADD", key, number(1_000), "m" + number(30));
            default -> Request.of(one("ZPOPMIN", "ZPOPMAX"), key);
        };
    }

    private Request onStream(Tag tag) {
        return number(4) == 0
                ? Request.of("XTRIM", tag.key("stream"), "MAXLEN", 20 + number(20))
                : Request.of("XADD", tag.key("stream"), "MAXLEN", "~", 100, "*", "word", word());
    }

    private Request onSet(Tag tag) {
        String key = tag.key(one("set:a", "set:b"));
        return switch (number(5)) {
            case 0, 1 -> Request.of("SADD", key, number(100), "m" + number(100));
            case 2 -> Request.of("SREM", key, number(100), "m" + number(100));
            case 3 -> Request.of("SPOP", key, 1 + number(2));
            default -> Request.of("SMOVE", tag.key("set:a"), tag.key("set:b"), number(100));
        };
    }

    private Request onSeveralKeys(Tag tag) {
        return switch (number(6)) {
            case 0 -> Request.of("MSET", tag.key("text:a"), word(), tag.key("text:b"), word());
            case 1 -> Request.of("SUNIONSTORE", tag.key("union"), tag.key("set:a"), tag.key("set:b"));
            case 2 -> Request.of("ZUNIONSTORE", tag.key("ranks"), 2, tag.key("scores"), tag.key("ranks"));
            case 3 -> Request.of("BITOP", "XOR", tag.key("bits"), tag.key("text:a"), tag.key("text:b"));
            case 4 -> Request.of("UNLINK", tag.key("bits"), tag.key("union"), tag.key("ranks"));
            default -> Request.of("DEL", tag.key("queue:b"), tag.key("text:a"));
        };
    }

    /** Lives of hours, given, taken and ended. */
    private Request onLife(Tag tag) {
        String key = tag.key(one("text:a", "text:b", "queue:a", "hash", "set:a", "scores", "sum", "stream"));
        return switch (number(5)) {
            case 0, 1 -> Request.of("PEXPIRE", key, 3_600_000 + number(3_600_000));
            case 2 -> Request.of("PERSIST", key);
            case 3 -> Request.of("SET", tag.key("text:a"), word(), "PX", 3_600_000 + number(3_600_000));
            default -> Request.of(one("DEL", "UNLINK"), key);
        };
    }

    /** Lives of seconds. */
    private Request soon(Tag tag) {
        String text = tag.key("soon:text");
        return switch (number(4)) {
            case 0, 1 -> Request.of("SET", text, word(), "PX", 100 + number(2_900));
            case 2 -> Request.of("APPEND", text, word());
            default -> Request.of("EVAL", BEGIN_OR_PUSH, 1, tag.key("soon:list"), word(), 100 + number(2_900));
        };
    }

    private Request script(Tag tag) {
        return Request.of("EVAL", COUNT_AND_LOG, 2, tag.key("hash"), tag.key("log"), 1 + number(9));
    }

    private Request transaction(Tag tag) {
        return Request.transaction(List.of(
                Request.of("INCRBY", tag.key("sum"), 1),
                onQueue(tag),
                Request.of("APPEND", tag.key("text:b"), word()),
                onScores(tag),
                onSet(tag)));
    }
}
