package io.caravan.rdb;

import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import io.caravan.servers.ServerProgram;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Asks a real server for values, in the shape in which {@link ExpectedValue} compares them. */
final class ServerValues {

    private final RespClient client;
    private final ServerProgram program;

    ServerValues(RespClient client, ServerProgram program) {
        this.client = client;
        this.program = program;
    }

    Set<String> keys() {
        return new HashSet<>(texts(call("KEYS", "*")));
    }

    /** When the key expires; servers before 7.0 do not tell. */
    boolean tellsExpiry() {
        return program.atLeast("7.0");
    }

    long expiryOf(String key) {
        return Math.max(0, number(call("PEXPIRETIME", key)));
    }

    Object value(String key) {
        String type = text(call("TYPE", key));
        return switch (type) {
            case "string" -> text(call("GET", key));
            case "list" -> texts(call("LRANGE", key, 0, -1));
            case "set" -> new TreeSet<>(texts(call("SMEMBERS", key)));
            case "hash" -> hash(key);
            case "zset" -> sortedSet(texts(call("ZRANGE", key, 0, -1, "WITHSCORES")));
            case "stream" -> stream(key);
            default -> throw new AssertionError("key " + key + " is of type " + type);
        };
    }

    private MemoryDestination.Hash hash(String key) {
        List<String> fieldsAndValues = texts(call("HGETALL", key));
        Map<String, String> fields = pairs(fieldsAndValues);
        Map<String, Long> expiries = new HashMap<>();
        if (DecodeTargets.of(program).can(DecodeTarget.Ability.FIELD_EXPIRY)) {
            List<String> names = List.copyOf(fields.keySet());
            List<Object> words = new ArrayList<>(List.of("HPEXPIRETIME", key, "FIELDS", names.size()));
            words.addAll(names);
            List<Object> times = list(call(words.toArray()));
            for (int i = 0; i < names.size(); i++) {
                if (number(times.get(i)) >= 0) {
                    expiries.put(names.get(i), number(times.get(i)));
                }
            }
        }
        return new MemoryDestination.Hash(fields, expiries);
    }

    private static Map<String, Double> sortedSet(List<String> membersAndScores) {
        Map<String, Double> members = new HashMap<>();
        pairs(membersAndScores).forEach((member, score) -> members.put(member, Score.parse(score)));
        return members;
    }

    private MemoryStream stream(String key) {
        var stream = new MemoryStream();
        for (Object entry : list(call("XRANGE", key, "-", "+"))) {
            stream.entries.put(text(list(entry).get(0)), texts(list(entry).get(1)));
        }
        Map<String, Object> info = fields(call("XINFO", "STREAM", key));
        stream.lastId = text(info.get("last-generated-id"));
        stream.counted = info.containsKey("entries-added");
        if (stream.counted) {
            stream.entriesAdded = number(info.get("entries-added"));
            stream.maxDeletedId = text(info.get("max-deleted-entry-id"));
        }
        for (Object group : list(call("XINFO", "GROUPS", key))) {
            addGroup(stream, key, fields(group));
        }
        return stream;
    }

    private void addGroup(MemoryStream stream, String key, Map<String, Object> info) {
        String name = text(info.get("name"));
        var group = new MemoryStream.Group();
        group.lastId = text(info.get("last-delivered-id"));
        group.entriesRead = info.get("entries-read") instanceof Long read ? read : -1;
        for (Object consumer : list(call("XINFO", "CONSUMERS", key, name))) {
            group.consumers.add(text(fields(consumer).get("name")));
        }
        long now = System.currentTimeMillis();
        for (Object row : list(call("XPENDING", key, name, "-", "+", 1000))) {
            List<Object> columns = list(row);
            String id = text(columns.get(0));
            if (stream.entries.containsKey(id)) { // RESTORE takes over what waits for a deleted message too
                long delivered = now - number(columns.get(2));
                group.pending.put(
                        id, new MemoryStream.Pending(text(columns.get(1)), delivered, number(columns.get(3))));
            }
        }
        stream.groups.put(name, group);
    }

    private @Nullable Object call(Object... words) {
        return client.call(request(words));
    }

    /** Text is bytes in ISO 8859-1. */
    static Request request(Object... words) {
        Object[] bytes = new Object[words.length];
        for (int i = 0; i < words.length; i++) {
            bytes[i] =
                    words[i] instanceof byte[] ? words[i] : words[i].toString().getBytes(StandardCharsets.ISO_8859_1);
        }
        return Request.of(bytes);
    }

    private static Map<String, Object> fields(@Nullable Object reply) {
        List<Object> items = list(reply);
        Map<String, Object> fields = new HashMap<>();
        for (int i = 0; i < items.size(); i += 2) {
            fields.put(text(items.get(i)), items.get(i + 1));
        }
        return fields;
    }

    private static Map<String, String> pairs(List<String> texts) {
        Map<String, String> pairs = new TreeMap<>();
        for (int i = 0; i < texts.size(); i += 2) {
            pairs.put(texts.get(i), texts.get(i + 1));
        }
        return pairs;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(@Nullable Object reply) {
        return (List<Object>) Objects.requireNonNull(reply);
    }

    private static List<String> texts(@Nullable Object reply) {
        return list(reply).stream().map(ServerValues::text).toList();
    }

    private static String text(@Nullable Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.ISO_8859_1) : String.valueOf(reply);
    }

    private static long number(@Nullable Object reply) {
        return (Long) Objects.requireNonNull(reply);
    }
}
