package io.caravan.servers;

import java.util.Random;
import java.util.function.Consumer;

/** Streams with explicit ids, so that they are the same each time. Each method is a {@link DatasetKind.Values}. */
final class StreamValues {
    private static final int SEVERAL_NODES = 1_000;

    private StreamValues() {}

    private static int append(byte[] key, int entries, Random random, Consumer<Request> out) {
        for (int i = 1; i <= entries; i++) {
            String id = i / 3 + 1 + "-" + i % 3;
            out.accept(Request.of("XADD", key, id, "number", i, "word", StringValues.word(random)));
        }
        return entries;
    }

    /** With deleted entries, the last one among them, so that the last id is no longer that of an entry. */
    static void entries(byte[] key, boolean large, Random random, Consumer<Request> out) {
        int entries = append(key, large ? SEVERAL_NODES : 5 + random.nextInt(20), random, out);
        out.accept(Request.of("XDEL", key, "1-2", "2-0", entries / 3 + 1 + "-" + entries % 3));
        out.accept(Request.of("XADD", key, "999999999-0", "other", "fields", "in", "here", "and", ""));
        out.accept(Request.of("XDEL", key, "999999999-0"));
    }

    /** One group with pending entries of two consumers, one that read nothing, one whose pending entry was deleted. */
    static void groups(byte[] key, boolean large, Random random, Consumer<Request> out) {
        append(key, large ? SEVERAL_NODES : 12 + random.nextInt(20), random, out);
        out.accept(Request.of("XGROUP", "CREATE", key, "readers", "0"));
        out.accept(Request.of("XREADGROUP", "GROUP", "readers", "anna", "COUNT", 4, "STREAMS", key, ">"));
        out.accept(Request.of("XREADGROUP", "GROUP", "readers", "ben", "COUNT", 3, "STREAMS", key, ">"));
        out.accept(Request.of("XACK", key, "readers", "1-1", "2-1"));
        out.accept(Request.of("XCLAIM", key, "readers", "ben", 0, "1-2", "RETRYCOUNT", 7));
        out.accept(Request.of("XGROUP", "CREATE", key, "idle", "3-0"));
        out.accept(Request.of("XGROUP", "CREATE", key, "deleted", "0"));
        out.accept(Request.of("XREADGROUP", "GROUP", "deleted", "carl", "COUNT", 2, "STREAMS", key, ">"));
        out.accept(Request.of("XDEL", key, "1-2"));
    }

    /** All entries deleted: the key stays, with its last id and its group. */
    static void emptied(byte[] key, boolean large, Random random, Consumer<Request> out) {
        out.accept(Request.of("XADD", key, "5-5", "gone", StringValues.word(random)));
        out.accept(Request.of("XGROUP", "CREATE", key, "group", "$"));
        out.accept(Request.of("XDEL", key, "5-5"));
    }
}
