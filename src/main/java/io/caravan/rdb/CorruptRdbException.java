package io.caravan.rdb;

import java.io.IOException;

/** The snapshot is not of the format, or its checksum is wrong. The message names the byte offset in the snapshot. */
public final class CorruptRdbException extends IOException {

    private static final long serialVersionUID = 1L;

    public CorruptRdbException(String message) {
        super(message);
    }

    CorruptRdbException(String what, long offset) {
        super("corrupt snapshot at byte " + offset + ": " + what);
    }
}
