package io.caravan.replication;

import java.time.Duration;

/** The pause before the next attempt: doubled with each failure, up to a bound. The shard's thread owns it. */
final class Backoff {

    private final Duration first;
    private final Duration longest;
    private Duration next;

    Backoff(Duration first, Duration longest) {
        this.first = first.compareTo(longest) > 0 ? longest : first;
        this.longest = longest;
        next = this.first;
    }

    /** The pause before the next attempt. */
    Duration next() {
        Duration pause = next;
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(longest) > 0 ? longest : doubled;
        return pause;
    }

    /** An attempt succeeded. */
    void reset() {
        next = first;
    }
}
