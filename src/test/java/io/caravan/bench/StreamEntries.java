package io.caravan.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What {@code XREAD} of one stream whose entries have one field answers. */
final class StreamEntries {

    /**
     * @param id the entry's id
     * @param number the value of its field
     */
    record Entry(String id, int number) {}

    private StreamEntries() {}

    static List<Entry> of(Object reply) {
        List<Entry> entries = new ArrayList<>();
        if (reply instanceof List<?> streams && streams.get(0) instanceof List<?> stream) {
            for (Object element : (List<?>) stream.get(1)) {
                List<?> entry = (List<?>) element;
                entries.add(new Entry(text(entry.get(0)), Integer.parseInt(text(((List<?>) entry.get(1)).get(1)))));
            }
        }
        return entries;
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.US_ASCII) : String.valueOf(value);
    }
}
