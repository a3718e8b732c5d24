package io.caravan.verify;

import io.caravan.rdb.DecodeTarget;
import io.caravan.rdb.DumpPayload;
import io.caravan.rdb.UnsupportedValueException;
import io.caravan.verify.Difference.Kind;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * Says in what two values differ.
 *
 * <p>Immutable; any thread.
 *
 * @param target what both sides can represent: what one of them cannot is no part of a value
 * @param toleranceMillis by how much the moments may differ at which a key expires, at least 0
 */
record ValueComparison(DecodeTarget target, long toleranceMillis) {

    /** In what they differ, and how. */
    record Found(Kind kind, String detail) {}

    /** Empty if they are the same. */
    Optional<Found> compare(Value source, Value destination) throws IOException {
        byte[] there = source.dump();
        byte[] here = destination.dump();
        if (there == null || here == null) {
            return there == here
                    ? Optional.empty()
                    : Optional.of(
                            here == null
                                    ? new Found(Kind.MISSING, "the destination has no such key")
                                    : new Found(Kind.EXTRA, "the source has no such key"));
        }
        Optional<Found> value = sameBytes(there, here) ? Optional.empty() : compareContent(there, here);
        return value.isPresent() ? value : compareLives(source.expiresAt(), destination.expiresAt());
    }

    /** Whether one side has a key no more, or not yet ceased to have it, that is about to expire. */
    boolean isEnding(Value source, Value destination) {
        if (source.exists() == destination.exists()) {
            return false;
        }
        long end = source.exists() ? source.expiresAt() : destination.expiresAt();
        return end != 0 && Math.abs(end - System.currentTimeMillis()) <= toleranceMillis;
    }

    /** The footer names the version that wrote it, which says nothing about the value. */
    private static boolean sameBytes(byte[] there, byte[] here) {
        int end = there.length - DumpPayload.FOOTER_LENGTH;
        return there.length == here.length && Arrays.equals(there, 0, end, here, 0, end);
    }

    private Optional<Found> compareContent(byte[] there, byte[] here) throws IOException {
        String sourceDigest;
        try {
            sourceDigest = ValueDigest.of(there, target);
        } catch (UnsupportedValueException e) {
            return Optional.of(new Found(Kind.UNREPRESENTABLE, String.valueOf(e.getMessage())));
        }
        try {
            String digest = ValueDigest.of(here, target);
            if (digest.equals(sourceDigest)) {
                return Optional.empty();
            }
            String sourceType = ValueDigest.typeOf(sourceDigest);
            String type = ValueDigest.typeOf(digest);
            return Optional.of(
                    type.equals(sourceType)
                            ? new Found(Kind.VALUE, "a " + type + " of other content")
                            : new Found(
                                    Kind.TYPE,
                                    "a " + sourceType + " at the source, a " + type + " at the destination"));
        } catch (UnsupportedValueException e) {
            return Optional.of(new Found(Kind.TYPE, "at the destination it " + e.getMessage()));
        }
    }

    /** Empty if they end at the same time; 0 is never. */
    Optional<Found> compareLives(long there, long here) {
        boolean same = (there == 0 || here == 0) ? there == here : Math.abs(there - here) <= toleranceMillis;
        return same
                ? Optional.empty()
                : Optional.of(new Found(
                        Kind.EXPIRY,
                        "expires " + moment(there) + " at the source, " + moment(here) + " at the destination"));
    }

    private static String moment(long millis) {
        return millis == 0 ? "never" : Instant.ofEpochMilli(millis).toString();
    }
}
