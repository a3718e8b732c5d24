package io.caravan.replication;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Takes what a source sends behind its answer to {@code PSYNC}. Called by the connection's event loop, {@link #end} by any. */
interface ByteInlet {

    /** The source's answer; before the first bytes. */
    default void granted(PsyncReply reply) {}

    /** Takes over a buffer. */
    void add(ByteBuf buffer);

    /** No more bytes will come. */
    void end(IOException cause);
}
