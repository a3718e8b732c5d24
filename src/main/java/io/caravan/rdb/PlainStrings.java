package io.caravan.rdb;

import java.io.IOException;

/** Elements that are strings of their own, one behind the other, as many as were announced. */
final class PlainStrings implements Elements {

    private final StringBytes bytes;
    private long left;

    PlainStrings(StringBytes bytes) {
        this.bytes = bytes;
    }

    /** Begins an aggregate of {@code count} strings. */
    PlainStrings begin(long count) {
        left = count;
        return this;
    }

    @Override
    public boolean next(Element element) throws IOException, ValueTooLargeException {
        if (left == 0) {
            return false;
        }
        left--;
        element.setBytes(bytes.open());
        return true;
    }
}
