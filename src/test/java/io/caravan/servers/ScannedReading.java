package io.caravan.servers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A set or a hash, read with a cursor and sorted: a member a line, of a hash with its value and its expiry time. */
final class ScannedReading implements ValueReading {
    private static final int PAGE = 1_000;

    private final String command;
    private final byte[] key;
    private final boolean readsFieldExpiry;
    private final Map<String, String> lines = new TreeMap<>();
    private final List<String> withoutExpiry = new ArrayList<>();
    private List<String> asked = List.of();
    private String cursor = "0";
    private boolean scanned;

    ScannedReading(String command, byte[] key, boolean readsFieldExpiry) {
        this.command = command;
        this.key = key;
        this.readsFieldExpiry = readsFieldExpiry;
    }

    @Override
    public Optional<Request> next() {
        if (!scanned) {
            return Optional.of(Request.of(command, key, cursor, "COUNT", PAGE));
        }
        if (withoutExpiry.isEmpty()) {
            return Optional.empty();
        }
        asked = List.copyOf(withoutExpiry.subList(0, Math.min(PAGE, withoutExpiry.size())));
        List<Object> words = new ArrayList<>(List.of("HPEXPIRETIME", key, "FIELDS", asked.size()));
        asked.forEach(field -> words.add(field.getBytes(StandardCharsets.ISO_8859_1)));
        return Optional.of(Request.of(words.toArray()));
    }

    @Override
    public void accept(@Nullable Object reply) {
        List<?> parts = ValueReading.list(reply);
        if (scanned) {
            acceptExpiry(parts);
            return;
        }
        List<?> words = (List<?>) parts.get(1);
        int step = command.equals("HSCAN") ? 2 : 1;
        for (int i = 0; i < words.size(); i += step) {
            String member = ValueReading.text(words.get(i));
            lines.put(member, ValueReading.text(words.subList(i, i + step)));
        }
        cursor = ValueReading.text(parts.get(0));
        scanned = cursor.equals("0");
        if (scanned && readsFieldExpiry) {
            withoutExpiry.addAll(lines.keySet());
        }
    }

    /** A time in milliseconds for each field, -1 if it never expires, -2 if it just did. */
    private void acceptExpiry(List<?> times) {
        for (int i = 0; i < times.size(); i++) {
            long time = (Long) times.get(i);
            if (time >= 0) {
                lines.merge(asked.get(i), BETWEEN + "expires at " + time, String::concat);
            }
        }
        withoutExpiry.subList(0, asked.size()).clear();
    }

    @Override
    public List<String> lines() {
        return List.copyOf(lines.values());
    }
}
