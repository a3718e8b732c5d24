package io.caravan.sync;

import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.Edition;
import io.caravan.servers.ServerProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What clients do, an operation at a time, read from the files in {@code operations/}; the notation is explained there. */
public final class Operations {

    private static final List<String> FILES = List.of(
            "flushes.txt",
            "strings.txt",
            "keys.txt",
            "lists.txt",
            "sets.txt",
            "hashes.txt",
            "scripts.txt",
            "streams.txt");

    private static final Pattern HEAD = Pattern.compile("== (\\S+)(?: \\[(\\w+)])?(?: \\| (.+))?");
    private static final Pattern LINE = Pattern.compile("(?:([\\w.]+): )?(?:([&*]) )?(.+)");
    private static final Pattern NAME = Pattern.compile("\\b[A-Z][A-Z-]+\\b");

    /** Commands that can write and that no client is written down for, with the reason. */
    static final Map<String, String> EXCEPTIONS = Map.of(
            "CLUSTER", "administers a cluster; what the stream carries of it belongs to a migration of slots",
            "CARAVAN.REFRESH", "is no command of a client",
            "CARAVAN.REFUSE", "is no command of a client");

    /** Of the table of the Community Edition. */
    private static final Set<String> ONLY_OF_REDIS_4_0 = Set.of("SWAPDB", "UNLINK");

    /** What no client needs to have sent; see {@code io.caravan.transform.StreamForms}. */
    private static final Set<String> FORMS_OF_LISTED = Set.of("PFCOUNT", "RESTORE-ASKING", "SCRIPT");

    private Operations() {}

    /** Which source an operation needs besides a version. */
    public enum Where {
        ANYWHERE,
        STANDARD,
        DATABASES
    }

    /** Where a line is sent. */
    public enum Recipient {
        MASTER,
        EVERY_MASTER,
        /** The master, on a connection of its own that has to block. */
        BLOCKING
    }

    /**
     * One line.
     *
     * @param needs the version that the source must have, {@code databases}, or nothing
     */
    public record Line(String needs, Recipient recipient, String command) {}

    /**
     * An operation of the command table.
     *
     * @param arrives how the stream carries it; empty if as itself
     */
    public record Operation(String name, Where where, String arrives, List<Line> lines) {

        public CommandSpec spec() {
            return CommandTable.standard().of(name);
        }

        /** The names under which the stream may carry it. */
        Set<String> names() {
            Set<String> names =
                    NAME.matcher(arrives).results().map(MatchResult::group).collect(Collectors.toSet());
            if (names.isEmpty() || arrives.startsWith("itself")) {
                names.add(name);
            }
            return names;
        }

        /**
         * Whether an edition leaves it out, of a source of that program: it is not listed, and the stream does not carry it as
         * something that is.
         */
        boolean isLeftOut(Edition edition, ServerProgram source) {
            if (edition == Edition.COMMUNITY && ONLY_OF_REDIS_4_0.contains(name)) {
                return !source.toString().startsWith("redis 4.0.");
            }
            return !spec().supportedBy(edition)
                    && !FORMS_OF_LISTED.contains(name)
                    && !names().stream()
                            .allMatch(each -> CommandTable.standard().of(each).supportedBy(edition));
        }
    }

    /** In the order in which they are to be run. */
    public static List<Operation> all() {
        return FILES.stream().flatMap(file -> load(file).stream()).toList();
    }

    private static List<Operation> load(String file) {
        List<Operation> operations = new ArrayList<>();
        try (var lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Operations.class.getResourceAsStream("operations/" + file)),
                StandardCharsets.UTF_8))) {
            for (String line : lines.lines().toList()) {
                if (line.startsWith("== ")) {
                    operations.add(operation(line));
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    operations.get(operations.size() - 1).lines().add(line(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return operations;
    }

    private static Operation operation(String head) {
        Matcher parts = matcher(HEAD, head);
        return new Operation(
                parts.group(1),
                parts.group(2) == null
                        ? Where.ANYWHERE
                        : Where.valueOf(parts.group(2).toUpperCase(Locale.ROOT)),
                Objects.requireNonNullElse(parts.group(3), ""),
                new ArrayList<>());
    }

    private static Line line(String text) {
        Matcher parts = matcher(LINE, text);
        String recipient = Objects.requireNonNullElse(parts.group(2), "");
        return new Line(
                Objects.requireNonNullElse(parts.group(1), ""),
                switch (recipient) {
                    case "&" -> Recipient.BLOCKING;
                    case "*" -> Recipient.EVERY_MASTER;
                    default -> Recipient.MASTER;
                },
                parts.group(3));
    }

    private static Matcher matcher(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalStateException("operations: what is '" + text + "'?");
        }
        return matcher;
    }

    /** Names of all operations. */
    static Set<String> names() {
        return all().stream().map(Operation::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
