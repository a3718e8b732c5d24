package io.caravan.verify;

import io.caravan.resp.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Collections without an order of their own: how they are listed, and how one asks for what they hold. */
enum Members {
    HASH("hash", "fields", "HLEN", "HSCAN", 2) {
        @Override
        List<List<byte[]>> questions(byte[] key, List<byte[]> names) {
            return List.of(Stream.concat(Stream.of(ascii("HMGET"), key), names.stream())
                    .toList());
        }

        @Override
        int firstOther(List<Reply> listed, List<Reply> answers) {
            List<Reply> values = Replies.elements(answers.get(0));
            for (int i = 0; 2 * i < listed.size(); i++) {
                if (i >= values.size() || !Replies.same(listed.get(2 * i + 1), values.get(i))) {
                    return i;
                }
            }
            return -1;
        }
    },

    SET("set", "members", "SCARD", "SSCAN", 1) {
        @Override
        List<List<byte[]>> questions(byte[] key, List<byte[]> names) {
            return each("SISMEMBER", key, names);
        }

        @Override
        int firstOther(List<Reply> listed, List<Reply> answers) {
            for (int i = 0; i < answers.size(); i++) {
                if (!answers.get(i).text().equals("1")) {
                    return i;
                }
            }
            return -1;
        }
    },

    ZSET("zset", "members", "ZCARD", "ZSCAN", 2) {
        @Override
        List<List<byte[]>> questions(byte[] key, List<byte[]> names) {
            return each("ZSCORE", key, names);
        }

        @Override
        int firstOther(List<Reply> listed, List<Reply> answers) {
            for (int i = 0; i < answers.size(); i++) {
                if (!sameScore(listed.get(2 * i + 1), answers.get(i))) {
                    return i;
                }
            }
            return -1;
        }
    };

    private final String type;
    private final String what;
    private final String count;
    private final String scan;
    private final int width;

    Members(String type, String what, String count, String scan, int width) {
        this.type = type;
        this.what = what;
        this.count = count;
        this.scan = scan;
        this.width = width;
    }

    /** Of a type as {@code TYPE} names it. */
    static Members of(String type) {
        return Stream.of(values())
                .filter(members -> members.type.equals(type))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(type));
    }

    /** Adds up what one side has to be asked of members that the other has listed. */
    abstract List<List<byte[]>> questions(byte[] key, List<byte[]> names);

    /**
     * The first that the side which was asked has not, or has otherwise; -1 if there is none.
     *
     * @param listed what the scan gave
     */
    abstract int firstOther(List<Reply> listed, List<Reply> answers);

    String type() {
        return type;
    }

    /** What it holds, for messages. */
    String what() {
        return what;
    }

    /** The command that counts them. */
    String count() {
        return count;
    }

    /** The command that lists them. */
    String scan() {
        return scan;
    }

    /** How many elements of a page belong to one. */
    int width() {
        return width;
    }

    /** Whether a single one may expire. */
    boolean haveLives() {
        return this == HASH;
    }

    /** When fields expire, from Redis 7.4 and Valkey 9 on. */
    static List<byte[]> lives(byte[] key, List<byte[]> names) {
        return Stream.concat(
                        Stream.of(ascii("HPEXPIRETIME"), key, ascii("FIELDS"), ascii(Integer.toString(names.size()))),
                        names.stream())
                .toList();
    }

    private static List<List<byte[]>> each(String command, byte[] key, List<byte[]> names) {
        List<List<byte[]>> questions = new ArrayList<>();
        names.forEach(name -> questions.add(List.of(ascii(command), key, name)));
        return questions;
    }

    /** Versions write the same number differently. */
    private static boolean sameScore(Reply listed, Reply answer) {
        return !(answer instanceof Reply.Nothing) && Double.compare(number(listed), number(answer)) == 0;
    }

    private static double number(Reply reply) {
        return switch (reply.text()) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(reply.text()) + 0.0; // -0 is 0
        };
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
