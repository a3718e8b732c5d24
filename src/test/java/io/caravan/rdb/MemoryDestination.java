package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One database that applies the commands which {@link ValueDecoder} emits, as a server would; an argument that a server
 * would refuse fails the test. Texts are bytes in ISO 8859-1.
 */
final class MemoryDestination {

    /** A hash, its fields' times of expiry beside. */
    record Hash(Map<String, String> fields, Map<String, Long> expiries) {}

    private final Map<String, Object> values = new HashMap<>();
    private final Map<String, Long> expiries = new HashMap<>();

    /** Asserts that two values are the same, one decoded, the other asked of a server. */
    static void assertSame(Object decoded, Object asked, String key) {
        if (decoded instanceof MemoryStream stream) {
            var other = (MemoryStream) asked;
            assertThat(stream.entries).as(key).isEqualTo(other.entries);
            assertThat(stream.lastId).as(key).isEqualTo(other.lastId);
            assertThat(stream.groups.keySet()).as(key).isEqualTo(other.groups.keySet());
            if (other.counted) {
                assertThat(stream.entriesAdded).as(key).isEqualTo(other.entriesAdded);
                assertThat(stream.maxDeletedId).as(key).isEqualTo(other.maxDeletedId);
            }
        } else {
            assertThat(decoded.equals(asked)).as("key %s", key).isTrue();
        }
    }

    void apply(List<List<String>> commands) {
        commands.forEach(this::applyOne);
    }

    Set<String> keys() {
        return values.keySet();
    }

    /** The value of a key that there is. */
    Object value(String key) {
        return Objects.requireNonNull(values.get(key), key);
    }

    /** When the key expires; 0 if it does not. */
    long expiryOf(String key) {
        return expiries.getOrDefault(key, 0L);
    }

    private void applyOne(List<String> command) {
        String key = command.get(command.get(0).equals("XGROUP") ? 2 : 1);
        List<String> arguments = command.subList(2, command.size());
        switch (command.get(0)) {
            case "DEL" -> delete(key);
            case "SET" -> {
                delete(key);
                values.put(key, arguments.get(0));
            }
            case "SETRANGE" -> setRange(key, Integer.parseInt(arguments.get(0)), arguments.get(1));
            case "RPUSH" -> list(key).addAll(arguments);
            case "SADD" -> set(key).addAll(arguments);
            case "HSET" -> pairs(arguments).forEach(pair -> setField(key, pair.get(0), pair.get(1)));
            case "HPEXPIREAT" -> expireFields(key, arguments);
            case "ZADD" -> pairs(arguments).forEach(pair -> sortedSet(key).put(pair.get(1), score(pair.get(0))));
            case "PEXPIREAT" -> {
                assertThat(values).containsKey(key);
                expiries.put(key, Long.parseLong(arguments.get(0)));
            }
            case "XGROUP" -> stream(key).group(command.get(1), command.subList(3, command.size()));
            case "XADD" -> addEntry(key, arguments);
            case "XSETID" -> stream(key).setId(arguments);
            case "XCLAIM" -> stream(key).claim(arguments);
            case "XCFGSET" -> stream(key).configure(arguments);
            case "XIDMPRECORD" -> stream(key).record(arguments);
            default -> throw new AssertionError("unknown command " + command);
        }
    }

    private void delete(String key) {
        values.remove(key);
        expiries.remove(key);
    }

    private void setRange(String key, int offset, String piece) {
        var text = (String) value(key);
        assertThat(text).as("only ever appended to").hasSize(offset);
        values.put(key, text + piece);
    }

    private void setField(String key, String field, String value) {
        hash(key).fields().put(field, value);
        hash(key).expiries().remove(field);
    }

    private void expireFields(String key, List<String> arguments) {
        assertThat(arguments.get(1)).isEqualTo("FIELDS");
        List<String> fields = arguments.subList(3, arguments.size());
        assertThat(fields).hasSize(Integer.parseInt(arguments.get(2)));
        for (String field : fields) {
            assertThat(hash(key).fields()).containsKey(field);
            hash(key).expiries().put(field, Long.parseLong(arguments.get(0)));
        }
    }

    private void addEntry(String key, List<String> arguments) {
        values.putIfAbsent(key, new MemoryStream());
        stream(key).add(arguments);
    }

    private static double score(String text) {
        return switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    @SuppressWarnings("unchecked")
    private List<String> list(String key) {
        return (List<String>) values.computeIfAbsent(key, absent -> new ArrayList<String>());
    }

    @SuppressWarnings("unchecked")
    private Set<String> set(String key) {
        return (Set<String>) values.computeIfAbsent(key, absent -> new TreeSet<String>());
    }

    @SuppressWarnings("unchecked")
    private Map<String, Double> sortedSet(String key) {
        return (Map<String, Double>) values.computeIfAbsent(key, absent -> new TreeMap<String, Double>());
    }

    private Hash hash(String key) {
        return (Hash) values.computeIfAbsent(key, absent -> new Hash(new HashMap<>(), new HashMap<>()));
    }

    private MemoryStream stream(String key) {
        return (MemoryStream) value(key);
    }

    private static List<List<String>> pairs(List<String> arguments) {
        assertThat(arguments.size() % 2).as("arguments come in pairs").isZero();
        var pairs = new ArrayList<List<String>>();
        for (int i = 0; i < arguments.size(); i += 2) {
            pairs.add(arguments.subList(i, i + 2));
        }
        return pairs;
    }
}
