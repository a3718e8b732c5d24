package io.caravan.command;

import io.caravan.resp.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a server says of one command in its reply to {@code COMMAND}.
 *
 * <pre>
 * name arity [write denyoom module …] first last step           Redis 4.0 and later
 *                                     [@category …]             6.0
 *                                     [tip …] [key spec …] [sub-command …]   7.0
 * </pre>
 *
 * @param name in upper case
 * @param flags in lower case
 * @param legacy keys by first, last and step; without the ones that cannot be said so
 * @param specs the key specifications; empty before Redis 7.0, or if they do not say everything
 * @param subcommands those of a container
 */
record CommandInfo(
        String name, Set<String> flags, KeyPositions legacy, List<KeySpec> specs, List<CommandInfo> subcommands) {

    private static final int FLAGS = 2;
    private static final int FIRST_KEY = 3;
    private static final int LAST_KEY = 4;
    private static final int KEY_STEP = 5;
    private static final int KEY_SPECS = 8;
    private static final int SUBCOMMANDS = 9;

    CommandInfo {
        flags = Set.copyOf(flags);
        specs = List.copyOf(specs);
        subcommands = List.copyOf(subcommands);
    }

    /** What the reply says of each command; entries that are of another form are passed over. */
    static List<CommandInfo> parse(Reply reply) {
        List<CommandInfo> commands = new ArrayList<>();
        for (Reply entry : ReplyFields.listOf(reply)) {
            List<Reply> parts = ReplyFields.listOf(entry);
            if (parts.size() > KEY_STEP) {
                commands.add(of(parts));
            }
        }
        return commands;
    }

    private static CommandInfo of(List<Reply> parts) {
        return new CommandInfo(
                parts.get(0).text().toUpperCase(Locale.ROOT),
                ReplyFields.listOf(parts.get(FLAGS)).stream()
                        .map(flag -> flag.text().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet()),
                legacy(
                        ReplyFields.positionOf(parts.get(FIRST_KEY)),
                        ReplyFields.positionOf(parts.get(LAST_KEY)),
                        ReplyFields.positionOf(parts.get(KEY_STEP))),
                parts.size() > KEY_SPECS ? specs(parts.get(KEY_SPECS)) : List.of(),
                parts.size() > SUBCOMMANDS ? parse(parts.get(SUBCOMMANDS)) : List.of());
    }

    private static KeyPositions legacy(int first, int last, int step) {
        return first < 1 ? new KeyPositions.None() : new KeyPositions.Range(first, last, Math.max(1, step));
    }

    /** All of them, or none if one is not understood. Places of channels ({@code not_key}) are not places of keys. */
    private static List<KeySpec> specs(Reply reply) {
        List<KeySpec> specs = new ArrayList<>();
        for (Reply entry : ReplyFields.listOf(reply)) {
            ReplyFields fields = ReplyFields.of(entry);
            if (fields.words("flags").contains("not_key")) {
                continue;
            }
            Optional<KeySpec> spec = KeySpec.parse(fields);
            if (spec.isEmpty()) {
                return List.of();
            }
            specs.add(spec.get());
        }
        return specs;
    }

    /** Whether the server counts it, or a sub-command of it, among the writes. */
    boolean write() {
        return flags.contains("write") || subcommands.stream().anyMatch(CommandInfo::write);
    }

    /** Whether a module has brought it. */
    boolean ofModule() {
        return flags.contains("module");
    }

    /**
     * Where its keys stand. Where the server cannot say so (a module finds them by code of its own, and the server is older
     * than 7.0) argument 1 is taken for the key.
     */
    KeyPositions keys() {
        if (!subcommands.isEmpty()) {
            return subcommands.stream()
                    .map(CommandInfo::keys)
                    .filter(keys -> !(keys instanceof KeyPositions.None))
                    .findFirst()
                    .orElse(legacy);
        }
        if (!flags.contains("movablekeys")) {
            return legacy;
        }
        if (!specs.isEmpty()) {
            return new KeyPositions.BySpecs(specs);
        }
        return legacy instanceof KeyPositions.None ? CommandSpec.ARGUMENT_1 : legacy;
    }

    /** An entry for the command table. */
    CommandSpec toSpec() {
        return CommandSpec.declared(name, ofModule() ? CommandGroup.MODULE : CommandGroup.UNKNOWN, keys(), write());
    }
}
