package io.caravan.control;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Browsers that have shown the token: a secret of its own for each, so that the token itself is in no cookie. Thread-safe. */
final class Sessions {

    /** How long one lasts. */
    static final Duration LIFE = Duration.ofHours(12);

    private static final int MOST = 100;
    private static final int SECRET_BYTES = 32;

    private final SecureRandom random = new SecureRandom();

    /** When each ends, by {@link System#nanoTime()}; the oldest first. */
    private final Map<String, Long> ends = new LinkedHashMap<>();

    /** Begins one, and answers its secret; the oldest ends if there are too many. */
    synchronized String open() {
        var bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = HexFormat.of().formatHex(bytes);
        if (ends.size() >= MOST) {
            ends.remove(ends.keySet().iterator().next());
        }
        ends.put(secret, System.nanoTime() + LIFE.toNanos());
        return secret;
    }

    /** Whether there is one of that secret. A guess of 256 random bits is not helped by how long the look-up takes. */
    synchronized boolean isOpen(String secret) {
        long now = System.nanoTime();
        ends.values().removeIf(end -> end - now < 0);
        return ends.containsKey(secret);
    }
}
