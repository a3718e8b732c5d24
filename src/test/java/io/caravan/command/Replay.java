package io.caravan.command;

import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import io.caravan.servers.RespClient;
import io.caravan.servers.RespError;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Applies commands to a server, and then all of them again from the first one on, as after a lost connection.
 *
 * <p>A command is a line; its words are separated by single blanks, and {@code hex:0a0b} stands for bytes.
 */
final class Replay implements AutoCloseable {

    private static final String BYTES = "hex:";

    /** Times are taken for equal within this; those of {@link ReplayPrograms} differ by more. */
    private static final long TIME_GRAIN_MILLIS = 1_000_000_000L;

    /** A HyperLogLog begins with this, an encoding and the count that was last computed, which says nothing of its own. */
    private static final String HYPERLOGLOG = "48594c4c";

    private static final int END_OF_COUNT = 2 * 16;

    private final CommandTable table = CommandTable.standard();
    private final RespClient client;

    Replay(RedisServer server) {
        client = server.client();
    }

    @Override
    public void close() {
        client.close();
    }

    /** Values of each type as {@code RESTORE} takes them. */
    List<String> payloads() {
        run(List.of("FLUSHALL", "SET a restored", "SADD b m x", "HSET c f restored", "ZADD d 9 m"));
        return Stream.of("a", "b", "c", "d")
                .map(key -> BYTES + HexFormat.of().formatHex((byte[]) client.call(Request.of("DUMP", key))))
                .toList();
    }

    /** Commands that took effect one after the other, {@code length} of them or as many as were found in so many attempts. */
    List<String> effective(List<String> setup, Supplier<String> commands, int length, int attempts) {
        begin(setup);
        List<String> effective = new ArrayList<>();
        long changes = changes();
        for (int i = 0; i < attempts && effective.size() < length; i++) {
            String line = commands.get();
            Object reply = run(List.of(line)).get(0);
            long after = changes();
            if (after != changes && !(reply instanceof RespError)) {
                effective.add(line);
            }
            changes = after;
        }
        return effective;
    }

    /** What the keys hold after all commands; empty if the server refuses one of them. */
    Map<String, String> endState(List<String> setup, List<String> commands) {
        begin(setup);
        return run(commands).stream().anyMatch(RespError.class::isInstance) ? Map.of() : state();
    }

    /**
     * What the keys hold after the first {@code applied} of the commands and then all of them. Keys of a command that was
     * refused the second time are left out: such an error makes them be read again at the source.
     */
    Map<String, String> replayed(List<String> setup, List<String> commands, int applied) {
        begin(setup);
        run(commands.subList(0, applied));
        List<Object> replies = run(commands);
        Map<String, String> state = state();
        for (int i = 0; i < replies.size(); i++) {
            if (replies.get(i) instanceof RespError) {
                var command = Batches.scanned(commands.get(i));
                table.of(command).keys().visit(command, key -> state.remove(command.text(key)));
            }
        }
        return state;
    }

    private void begin(List<String> setup) {
        run(List.of("FLUSHALL"));
        run(setup);
    }

    private List<Object> run(List<String> lines) {
        return client.pipeline(lines.stream().map(Replay::request).toList());
    }

    private static Request request(String line) {
        return Request.of(Stream.of(line.split(" ", -1))
                .map(word -> word.startsWith(BYTES) ? HexFormat.of().parseHex(word.substring(BYTES.length())) : word)
                .toArray());
    }

    private long changes() {
        String info = (String) client.call("INFO", "persistence");
        return info.lines()
                .filter(line -> line.startsWith("rdb_changes_since_last_save:"))
                .map(line -> Long.parseLong(line.split(":")[1]))
                .findFirst()
                .orElseThrow();
    }

    private Map<String, String> state() {
        Map<String, String> state = new TreeMap<>();
        for (String key :
                Stream.concat(ReplayPrograms.KEYS.stream(), Stream.of("a", "b")).toList()) {
            state.put(key, value(key));
        }
        return state;
    }

    /** Everything that any type of value may hold; what is of another type is refused and reads as that. */
    private String value(String key) {
        List<Object> replies = client.pipeline(Stream.of(
                        "GET " + key,
                        "LRANGE " + key + " 0 -1",
                        "ZRANGE " + key + " 0 -1 WITHSCORES",
                        "XRANGE " + key + " - +",
                        "HMGET " + key + " f g",
                        "XPENDING " + key + " g - + 100",
                        "HPEXPIRETIME " + key + " FIELDS 2 f g",
                        "SMEMBERS " + key,
                        "PTTL " + key)
                .map(Replay::request)
                .toList());
        var text = new StringBuilder();
        for (Object reply : replies.subList(0, 5)) {
            text.append(readable(reply)).append(' ');
        }
        text.append(pending(replies.get(5)))
                .append(' ')
                .append(times(replies.get(6)))
                .append(' ');
        text.append(replies.get(7) instanceof List<?> members ? sorted(members) : "-")
                .append(' ');
        long timeToLive = (Long) replies.get(8);
        return text + "expires " + (timeToLive < 0 ? timeToLive : grain(System.currentTimeMillis() + timeToLive));
    }

    /** Entries and consumers, without the time that passes. */
    private static String pending(Object reply) {
        return reply instanceof List<?> entries
                ? entries.stream()
                        .map(entry -> readable(((List<?>) entry).subList(0, 2)))
                        .toList()
                        .toString()
                : "-";
    }

    private static Object times(Object reply) {
        return reply instanceof List<?> times
                ? times.stream()
                        .map(time -> time instanceof Long millis && millis > 0 ? grain(millis) : time)
                        .toList()
                : "-";
    }

    private static long grain(long millis) {
        return Math.round((double) millis / TIME_GRAIN_MILLIS);
    }

    private static Set<String> sorted(List<?> members) {
        Set<String> sorted = new TreeSet<>();
        members.forEach(member -> sorted.add(readable(member)));
        return sorted;
    }

    private static String readable(Object reply) {
        if (reply instanceof RespError) {
            return "-";
        }
        if (reply instanceof byte[] bytes) {
            String hex = HexFormat.of().formatHex(bytes);
            return hex.startsWith(HYPERLOGLOG) ? hex.substring(END_OF_COUNT) : hex;
        }
        return reply instanceof List<?> list
                ? list.stream().map(Replay::readable).toList().toString()
                : String.valueOf(reply);
    }
}
