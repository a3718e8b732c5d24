package io.caravan.verify;

/** How many elements are asked for at once, so that an answer is neither tiny nor large. Owned by one thread. */
final class PieceSize {

    private static final int FIRST = 16;
    private static final int MOST = 4096;
    private static final int ENOUGH_BYTES = 256 * 1024;
    private static final int MANY_BYTES = 1024 * 1024;

    private int elements = FIRST;

    int elements() {
        return elements;
    }

    /** An answer of that many bytes has come. */
    void got(long bytes) {
        if (bytes > MANY_BYTES) {
            elements = Math.max(1, elements / 4);
        } else if (bytes < ENOUGH_BYTES) {
            elements = Math.min(MOST, elements * 2);
        }
    }
}
