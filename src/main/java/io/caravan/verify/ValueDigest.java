package io.caravan.verify;

import io.caravan.rdb.DecodeTarget;
import io.caravan.rdb.DumpPayload;
import io.caravan.rdb.RdbReader;
import io.caravan.rdb.UnsupportedValueException;
import io.caravan.rdb.ValueCommands;
import io.caravan.rdb.ValueDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a value is, whatever the version and the encoding that it is held in: the commands that make it, put together so that
 * neither how they are divided counts, nor the order of members and fields, which is the server's own business.
 *
 * <p>Not thread-safe; one use for each value.
 */
final class ValueDigest implements ValueCommands {

    private static final byte[] KEY = {};
    private static final int LONGS = 4;
    private static final int VALUES_FROM = 2;
    private static final int MOMENT = 2;
    private static final int FIELDS_FROM = 5;
    private static final int ENTRY = 2;
    private static final int CLAIMED = 5;

    private final MessageDigest ordered = sha256();
    private final MessageDigest element = sha256();
    private final long[] unordered = new long[LONGS];
    private final Set<ByteBuffer> entries = new HashSet<>();
    private String kind = "";

    private ValueDigest() {}

    /**
     * The digest of a value, beginning with the command that makes such values, which tells its type.
     *
     * @param target whose abilities count: what it cannot be given is no part of the value
     * @throws UnsupportedValueException if no commands can make the value there
     */
    static String of(byte[] dump, DecodeTarget target) throws IOException, UnsupportedValueException {
        var digest = new ValueDigest();
        DumpPayload payload = DumpPayload.of(dump);
        ValueDecoder.ofWhatLives(payload.value(), target).decode(payload.type(), KEY, RdbReader.NO_EXPIRY, digest);
        return digest.text();
    }

    /** The type that a digest tells. */
    static String typeOf(String digest) {
        return switch (digest.substring(0, digest.indexOf(' '))) {
            case "SET" -> "string";
            case "RPUSH" -> "list";
            case "SADD" -> "set";
            case "ZADD" -> "sorted set";
            case "HSET" -> "hash";
            default -> "stream";
        };
    }

    @Override
    public void command(byte[] bytes, int length) throws IOException {
        List<byte[]> words = words(bytes, length);
        String name = new String(words.get(0), StandardCharsets.US_ASCII);
        if (name.equals("DEL")) {
            return;
        }
        if (kind.isEmpty()) {
            kind = name;
        }
        switch (name) {
            case "SET" -> ordered.update(words.get(VALUES_FROM));
            case "SETRANGE" -> ordered.update(words.get(VALUES_FROM + 1));
            case "RPUSH" -> words.stream().skip(VALUES_FROM).forEach(value -> add(ordered, value));
            case "SADD" -> addGroups(name, words, VALUES_FROM, 1);
            case "ZADD", "HSET" -> addGroups(name, words, VALUES_FROM, 2);
            case "HPEXPIREAT" -> addFieldLives(words);
            case "XADD" -> {
                entries.add(ByteBuffer.wrap(words.get(ENTRY)));
                words.forEach(word -> add(ordered, word));
            }
            case "XCLAIM" -> addPending(words);
            default -> words.forEach(word -> add(ordered, word));
        }
    }

    @Override
    public void beginLarge(byte[] key, long length) {
        throw new IllegalStateException("a value that is held whole has no element that is not");
    }

    @Override
    public void part(byte[] bytes, int from, int length) {
        throw new IllegalStateException("no large element has begun");
    }

    @Override
    public void endLarge() {
        throw new IllegalStateException("no large element has begun");
    }

    private void addGroups(String name, List<byte[]> words, int from, int size) {
        for (int i = from; i + size <= words.size(); i += size) {
            addUnordered(name, words.subList(i, i + size));
        }
    }

    /** {@code HPEXPIREAT key moment FIELDS n field…}: one life for each field, however they were put together. */
    private void addFieldLives(List<byte[]> words) {
        for (byte[] field : words.subList(FIELDS_FROM, words.size())) {
            addUnordered("HPEXPIREAT", List.of(words.get(MOMENT), field));
        }
    }

    /**
     * {@code XCLAIM key group consumer 0 id …}. What has been deleted from the stream cannot be claimed from Redis 7.0 on, so such a
     * destination cannot be given it by commands, and it counts for nothing.
     */
    private void addPending(List<byte[]> words) {
        if (entries.contains(ByteBuffer.wrap(words.get(CLAIMED)))) {
            words.forEach(word -> add(ordered, word));
        }
    }

    private void addUnordered(String what, List<byte[]> words) {
        add(element, what.getBytes(StandardCharsets.US_ASCII));
        words.forEach(word -> add(element, word));
        ByteBuffer hash = ByteBuffer.wrap(element.digest());
        for (int i = 0; i < LONGS; i++) {
            unordered[i] += hash.getLong();
        }
    }

    private static void add(MessageDigest to, byte[] word) {
        to.update(ByteBuffer.allocate(Integer.BYTES).putInt(word.length).array());
        to.update(word);
    }

    private String text() {
        for (long part : unordered) {
            ordered.update(ByteBuffer.allocate(Long.BYTES).putLong(part).array());
        }
        return kind + " " + Arrays.toString(ordered.digest());
    }

    private static List<byte[]> words(byte[] bytes, int length) {
        List<byte[]> words = new ArrayList<>();
        int at = lineEnd(bytes, 0);
        while (at < length) {
            int end = lineEnd(bytes, at);
            int size = Integer.parseInt(new String(bytes, at + 1, end - at - 3, StandardCharsets.US_ASCII));
            words.add(Arrays.copyOfRange(bytes, end, end + size));
            at = end + size + 2;
        }
        return words;
    }

    private static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != '\n') {
            at++;
        }
        return at + 1;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
