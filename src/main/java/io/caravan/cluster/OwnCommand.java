package io.caravan.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A command of Caravan's own that goes by the connection of the data, since it says something of what has gone there before. It is
 * sent once at most. On the destination's event loop.
 */
interface OwnCommand {

    /** The command as it is written; not larger than the buffer of a connection. */
    byte[] bytes();

    /** Asked when it is about to be written: whether what it says still counts. */
    default boolean isWanted() {
        return true;
    }

    /** It was answered, with an error if there was one. */
    void answered(@Nullable ErrorReply error);

    /** It was not wanted any more, or nobody knows what became of it, as the connection is lost. */
    void lost();
}
