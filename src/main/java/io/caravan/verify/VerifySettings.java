package io.caravan.verify;

import java.time.Duration;
import java.util.List;

/**
 * What is compared, and how.
 *
 * @param mode how thoroughly
 * @param sample about how many keys {@link Mode#SAMPLE} compares, at least 1
 * @param keys those that {@link Mode#KEYS} compares, as the source calls them, in database 0
 * @param keysPerSecond most keys that are read from each side in a second, 0 for as many as they give
 * @param expiryTolerance by how much the moments may differ at which a key expires
 * @param patience how long a key that differs is waited for, until the destination has applied what the source has said of it
 */
public record VerifySettings(
        Mode mode, long sample, List<byte[]> keys, long keysPerSecond, Duration expiryTolerance, Duration patience) {

    /** How thoroughly. */
    public enum Mode {
        /** Only how many keys there are. */
        COUNT,
        /** Some keys, spread over all of them. */
        SAMPLE,
        /** Every key of both sides. */
        FULL,
        /** Keys that are named. */
        KEYS
    }

    /** Every key, as fast as may be; lives may differ by a second. */
    public static final VerifySettings FULL =
            new VerifySettings(Mode.FULL, 1, List.of(), 0, Duration.ofSeconds(1), Duration.ofSeconds(60));

    public VerifySettings {
        keys = List.copyOf(keys);
        if (sample < 1 || keysPerSecond < 0) {
            throw new IllegalArgumentException("a sample of " + sample + " keys, " + keysPerSecond + " keys a second");
        }
    }
}
