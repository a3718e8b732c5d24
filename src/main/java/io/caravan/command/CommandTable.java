package io.caravan.command;

import io.caravan.resp.Arguments;
import io.caravan.resp.Ascii;
import io.caravan.resp.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What every command means, read from {@code commands.tsv} beside this class.
 *
 * <p>Looked up by the bytes of a name in any case, without an allocation. What a server says beyond it makes a table of its
 * own, {@link #with}: each source may have other modules. Immutable but for the names it does not know, which it remembers (a
 * bounded number of them) so that each has one {@link CommandSpec}. Thread-safe.
 */
public final class CommandTable {

    private static final int MOST_UNKNOWN_NAMES = 1000;
    private static final int LONGEST_NAME = 64;
    private static final int MOST_DECLARED = 10_000;
    private static final CommandTable STANDARD = load("commands.tsv");

    private final CommandSpec[] specs;
    private final byte[][] names;
    private final int mask;
    private final Map<String, CommandSpec> unknown = new ConcurrentHashMap<>();

    private CommandTable(List<CommandSpec> all) {
        int capacity = Integer.highestOneBit(all.size() * 4);
        mask = capacity - 1;
        specs = new CommandSpec[capacity];
        names = new byte[capacity][];
        for (CommandSpec spec : all) {
            byte[] name = spec.name().getBytes(StandardCharsets.US_ASCII);
            int at = hash(name, 0, name.length) & mask;
            while (specs[at] != null) {
                at = at + 1 & mask;
            }
            specs[at] = spec;
            names[at] = name;
        }
    }

    /** The table of all commands of Redis 4.0 to 8 and Valkey to 9. */
    public static CommandTable standard() {
        return STANDARD;
    }

    /**
     * A table that knows the commands of this one and those that a server describes in its reply to {@code COMMAND}, as far as
     * they may be in a stream: writes, and whatever modules bring. What this one knows stays as it is.
     */
    public CommandTable with(Reply reply) {
        Map<String, CommandSpec> more = new LinkedHashMap<>();
        for (CommandInfo command : CommandInfo.parse(reply)) {
            if ((command.write() || command.ofModule()) && isNew(command.name()) && more.size() < MOST_DECLARED) {
                more.putIfAbsent(command.name(), command.toSpec());
            }
        }
        if (more.isEmpty()) {
            return this;
        }
        List<CommandSpec> all = new ArrayList<>(all());
        all.addAll(more.values());
        return new CommandTable(all);
    }

    /** Whether it can be a command's name, and is not in the table. */
    private boolean isNew(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.chars().allMatch(c -> c > ' ' && c < 127)
                && find(bytes, 0, bytes.length) == null;
    }

    /** What the table says of the command whose name is argument 0; an entry of its own if it is not known. */
    public CommandSpec of(Arguments arguments) {
        return of(arguments.bytes(), arguments.start(0), arguments.length(0));
    }

    /** What the table says of the command named by these bytes; an entry of its own if it is not known. */
    public CommandSpec of(byte[] bytes, int start, int length) {
        CommandSpec spec = find(bytes, start, length);
        return spec == null ? unknown(bytes, start, length) : spec;
    }

    private @Nullable CommandSpec find(byte[] bytes, int start, int length) {
        int at = hash(bytes, start, length) & mask;
        while (names[at] != null) {
            if (same(names[at], bytes, start, length)) {
                return specs[at];
            }
            at = at + 1 & mask;
        }
        return null;
    }

    /** What the table says of that command; an entry of its own if it is not known. */
    public CommandSpec of(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return of(bytes, 0, bytes.length);
    }

    /** All commands of the table. */
    public Collection<CommandSpec> all() {
        List<CommandSpec> all = new ArrayList<>();
        for (@Nullable CommandSpec spec : specs) {
            if (spec != null) {
                all.add(spec);
            }
        }
        return all;
    }

    private CommandSpec unknown(byte[] bytes, int start, int length) {
        String name = new String(bytes, start, Math.min(length, LONGEST_NAME), StandardCharsets.UTF_8)
                .toUpperCase(Locale.ROOT);
        CommandSpec known = unknown.get(name);
        if (known != null) {
            return known;
        }
        CommandSpec spec = CommandSpec.unknown(name);
        if (unknown.size() < MOST_UNKNOWN_NAMES) {
            unknown.put(name, spec);
        }
        return spec;
    }

    private static int hash(byte[] bytes, int start, int length) {
        int hash = length;
        for (int i = start; i < start + length; i++) {
            hash = hash * 31 + Ascii.upper(bytes[i]);
        }
        return hash ^ hash >>> 15;
    }

    private static boolean same(byte[] name, byte[] bytes, int start, int length) {
        if (name.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name[i] != Ascii.upper(bytes[start + i])) {
                return false;
            }
        }
        return true;
    }

    private static CommandTable load(String resource) {
        InputStream in = CommandTable.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IllegalStateException(resource + " is missing from the jar; build it again");
        }
        try (var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return new CommandTable(reader.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(CommandTable::parse)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " cannot be read", e);
        }
    }

    // name group keys access repeatable scope editions since split
    private static CommandSpec parse(String line) {
        String[] column = line.trim().split("\\s+");
        if (column.length != 9) {
            throw new IllegalStateException("commands.tsv: 9 columns expected in '" + line + "'");
        }
        return new CommandSpec(
                column[0],
                CommandGroup.of(column[1]),
                KeyPositions.parse(column[2]),
                column[3].equals("write"),
                Repeatability.parse(column[4]),
                Scope.valueOf(column[5].toUpperCase(Locale.ROOT)),
                editions(column[6]),
                column[7].equals("-") ? "" : column[7],
                Split.of(column[8]),
                KnownBy.TABLE);
    }

    private static List<Edition> editions(String column) {
        return switch (column) {
            case "-" -> List.of();
            case "both" -> List.of(Edition.COMMUNITY, Edition.ENHANCED);
            default -> List.of(Edition.of(column));
        };
    }
}
