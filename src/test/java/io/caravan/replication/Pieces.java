package io.caravan.replication;

import io.caravan.rdb.ByteSource;
import java.io.EOFException;
import java.io.IOException;

/** Bytes that arrive in pieces of a given length, for tests; then the link is lost. */
final class Pieces implements ByteSource {

    private final byte[] bytes;
    private final int pieceLength;
    private int at;

    Pieces(byte[] bytes, int pieceLength) {
        this.bytes = bytes;
        this.pieceLength = pieceLength;
    }

    @Override
    public int read(byte[] target, int from, int room) throws IOException {
        if (at == bytes.length) {
            throw new EOFException("the link is lost");
        }
        int count = Math.min(Math.min(pieceLength, room), bytes.length - at);
        System.arraycopy(bytes, at, target, from, count);
        at += count;
        return count;
    }

    /** Number of bytes that were not read. */
    int left() {
        return bytes.length - at;
    }
}
