package io.caravan.transform;

import io.caravan.command.CommandBatch;
import io.caravan.command.CommandCursor;
import io.caravan.command.CommandGroup;
import io.caravan.command.CommandSpec;
import io.caravan.command.DatabaseRules;
import io.caravan.command.Databases;
import io.caravan.command.Phase;
import io.caravan.command.Scope;
import io.caravan.resp.Arguments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.Metadata;

/**
 * Which part of the source is synchronized: databases, keys, commands. What is not selected is left out, in the snapshot and
 * in the stream.
 *
 * <p>A command whose keys are partly selected is applied to the selected ones: exactly, where each of its keys is treated
 * by itself ({@code DEL}, {@code MSET}); else the selected keys are read again at the source, since the command cannot be
 * run where the other keys are not (a {@code RENAME} out of the selection removes the key, one into it brings it). What names
 * databases itself ({@code MOVE}, {@code SWAPDB}, {@code FLUSHALL}) does so to the selected ones, see {@link DatabaseRules}.
 */
@Metadata(
        label = "bean",
        description = "Selects the databases, keys and commands that are synchronized",
        annotations = {"interfaceName=org.apache.camel.Processor"})
@Configurer(metadataOnly = true)
public final class Selection extends BatchProcessor {

    @Metadata(description = "Numbers of the databases that are synchronized, separated by commas; empty: all")
    private String databases = "";

    @Metadata(
            description = "Keys that are synchronized, as patterns separated by commas: prefix:user:, glob:user:*,"
                    + " regex:^user:[0-9]+$, or a glob alone; a comma within a pattern is written \\,; empty: all")
    private String includeKeys = "";

    @Metadata(description = "Keys that are left out, as patterns like those of includeKeys; wins over includeKeys")
    private String excludeKeys = "";

    @Metadata(
            description = "Commands of the stream that are applied, separated by commas: names, or groups as @list,"
                    + " @scripting; empty: all")
    private String includeCommands = "";

    @Metadata(description = "Commands of the stream that are left out: names or @groups; wins over includeCommands")
    private String excludeCommands = "";

    private DatabaseRules ofDatabases = new DatabaseRules(Databases.ALL);
    private List<KeyPattern> included = List.of();
    private List<KeyPattern> excluded = List.of();
    private CommandSet commandsIncluded = CommandSet.NONE;
    private CommandSet commandsExcluded = CommandSet.NONE;
    private final LongAdder leftOut = new LongAdder();

    public String getDatabases() {
        return databases;
    }

