package io.caravan.servers;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Lists, sets, hashes and sorted sets in both of their encodings. Each method is a {@link DatasetKind.Values}; "small"
 * fits a ziplist or listpack, "large" does not.
 */
final class CollectionValues {
    private static final int HUGE_LIST = 50_000;
    private static final int HUGE = 5_000;
    private static final int ABOVE_LISTPACK = 600;
    private static final int ITEMS_PER_COMMAND = 500;

    private CollectionValues() {}

    /** One command for each {@link #ITEMS_PER_COMMAND} items; an item is one word or several. */
    private static void add(
            String command, byte[] key, int items, IntFunction<List<Object>> item, Consumer<Request> out) {
        for (int from = 0; from < items; from += ITEMS_PER_COMMAND) {
            List<Object> words = new ArrayList<>(List.of(command, key));
            for (int i = from; i < Math.min(items, from + ITEMS_PER_COMMAND); i++) {
                words.addAll(item.apply(i));
            }
            out.accept(Request.of(words.toArray()));
        }
    }

    private static Object scalar(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(100);
            case 1 -> random.nextLong();
            case 2 -> noise(random);
            default -> StringValues.word(random);
        };
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(30)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static int few(Random random) {
        return 1 + random.nextInt(20);
    }

    static void smallList(byte[] key, boolean large, Random random, Consumer<Request> out) {
        add(random.nextBoolean() ? "RPUSH" : "LPUSH", key, few(random), i -> List.of(scalar(random)), out);
    }

    /** The first with 50,000 elements, the others with some so long that they fill a node each. */
    static void largeList(byte[] key, boolean large, Random random, Consumer<Request> out) {
        if (large) {
            add("RPUSH", key, HUGE_LIST, i -> List.of("element-" + i), out);
        } else {
            add(
                    "RPUSH",
                    key,
                    few(random),
                    i -> List.of(StringValues.word(random).repeat(1 + i % 3 * 500)),
                    out);
        }
    }

    /** 16, 32 and 64 bit integers. */
    static void intSet(byte[] key, boolean large, Random random, Consumer<Request> out) {
        int shift = 16 * (1 + random.nextInt(3));
        add("SADD", key, few(random), i -> List.of(random.nextLong() >> shift), out);
    }

    static void smallSet(byte[] key, boolean large, Random random, Consumer<Request> out) {
        add("SADD", key, few(random), i -> List.of(scalar(random)), out);
    }

    static void largeSet(byte[] key, boolean large, Random random, Consumer<Request> out) {
        add("SADD", key, large ? HUGE : ABOVE_LISTPACK, i -> List.of("member-" + i + "-" + random.nextInt(10)), out);
    }

    static void smallHash(byte[] key, boolean large, Random random, Consumer<Request> out) {
        add("HMSET", key, few(random), i -> List.of(scalar(random), scalar(random)), out);
    }

    static void largeHash(byte[] key, boolean large, Random random, Consumer<Request> out) {
        add("HMSET", key, large ? HUGE : ABOVE_LISTPACK, i -> List.of("field-" + i, scalar(random)), out);
    }

    static void smallSortedSet(byte[] key, boolean large, Random random, Consumer<Request> out) {
        add("ZADD", key, few(random), i -> List.of(random.nextInt(10), scalar(random)), out);
    }

    static void largeSortedSet(byte[] key, boolean large, Random random, Consumer<Request> out) {
        add("ZADD", key, large ? HUGE : ABOVE_LISTPACK, i -> List.of(random.nextGaussian(), "member-" + i), out);
    }

    /** Scores that text forms get wrong: infinities, negative zero, the ends of the double range, long fractions. */
    static void extremeScores(byte[] key, boolean large, Random random, Consumer<Request> out) {
        out.accept(Request.of("ZADD", key, "inf", "a", "-inf", "b", "-0", "c", "0", "d", "3", "e", "0.1", "f"));
        out.accept(Request.of("ZADD", key, Double.MAX_VALUE, "g", Double.MIN_VALUE, "h", 1e17, "i", 1.0 / 3, "j"));
        out.accept(Request.of("ZADD", key, 9007199254740993L, "k", random.nextDouble(), "l", -1e-300, "m"));
    }

    static void places(byte[] key, boolean large, Random random, Consumer<Request> out) {
        add(
                "GEOADD",
                key,
                few(random),
                i -> List.of(random.nextDouble() * 360 - 180, random.nextDouble() * 170 - 85, "place-" + i),
                out);
    }

    /** Half of the fields expire, hours later than any test. */
    static void expiringFields(byte[] key, boolean large, Random random, Consumer<Request> out) {
        int fields = large ? ABOVE_LISTPACK : 2 * few(random);
        add("HMSET", key, fields, i -> List.of("field-" + i, scalar(random)), out);
        for (int i = 0; i < fields; i += 2) {
            out.accept(Request.of("HPEXPIREAT", key, Dataset.inHours(2) + i, "FIELDS", 1, "field-" + i));
        }
    }
}
