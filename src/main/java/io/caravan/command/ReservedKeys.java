package io.caravan.command;

import java.nio.charset.StandardCharsets;

/** Keys that Caravan keeps in a destination for itself; they are never copied, nor compared. */
public final class ReservedKeys {

    /** What they begin with. */
    public static final String PREFIX = "caravan:";

    private static final byte[] BYTES = PREFIX.getBytes(StandardCharsets.US_ASCII);

    private ReservedKeys() {}

    /** Whether the key that stands in {@code bytes} from {@code start} on is one of them. */
    public static boolean contain(byte[] bytes, int start, int length) {
        if (length < BYTES.length || bytes[start] != BYTES[0]) {
            return false;
        }
        for (int i = 1; i < BYTES.length; i++) {
            if (bytes[start + i] != BYTES[i]) {
                return false;
            }
        }
        return true;
    }
}