    /**
     * Numbers of the databases that are synchronized, separated by commas; empty: all.
     *
     * @throws IllegalArgumentException if one of them is no number
     */
    public void setDatabases(String databases) {
        this.databases = databases;
        try {
            ofDatabases = new DatabaseRules(Databases.only(
                    split(databases).stream().map(Integer::valueOf).toList()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + databases + "' is no list of database numbers; write databases as 0,1,2", e);
        }
    }

    public String getIncludeKeys() {
        return includeKeys;
    }

    /** Keys that are synchronized. */
    public void setIncludeKeys(String includeKeys) {
        this.includeKeys = includeKeys;
        included = split(includeKeys).stream().map(KeyPattern::parse).toList();
    }

    public String getExcludeKeys() {
        return excludeKeys;
    }

    /** Keys that are left out. */
    public void setExcludeKeys(String excludeKeys) {
        this.excludeKeys = excludeKeys;
        excluded = split(excludeKeys).stream().map(KeyPattern::parse).toList();
    }

    public String getIncludeCommands() {
        return includeCommands;
    }

    /** Commands that are applied. */
    public void setIncludeCommands(String includeCommands) {
        this.includeCommands = includeCommands;
        commandsIncluded = CommandSet.of(split(includeCommands));
    }

    public String getExcludeCommands() {
        return excludeCommands;
    }

    /** Commands that are left out. */
    public void setExcludeCommands(String excludeCommands) {
        this.excludeCommands = excludeCommands;
        commandsExcluded = CommandSet.of(split(excludeCommands));
    }

    /** How many commands were left out. Any thread. */
    public long leftOut() {
        return leftOut.sum();
    }

    @Override
    protected void process(CommandBatch batch) {
        boolean byCommand = batch.origin().phase() != Phase.SNAPSHOT && selectsByCommand();
        if (databases.isBlank() && !selectsByKey() && !byCommand) {
            return;
        }
        batch.edit(command -> {
            if (command.spec().scope() == Scope.TRANSACTION) {
                return;
            }
            if (byCommand && !selectsCommand(command.spec())) {
                leaveOut(command);
            } else if (ofDatabases.leaveOut(command)) {
                leftOut.increment();
            } else if (selectsByKey()) {
                selectKeys(command);
            }
        });
    }

    /** Whether a key of a database is synchronized. */
    public boolean selects(int database, byte[] key) {
        return selects(database) && selectsKey(key);
    }

    /** Whether any key of a database is synchronized. */
    public boolean selects(int database) {
        return ofDatabases.databases().selects(database);
    }

    /** Whether it selects among the keys of a database by their names. */
    public boolean selectsByKey() {
        return !included.isEmpty() || !excluded.isEmpty();
    }

    /** Caravan's own commands are no operations of the source: another step has put them in the place of one. */
    private boolean selectsCommand(CommandSpec spec) {
        return spec.scope() == Scope.REFRESH
                || spec.scope() == Scope.REFUSE
                || (commandsIncluded.isEmpty() || commandsIncluded.contains(spec)) && !commandsExcluded.contains(spec);
    }

    private boolean selectsByCommand() {
        return !commandsIncluded.isEmpty() || !commandsExcluded.isEmpty();
    }

    private boolean selectsKey(byte[] key) {
        return (included.isEmpty() || matchesAny(included, key)) && !matchesAny(excluded, key);
    }

    private static boolean matchesAny(List<KeyPattern> patterns, byte[] key) {
        for (KeyPattern pattern : patterns) {
            if (pattern.matches(key)) {
                return true;
            }
        }
        return false;
    }

    private void selectKeys(CommandCursor command) {
        byte[] first = command.key();
        if (first == null) {
            return; // concerns no key, so the selection of keys says nothing about it
        }
        if (command.spec().keys().single()) {
            if (!selectsKey(first)) {
                leaveOut(command);
            }
            return;
        }
        Optional<List<byte[]>> keys = command.keys();
        if (keys.isEmpty()) {
            command.refuse("it is too large for memory and has too many keys to look for those that are selected"
                    + " (includeKeys, excludeKeys); raise memoryLimit");
            return;
        }
        List<byte[]> selected = new ArrayList<>(keys.get());
        selected.removeIf(key -> !selectsKey(key));
        if (selected.isEmpty()) {
            leaveOut(command);
        } else if (selected.size() < keys.get().size()) {
            applyToSelected(command, selected);
        }
    }

    private void applyToSelected(CommandCursor command, List<byte[]> selected) {
        switch (command.spec().name()) {
            case "DEL", "UNLINK" -> {
                selected.add(0, command.arguments().copy(0));
                command.replace(selected.toArray(new byte[0][]));
            }
            case "MSET" -> applyPairs(command);
            default -> command.refresh(selected);
        }
    }

    /** The values of one that is too large for memory are not to be in memory all together, in whatever form. */
    private void applyPairs(CommandCursor command) {
        if (command.isLarge()) {
            command.refuse(
                    "it is too large for memory, and only some of its keys are selected (includeKeys, excludeKeys);"
                            + " raise memoryLimit");
        } else {
            command.replace(selectedPairs(command.arguments()));
        }
    }

    private byte[][] selectedPairs(Arguments arguments) {
        List<byte[]> kept = new ArrayList<>();
        kept.add(arguments.copy(0));
        for (int i = 1; i + 1 < arguments.count(); i += 2) {
            byte[] key = arguments.copy(i);
            if (selectsKey(key)) {
                kept.add(key);
                kept.add(arguments.copy(i + 1));
            }
        }
        return kept.toArray(new byte[0][]);
    }

    private void leaveOut(CommandCursor command) {
        command.drop();
        leftOut.increment();
    }

    /** The parts between commas that are not blank; {@code \,} is a comma within a part. */
    private static List<String> split(String text) {
        return Arrays.stream(text.split("(?<!\\\\),"))
                .map(part -> part.replace("\\,", ",").trim())
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /** Commands by name or group. */
    private record CommandSet(Set<String> names, Set<CommandGroup> groups) {

        private static final CommandSet NONE = new CommandSet(Set.of(), Set.of());

        private static CommandSet of(List<String> entries) {
            Set<String> names = entries.stream()
                    .filter(entry -> !entry.startsWith("@"))
                    .map(entry -> entry.toUpperCase(Locale.ROOT))
                    .collect(Collectors.toUnmodifiableSet());
            Set<CommandGroup> groups = entries.stream()
                    .filter(entry -> entry.startsWith("@"))
                    .map(entry -> CommandGroup.of(entry.substring(1)))
                    .collect(Collectors.toUnmodifiableSet());
            return new CommandSet(names, groups);
        }

        private boolean isEmpty() {
            return names.isEmpty() && groups.isEmpty();
        }

        private boolean contains(CommandSpec spec) {
            return names.contains(spec.name()) || groups.contains(spec.group());
        }
    }
}
