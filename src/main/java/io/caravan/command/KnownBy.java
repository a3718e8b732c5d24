package io.caravan.command;

/** Who says what a command means. */
public enum KnownBy {
    /** The command table. */
    TABLE,
    /** A server, in its reply to {@code COMMAND}: commands of modules, and of versions that are newer than the table. */
    SERVER,
    /** Nobody; argument 1 is taken for its key. */
    NOBODY
}
