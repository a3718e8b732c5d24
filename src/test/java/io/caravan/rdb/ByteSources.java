package io.caravan.rdb;

import java.io.EOFException;

/** Sources of bytes that arrive in pieces. */
final class ByteSources {

    private ByteSources() {}

    /** Everything at once, as far as there is room. */
    static ByteSource whole(byte[] bytes) {
        return inPieces(bytes, Integer.MAX_VALUE);
    }

    /** At most {@code most} bytes at once. */
    static ByteSource inPieces(byte[] bytes, int most) {
        return splitAt(bytes, bytes.length, most);
    }

    /** What is before {@code index} and what is behind it never come together. */
    static ByteSource splitAt(byte[] bytes, int index) {
        return splitAt(bytes, index, Integer.MAX_VALUE);
    }

    private static ByteSource splitAt(byte[] bytes, int index, int most) {
        return new ByteSource() {
            private int next;

            @Override
            public int read(byte[] target, int at, int room) throws EOFException {
                int end = next < index ? index : bytes.length;
                int count = Math.min(Math.min(room, most), end - next);
                if (count == 0) {
                    throw new EOFException("the test has no more bytes");
                }
                System.arraycopy(bytes, next, target, at, count);
                next += count;
                return count;
            }
        };
    }
}
