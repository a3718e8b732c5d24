package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** A stream of {@link MemoryDestination}. */
final class MemoryStream {

    /** A pending entry: who has it, since when, how often it was delivered. */
    record Pending(String consumer, long millis, long deliveries) {}

    /** A consumer group. */
    static final class Group {
        final TreeSet<String> consumers = new TreeSet<>();
        final Map<String, Pending> pending = new TreeMap<>();
        String lastId = "0-0";
        long entriesRead = -1;
    }

    final Map<String, List<String>> entries = new TreeMap<>((a, b) -> compare(a, b));
    final Map<String, Group> groups = new TreeMap<>();
    final Map<String, String> records = new TreeMap<>();
    List<String> configuration = List.of();
    String lastId = "0-0";
    String maxDeletedId = "0-0";
    long entriesAdded;

    /** Whether the counters of Redis 7.0 are known. */
    boolean counted = true;

    /** The group of this name, which there is. */
    Group group(String name) {
        return Objects.requireNonNull(groups.get(name), name);
    }

    void add(List<String> arguments) {
        boolean trimmed = arguments.get(0).equals("MAXLEN");
        String id = arguments.get(trimmed ? 2 : 0);
        assertThat(compare(id, lastId)).as("XADD %s after %s", id, lastId).isPositive();
        lastId = id;
        entriesAdded++;
        if (!trimmed) {
            assertThat(arguments.size() % 2).isEqualTo(1);
            entries.put(id, arguments.subList(1, arguments.size()));
        }
    }

    void setId(List<String> arguments) {
        lastId = arguments.get(0);
        entries.keySet().forEach(id -> assertThat(compare(id, lastId)).isNotPositive());
        if (arguments.size() > 1) {
            entriesAdded = Long.parseLong(arguments.get(2));
            assertThat(entriesAdded).isGreaterThanOrEqualTo(entries.size());
            maxDeletedId = arguments.get(4);
        }
    }

    void group(String subcommand, List<String> arguments) {
        String name = arguments.get(0);
        if (subcommand.equals("CREATE")) {
            var group = new Group();
            group.lastId = arguments.get(1);
            group.entriesRead = arguments.size() > 2 ? Long.parseLong(arguments.get(3)) : -1;
            assertThat(groups.put(name, group)).isNull();
        } else {
            assertThat(subcommand).isEqualTo("CREATECONSUMER");
            group(name).consumers.add(arguments.get(1));
        }
    }

    /** {@code <group> <consumer> 0 <id> TIME <ms> RETRYCOUNT <n> FORCE JUSTID LASTID <id>}; an entry must be there. */
    void claim(List<String> arguments) {
        Group group = group(arguments.get(0));
        assertThat(arguments.get(4)).isEqualTo("TIME");
        assertThat(arguments.get(6)).isEqualTo("RETRYCOUNT");
        assertThat(arguments.subList(8, 12)).containsExactly("FORCE", "JUSTID", "LASTID", group.lastId);
        String id = arguments.get(3);
        if (entries.containsKey(id)) {
            group.consumers.add(arguments.get(1));
            group.pending.put(
                    id,
                    new Pending(arguments.get(1), Long.parseLong(arguments.get(5)), Long.parseLong(arguments.get(7))));
        }
    }

    void configure(List<String> arguments) {
        configuration = arguments;
    }

    void record(List<String> arguments) {
        assertThat(entries).containsKey(arguments.get(2));
        records.put(arguments.get(0) + "/" + arguments.get(1), arguments.get(2));
    }

    static int compare(String id, String other) {
        int order = Long.compareUnsigned(number(id, 0), number(other, 0));
        return order != 0 ? order : Long.compareUnsigned(number(id, 1), number(other, 1));
    }

    private static long number(String id, int index) {
        int dash = id.indexOf('-');
        return Long.parseUnsignedLong(index == 0 ? id.substring(0, dash) : id.substring(dash + 1));
    }
}
