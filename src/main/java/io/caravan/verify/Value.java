package io.caravan.verify;

import org.jspecify.annotations.Nullable;

/**
 * A key as a server had it.
 *
 * @param dump what {@code DUMP} answered, {@code null} if there was no such key
 * @param expiresAt when it expires, milliseconds since 1970; 0 if it does not
 * @param offset the server's replication offset at that time, -1 if it was not asked for
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier; compared by ValueComparison
record Value(byte @Nullable [] dump, long expiresAt, long offset) {

    /** No such key. */
    static final Value ABSENT = new Value(null, 0, -1);

    boolean exists() {
        return dump != null;
    }
}
