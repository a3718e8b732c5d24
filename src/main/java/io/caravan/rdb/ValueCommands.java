package io.caravan.rdb;

import java.io.IOException;

/**
 * Takes the commands that a value was decoded into, in the order in which they have to be applied.
 *
 * <p>The arrays belong to the caller and are written again as soon as a method returns.
 */
public interface ValueCommands {

    /** One complete command, in RESP: the first {@code length} bytes of {@code bytes}. */
    void command(byte[] bytes, int length) throws IOException;

    /**
     * Announces one complete command that is too large to be held: {@code length} bytes of RESP follow by
     * {@link #part}, no more and no less, then {@link #endLarge()}. If reading the value fails between,
     * {@code endLarge} is not called.
     */
    void beginLarge(byte[] key, long length) throws IOException;

    /** The next {@code length} bytes of the large command. */
    void part(byte[] bytes, int from, int length) throws IOException;

    /** The large command is complete. */
    void endLarge() throws IOException;
}
