package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A stream as a server described it: {@code XRANGE}, {@code XINFO GROUPS}, from 7.0 on {@code XINFO STREAM FULL}.
 * Pending entries whose message is gone are not expected: no command makes them.
 */
record ExpectedStream(JsonNode description) {

    /** Some snapshots are of a server that was given the same data a few seconds after the one that was asked. */
    private static final long SAME_DATA_AGAIN_MILLIS = 60_000;

    void assertIs(MemoryStream stream) {
        assertThat(stream.entries).hasSize(description.get("len").asInt());
        List<String> ids = List.copyOf(stream.entries.keySet());
        int i = 0;
        for (JsonNode entry : description.get("value")) {
            assertThat(ids.get(i)).isEqualTo(entry.get(0).asText());
            assertThat(stream.entries.get(ids.get(i++))).isEqualTo(ExpectedValue.texts(entry.get(1)));
        }
        Set<String> names = new TreeSet<>();
        for (JsonNode group : description.get("groups")) {
            JsonNode fields = fields(group);
            names.add(fields.get("name").asText());
            assertGroup(stream.group(fields.get("name").asText()), fields, stream.counted);
        }
        assertThat(stream.groups.keySet()).isEqualTo(names);
        if (!description.get("full").isNull()) {
            assertFull(stream, fields(description.get("full")));
        }
    }

    private static void assertGroup(MemoryStream.Group group, JsonNode fields, boolean counted) {
        assertThat(group.lastId).isEqualTo(fields.get("last-delivered-id").asText());
        if (counted && fields.has("entries-read")) {
            assertThat(group.entriesRead).isEqualTo(fields.get("entries-read").asLong(-1));
        }
        int consumers = fields.get("consumers").asInt();
        if (counted) {
            assertThat(group.consumers).hasSize(consumers);
        } else { // A server before 6.2 cannot be given a consumer without pending entries.
            assertThat(group.consumers).hasSizeLessThanOrEqualTo(consumers);
        }
    }

    private static void assertFull(MemoryStream stream, JsonNode fields) {
        assertThat(stream.lastId).isEqualTo(fields.get("last-generated-id").asText());
        if (!fields.has("entries-added")) {
            return; // before 7.0
        }
        if (stream.counted) {
            assertThat(stream.entriesAdded)
                    .isEqualTo(fields.get("entries-added").asLong());
            assertThat(stream.maxDeletedId)
                    .isEqualTo(fields.get("max-deleted-entry-id").asText());
        }
        for (JsonNode node : fields.get("groups")) {
            JsonNode group = fields(node);
            Map<String, MemoryStream.Pending> pending =
                    stream.group(group.get("name").asText()).pending;
            Set<String> claimable = new TreeSet<>();
            for (JsonNode entry : group.get("pending")) {
                String id = entry.get(0).asText();
                if (stream.entries.containsKey(id)) {
                    claimable.add(id);
                    assertPending(Objects.requireNonNull(pending.get(id), id), entry);
                }
            }
            assertThat(pending.keySet()).isEqualTo(claimable);
        }
    }

    private static void assertPending(MemoryStream.Pending pending, JsonNode entry) {
        assertThat(pending.consumer()).isEqualTo(entry.get(1).asText());
        assertThat(pending.millis()).isCloseTo(entry.get(2).asLong(), within(SAME_DATA_AGAIN_MILLIS));
        assertThat(pending.deliveries()).isEqualTo(entry.get(3).asLong());
    }

    /** An array of names and values in turn. */
    private static JsonNode fields(JsonNode array) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < array.size(); i += 2) {
            fields.set(array.get(i).asText(), array.get(i + 1));
        }
        return fields;
    }
}
