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
 * @param patience how long to wait for what passes: a node that does not answer, a destination that does not get on with what the
 *     source has said of a key that differs
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
        if (mode == Mode.KEYS && keys.isEmpty()) {
            throw new IllegalArgumentException("no key is named that is to be compared");
        }
        if (sample < 1 || keysPerSecond < 0) {
            throw new IllegalArgumentException("a sample of " + sample + " keys, " + keysPerSecond + " keys a second");
        }
    }
}
