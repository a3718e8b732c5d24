package io.caravan.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** The data of the benchmark, seeded: keys of every type for the snapshot, mixed commands for the stream. */
final class BenchData {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final Random random = new Random(20);

    /** Writes {@code keys} keys: strings of 100 bytes (a tenth with a time to live), hashes, lists, sets, sorted sets. */
    void keys(RawWriter out, int keys) throws IOException {
        int each = keys / 20;
        for (int i = 0; i < keys - 4 * each; i++) {
            if (i % 10 == 0) {
                out.send(bytes("SET"), bytes("str:" + i), noise(100), bytes("EX"), bytes("864000"));
            } else {
                out.send(bytes("SET"), bytes("str:" + i), noise(100));
            }
        }
        for (int i = 0; i < each; i++) {
            out.send(collection("HSET", "hash:" + i, 20, 30, false));
            out.send(collection("RPUSH", "list:" + i, 20, 40, false));
            out.send(collection("SADD", "set:" + i, 20, 20, false));
            out.send(collection("ZADD", "zset:" + i, 40, 20, true));
        }
        out.finish();
    }

    /** Sends {@code count} commands: SET, INCR, LPUSH, ZADD and HSET in turn, over 100,000 keys each. */
    void commands(RawWriter out, int from, int count) throws IOException {
        for (int i = from; i < from + count; i++) {
            int key = random.nextInt(100_000);
            switch (i % 5) {
                case 0 -> out.send(bytes("SET"), bytes("s:" + key), noise(100));
                case 1 -> out.send(bytes("INCR"), bytes("c:" + key));
                case 2 -> out.send(bytes("LPUSH"), bytes("l:" + key), noise(20));
                case 3 -> out.send(bytes("ZADD"), bytes("z:" + key), bytes(Integer.toString(i)), noise(10));
                default -> out.send(bytes("HSET"), bytes("h:" + key), noise(6), noise(30));
            }
        }
    }

    private byte[][] collection(String command, String key, int words, int length, boolean scored) {
        byte[][] all = new byte[words + 2][];
        all[0] = bytes(command);
        all[1] = bytes(key);
        for (int i = 0; i < words; i++) {
            all[i + 2] = scored && i % 2 == 0 ? bytes(Integer.toString(random.nextInt(1_000_000))) : noise(length);
        }
        return all;
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) HEX[random.nextInt(16)];
        }
        return bytes;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
