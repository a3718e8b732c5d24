package io.caravan.command;

/** Which nodes of a destination a command has to reach. */
public enum Scope {
    /** The master that owns the slot of its keys. */
    KEYS,
    /** Every master: scripts, functions, flushes. */
    MASTERS,
    /** One master, whichever: messages that the cluster passes on by itself. */
    ANY,
    /** None: its keys are to be read again at the source, see {@link CommandCursor#refresh}. */
    REFRESH,
    /** None: it stands for a command that the destination cannot be given, see {@link CommandCursor#refuse}. */
    REFUSE,
    /** None: it belongs to the connection ({@code SELECT}, {@code PING}, {@code REPLCONF}). */
    CONNECTION,
    /** The transaction it opens or closes goes where the keys between are. */
    TRANSACTION
}
