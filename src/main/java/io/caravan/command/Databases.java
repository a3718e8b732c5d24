package io.caravan.command;

import io.caravan.resp.MalformedRespException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which databases of a source are synchronized, and where their keys are from there on: in the database of the same number, or
 * in database 0 behind a prefix of their own. Written as {@code 0,1=one:,2=two:}.
 *
 * <p>What always holds: no prefix begins with another, so that a key of database 0 is of one database of the source. Only a
 * key that database 0 itself, kept as it is, has behind a prefix is not told from the one that it collides with. Immutable.
 */
public final class Databases {

    /** Every database as it is. */
    public static final Databases ALL = new Databases(Set.of(), Map.of());

    private final Set<Integer> kept;
    private final Map<Integer, byte[]> prefixes;

    /**
     * A key of the source.
     *
     * @param database number of its database
     */
    public record Origin(int database, byte[] key) {}

    private Databases(Set<Integer> kept, Map<Integer, byte[]> prefixes) {
        this.kept = kept;
        this.prefixes = prefixes;
    }

    /** These databases as they are, and no others; all of them if there are none. */
    public static Databases only(Collection<Integer> numbers) {
        return new Databases(new TreeSet<>(numbers), Map.of());
    }

    /**
     * Reads the notation above; blank: all databases as they are. A comma within a prefix is written {@code \,}.
     *
     * @throws IllegalArgumentException if it is not of that notation, or prefixes could not be told apart
     */
    public static Databases parse(String text) {
        var kept = new TreeSet<Integer>();
        var prefixes = new TreeMap<Integer, byte[]>();
        for (String part : text.split("(?<!\\\\),")) {
            String entry = part.replace("\\,", ",").strip();
            if (entry.isEmpty()) {
                continue;
            }
            int equals = entry.indexOf('=');
            int number = number(text, equals < 0 ? entry : entry.substring(0, equals));
            if (kept.contains(number) || prefixes.containsKey(number)) {
                throw refused(text, "database " + number + " is named twice");
            }
            if (equals < 0) {
                kept.add(number);
            } else {
                prefixes.put(number, entry.substring(equals + 1).getBytes(StandardCharsets.UTF_8));
            }
        }
        refuseAmbiguous(text, kept, prefixes);
        return new Databases(kept, prefixes);
    }

    private static int number(String text, String number) {
        String digits = number.strip();
        if (!digits.matches("\\d{1,9}")) {
            throw refused(text, "'" + digits + "' is no number of a database");
        }
        return Integer.parseInt(digits);
    }

    private static void refuseAmbiguous(String text, Set<Integer> kept, Map<Integer, byte[]> prefixes) {
        prefixes.forEach((number, prefix) -> {
            if (ReservedKeys.contain(prefix, 0, prefix.length)) {
                throw refused(text, "keys that begin with " + ReservedKeys.PREFIX + " are Caravan's own");
            }
            if (prefix.length == 0 && kept.contains(0)) {
                throw refused(
                        text, "database " + number + " needs a prefix, since database 0 is synchronized as it is");
            }
            prefixes.forEach((other, begun) -> {
                if (!other.equals(number) && begins(prefix, begun)) {
                    throw refused(
                            text,
                            "the prefix of database " + number + " begins with that of database " + other
                                    + ", so that nobody could tell whose a key is");
                }
            });
        });
    }

    private static IllegalArgumentException refused(String text, String why) {
        return new IllegalArgumentException(
                "databases=" + text + ": " + why
                        + "; write the databases that are synchronized, with the prefix of those that go to database 0: 0,1=one:");
    }

    /** Whether every database is synchronized as it is. */
    public boolean isAll() {
        return kept.isEmpty() && prefixes.isEmpty();
    }

    /** Whether the database is synchronized. */
    public boolean selects(int database) {
        return keeps(database) || moves(database);
    }

    /** Whether the database is synchronized as it is. */
    public boolean keeps(int database) {
        return isAll() || kept.contains(database);
    }

    /** Whether the database's keys are in database 0 behind a prefix from here on. */
    public boolean moves(int database) {
        return prefixes.containsKey(database);
    }

    /** Numbers of the databases that are synchronized as they are; empty also if all of them are. */
    public Set<Integer> kept() {
        return Collections.unmodifiableSet(kept);
    }

    /** Number of the lowest database that is synchronized. */
    public int lowest() {
        int first = 0;
        while (!selects(first)) {
            first++;
        }
        return first;
    }

    /** Whether keys of any database are in database 0 behind a prefix from here on. */
    public boolean hasPrefixes() {
        return !prefixes.isEmpty();
    }

    /** The prefixes, which are different from each other; one of them alone may be empty. */
    public List<byte[]> prefixes() {
        return List.copyOf(prefixes.values());
    }

    /** The prefix of a database that {@link #moves}. */
    byte[] prefixOf(int database) {
        return prefixes.getOrDefault(database, new byte[0]);
    }

    /** Number of the database in which the keys of a database are from here on. */
    public int placeOf(int database) {
        return moves(database) ? 0 : database;
    }

    /** A key of a database, as it is called from here on. */
    public byte[] nameOf(byte[] key, int database) {
        byte[] prefix = prefixOf(database);
        byte[] name = Arrays.copyOf(prefix, prefix.length + key.length);
        System.arraycopy(key, 0, name, prefix.length, key.length);
        return name;
    }

    /** The key of the source that is called {@code key} in {@code database} from here on. */
    public Origin originOf(byte[] key, int database) {
        if (database == 0) {
            for (Map.Entry<Integer, byte[]> moved : prefixes.entrySet()) {
                if (begins(key, moved.getValue())) {
                    return new Origin(moved.getKey(), Arrays.copyOfRange(key, moved.getValue().length, key.length));
                }
            }
        }
        return new Origin(database, key);
    }

    /** Whether a key that stands in {@code bytes} from {@code start} on begins with a prefix. */
    public boolean beginsWithPrefix(byte[] bytes, int start, int length) {
        for (byte[] prefix : prefixes.values()) {
            if (length >= prefix.length
                    && Arrays.equals(bytes, start, start + prefix.length, prefix, 0, prefix.length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean begins(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** In words: {@code 0 as it is, 1 to keys of database 0 that begin with 'one:'; no other}. */
    @Override
    public String toString() {
        if (isAll()) {
            return "all as they are";
        }
        List<String> parts = new ArrayList<>();
        if (!kept.isEmpty()) {
            parts.add(kept.stream().map(String::valueOf).collect(Collectors.joining(", "))
                    + (kept.size() == 1 ? " as it is" : " as they are"));
        }
        prefixes.forEach((number, prefix) -> parts.add(
                number + " to keys of database 0 that begin with '" + MalformedRespException.quote(prefix) + "'"));
        return String.join(", ", parts) + "; no other";
    }
}
