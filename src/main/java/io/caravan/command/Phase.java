package io.caravan.command;

/** What a batch was made from. */
public enum Phase {
    /** The value of keys at the moment of the snapshot, as commands. */
    SNAPSHOT,
    /** Commands that the source ran after the snapshot, in its order. */
    STREAM
}
