package io.caravan.rdb;

import java.io.IOException;

/** Where a snapshot's bytes come from. */
@FunctionalInterface
public interface ByteSource {

    /**
     * Waits for at least one byte and puts as many as there are, at most {@code room}, into {@code target}.
     *
     * @return how many bytes were put there, at least 1
     * @throws IOException if no more bytes will come
     */
    int read(byte[] target, int at, int room) throws IOException;
}
