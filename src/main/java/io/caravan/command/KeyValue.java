package io.caravan.command;

import org.jspecify.annotations.Nullable;

/**
 * A key as it was on the source at one point of the stream.
 *
 * @param payload its value as {@code DUMP} gives it, {@code null} if the key does not exist
 * @param expireAtMillis when it expires, milliseconds since 1970; 0 if it does not
 * @param offset replication offset at which it was read: every command up to there is contained in it, none behind it
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier; never compared, never a key
public record KeyValue(byte @Nullable [] payload, long expireAtMillis, long offset) {}
