package io.caravan.servers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream: its entries, its last id, its groups with their last delivered ids, and their pending entries with consumer
 * and number of deliveries. Idle times, {@code entries-read} and consumers without pending entries are left out: they
 * differ between equal copies.
 */
final class StreamReading implements ValueReading {
    private static final int PAGE = 1_000;

    private final byte[] key;
    private final List<String> lines = new ArrayList<>();
    private final Deque<Step> steps = new ArrayDeque<>();

    StreamReading(byte[] key) {
        this.key = key;
        steps.add(entriesFrom("-"));
        steps.add(new Step(Request.of("XINFO", "STREAM", key), this::acceptStream));
        steps.add(new Step(Request.of("XINFO", "GROUPS", key), this::acceptGroups));
    }

    /** A question, and what to do with its answer. */
    private record Step(Request request, Answer answer) {}

    private interface Answer {
        void accept(List<?> reply);
    }

    @Override
    public Optional<Request> next() {
        return Optional.ofNullable(steps.peek()).map(Step::request);
    }

    @Override
    public void accept(@Nullable Object reply) {
        steps.remove().answer().accept(ValueReading.list(reply));
    }

    private Step entriesFrom(String id) {
        return new Step(Request.of("XRANGE", key, id, "+", "COUNT", PAGE), entries -> {
            entries.forEach(entry -> lines.add("entry " + ValueReading.text(entry)));
            if (entries.size() == PAGE) {
                steps.push(entriesFrom(idAfter(entries.get(PAGE - 1))));
            }
        });
    }

    private void acceptStream(List<?> fields) {
        lines.add("last id " + field(fields, "last-generated-id"));
    }

    private void acceptGroups(List<?> groups) {
        for (Object group : groups) {
            List<?> fields = (List<?>) group;
            String name = field(fields, "name");
            lines.add("group " + name + BETWEEN + field(fields, "last-delivered-id"));
            steps.add(pendingFrom(name, "-"));
        }
    }

    /** Each pending entry is {@code [id, consumer, idle time, deliveries]}. */
    private Step pendingFrom(String group, String id) {
        byte[] name = group.getBytes(StandardCharsets.ISO_8859_1);
        return new Step(Request.of("XPENDING", key, name, id, "+", PAGE), entries -> {
            for (Object entry : entries) {
                List<?> parts = (List<?>) entry;
                lines.add("pending in " + group + BETWEEN
                        + ValueReading.text(List.of(parts.get(0), parts.get(1), parts.get(3))));
            }
            if (entries.size() == PAGE) {
                steps.push(pendingFrom(group, idAfter(entries.get(PAGE - 1))));
            }
        });
    }

    /** The smallest id behind that of an entry; the exclusive {@code (id} is known from 6.2 on only. */
    private static String idAfter(Object entry) {
        String id = ValueReading.text(((List<?>) entry).get(0));
        int dash = id.indexOf('-');
        return id.substring(0, dash + 1) + Long.toUnsignedString(Long.parseUnsignedLong(id.substring(dash + 1)) + 1);
    }

    private static String field(List<?> fields, String name) {
        for (int i = 0; i < fields.size(); i += 2) {
            if (ValueReading.text(fields.get(i)).equals(name)) {
                return ValueReading.text(fields.get(i + 1));
            }
        }
        throw new IllegalStateException("XINFO has no field " + name);
    }

    @Override
    public List<String> lines() {
        return lines;
    }
}
