package io.caravan.replication;

import java.security.SecureRandom;

/**
 * Names of histories. A replication id is none: a replica that takes over gives the history another one and goes on with its
 * offsets, while a snapshot that is repeated begins offsets again under the same one.
 */
final class Lineage {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RADIX = 36;

    private Lineage() {}

    /** A name that no history has had: some digits and small letters. */
    static String next() {
        return Long.toUnsignedString(RANDOM.nextLong(), RADIX);
    }
}
