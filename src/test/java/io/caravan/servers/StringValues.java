package io.caravan.servers;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** What Redis keeps as a string: numbers, text, bitmaps, HyperLogLogs. Each method is a {@link DatasetKind.Values}. */
final class StringValues {
    private static final int DENSE_MEMBERS = 3_000;
    private static final int MEMBERS_PER_COMMAND = 500;

    private StringValues() {}

    static void integer(byte[] key, boolean large, Random random, Consumer<Request> out) {
        long value = large ? Long.MIN_VALUE : random.nextLong() >> random.nextInt(64);
        out.accept(Request.of("SET", key, value));
    }

    /** Below and above 44 bytes: the border between embstr and raw. */
    static void shortText(byte[] key, boolean large, Random random, Consumer<Request> out) {
        out.accept(Request.of("SET", key, word(random).repeat(1 + random.nextInt(12))));
    }

    static void empty(byte[] key, boolean large, Random random, Consumer<Request> out) {
        out.accept(Request.of("SET", key, ""));
    }

    /** Long and repetitive: LZF in the snapshot. */
    static void compressible(byte[] key, boolean large, Random random, Consumer<Request> out) {
        int times = large ? 200_000 : 20 + random.nextInt(200);
        out.accept(Request.of("SET", key, word(random).repeat(times)));
    }

    static void binary(byte[] key, boolean large, Random random, Consumer<Request> out) {
        byte[] value = new byte[large ? 100_000 : random.nextInt(300)];
        random.nextBytes(value);
        out.accept(Request.of("SET", key, value));
    }

    static void bitmap(byte[] key, boolean large, Random random, Consumer<Request> out) {
        for (int i = 0; i < 5; i++) {
            out.accept(Request.of("SETBIT", key, random.nextInt(large ? 1_000_000 : 10_000), 1));
        }
    }

    static void sparseHyperLogLog(byte[] key, boolean large, Random random, Consumer<Request> out) {
        out.accept(Request.of("PFADD", key, word(random), word(random), word(random)));
    }

    static void denseHyperLogLog(byte[] key, boolean large, Random random, Consumer<Request> out) {
        if (!large) {
            sparseHyperLogLog(key, false, random, out);
            return;
        }
        for (int i = 0; i < DENSE_MEMBERS / MEMBERS_PER_COMMAND; i++) {
            List<Object> words = new ArrayList<>(List.of("PFADD", key));
            random.longs(MEMBERS_PER_COMMAND).forEach(words::add);
            out.accept(Request.of(words.toArray()));
        }
    }

    /** 1 to 8 letters. */
    static String word(Random random) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(8); i >= 0; i--) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }
}
