package io.caravan.rdb;

/**
 * How large the commands may be that a value is decoded into.
 *
 * @param elements most elements (members, fields with their values, …) in one command
 * @param bytes most bytes of elements in one command, unless a single element has more
 * @param largestEntryBytes what may be held of one entry that cannot be passed through in pieces; at least
 *     {@code bytes}
 */
public record DecodeLimits(int elements, int bytes, int largestEntryBytes) {

    /** 512 elements, 64 KiB; entries of up to 16 MiB are held. */
    public static final DecodeLimits DEFAULT = new DecodeLimits(512, 64 * 1024, 16 * 1024 * 1024);

    public DecodeLimits {
        if (elements < 1 || bytes < 1 || largestEntryBytes < bytes) {
            throw new IllegalArgumentException(
                    "limits of " + elements + " elements, " + bytes + " bytes, " + largestEntryBytes
                            + " bytes an entry; each must be at least 1, and the last not below the second");
        }
    }
}
