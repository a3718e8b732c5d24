package io.caravan.command;

import io.caravan.resp.Arguments;
import java.util.List;

/**
 * What the command table says of a command.
 *
 * @param name in upper case, {@code ZADD}
 * @param group the group of Redis's documentation
 * @param keys where its keys stand
 * @param write whether it can change data
 * @param repeatability whether it may be applied again
 * @param scope which nodes of a destination it has to reach
 * @param editions the seed's tables of operations that list it
 * @param since the first version that has it, {@code 6.2.0}, or {@code valkey-9.0.0} where Redis has it not; empty where nobody
 *     has said so
 * @param split how it is divided where its keys lie in different slots
 * @param knownBy who says all this
 */
public record CommandSpec(
        String name,
        CommandGroup group,
        KeyPositions keys,
        boolean write,
        Repeatability repeatability,
        Scope scope,
        List<Edition> editions,
        String since,
        Split split,
        KnownBy knownBy) {

    /** Where nearly every module has the key. */
    static final KeyPositions ARGUMENT_1 = new KeyPositions.Range(1, 1, 1);

    public CommandSpec {
        editions = List.copyOf(editions);
    }

    /** A command that nobody knows: a write that is not repeatable, with argument 1 as its key. */
    static CommandSpec unknown(String name) {
        return new CommandSpec(
                name,
                CommandGroup.UNKNOWN,
                ARGUMENT_1,
                true,
                Repeatability.ONCE,
                Scope.KEYS,
                List.of(),
                "",
                Split.NONE,
                KnownBy.NOBODY);
    }

    /** A command as a server describes it: never repeatable, since a server does not say what it does. */
    static CommandSpec declared(String name, CommandGroup group, KeyPositions keys, boolean write) {
        return new CommandSpec(
                name,
                group,
                keys,
                write,
                Repeatability.ONCE,
                scopeOf(keys, write),
                List.of(),
                "",
                Split.NONE,
                KnownBy.SERVER);
    }

    /** What a module writes without a key (an index, a dictionary) belongs to the node, as a function does. */
    private static Scope scopeOf(KeyPositions keys, boolean write) {
        if (!(keys instanceof KeyPositions.None)) {
            return Scope.KEYS;
        }
        return write ? Scope.MASTERS : Scope.ANY;
    }

    /** Whether the table or a server knows it. */
    public boolean known() {
        return knownBy != KnownBy.NOBODY;
    }

    /**
     * Whether applying it again is as good as applying it once, whatever its arguments are: a sequence of such commands,
     * applied again from an earlier point, ends in the same state.
     */
    public boolean repeatable() {
        return repeatability.always();
    }

    /** As {@link #repeatable()}, with these arguments: {@code ZADD k 1 m} is repeatable, {@code ZADD k INCR 1 m} is not. */
    public boolean repeatable(Arguments arguments) {
        return repeatability.holdsFor(arguments);
    }

    /** Whether what it does depends on the database that is selected: channels, functions and scripts are of none. */
    public boolean concernsDatabase() {
        return switch (scope) {
            case KEYS -> group != CommandGroup.PUBSUB;
            case REFRESH, REFUSE -> true;
            case MASTERS -> name.equals("FLUSHDB");
            case ANY, CONNECTION, TRANSACTION -> false;
        };
    }

    /** Whether the edition's table of operations lists it. */
    public boolean supportedBy(Edition edition) {
        return edition == Edition.ALL || editions.contains(edition);
    }
}
