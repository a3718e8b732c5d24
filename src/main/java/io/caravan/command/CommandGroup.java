package io.caravan.command;

import java.util.Locale;

/** The group that Redis's documentation puts a command in. */
public enum CommandGroup {
    ARRAY,
    BITMAP,
    CLUSTER,
    CONNECTION,
    GENERIC,
    GEO,
    HASH,
    HYPERLOGLOG,
    LIST,
    MODULE,
    PUBSUB,
    SCRIPTING,
    SENTINEL,
    SERVER,
    SET,
    SORTED_SET,
    STREAM,
    STRING,
    TRANSACTIONS,
    /** The command table does not know the command. */
    UNKNOWN;

    /** The name in the command table and in configuration, {@code sorted-set}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The group of that {@link #label()}, in any case.
     *
     * @throws IllegalArgumentException if there is none; the message lists the groups
     */
    public static CommandGroup of(String label) {
        for (CommandGroup group : values()) {
            if (group.label().equalsIgnoreCase(label)) {
                return group;
            }
        }
        throw new IllegalArgumentException("'" + label + "' is no command group; the groups are " + labels());
    }

    private static String labels() {
        var labels = new StringBuilder();
        for (CommandGroup group : values()) {
            labels.append(labels.isEmpty() ? "" : ", ").append(group.label());
        }
        return labels.toString();
    }
}
