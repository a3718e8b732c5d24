package io.caravan.precheck;

import java.time.Duration;

/**
 * About how long the initial synchronization takes. An estimate from what the source says that it holds and from rates that a small
 * machine keeps; nothing is measured, and nothing is ever wrong with it.
 */
final class SnapshotTime {

    /** Below what was measured with two processors for everything ({@code docs/benchmark.md}); small keys cost by number. */
    private static final long KEYS_PER_SECOND = 50_000;

    /** Of memory at the source, of all shards together: large values cost by their bytes. */
    private static final long BYTES_PER_SECOND = 20L * 1024 * 1024;

    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;

    private SnapshotTime() {}

    static void look(Facts facts, Side source, Findings findings) {
        if (facts.continues()) {
            findings.summary(
                    "the task continues from its checkpoint; a snapshot comes only where the source cannot continue");
            return;
        }
        long keys = 0;
        long bytes = 0;
        for (Server server : source.masters()) {
            for (String database : server.keyspace().values()) {
                keys += Server.number(database, "keys");
            }
            bytes += Memory.dataBytes(server.info());
        }
        var limits = facts.settings().source().rates();
        long keyRate = lower(KEYS_PER_SECOND, limits.snapshotKeys());
        long byteRate = lower(BYTES_PER_SECOND, limits.sourceBytes());
        Duration time = Duration.ofSeconds(Math.max(keys / keyRate, bytes / byteRate));
        findings.summary(keys + " keys in " + Sizes.text(bytes) + " of memory: about " + text(time)
                + ", an estimate at " + keyRate + " keys and " + Sizes.text(byteRate)
                + " a second, whichever takes longer");
    }

    private static long lower(long rate, long limit) {
        return limit > 0 ? Math.min(rate, limit) : rate;
    }

    /** {@code 3 min}; rounded up, since nobody is sorry to have waited less. */
    static String text(Duration time) {
        long seconds = Math.max(1, time.toSeconds());
        if (seconds < 2 * MINUTE) {
            return seconds + " s";
        }
        return seconds < 2 * HOUR ? (seconds + MINUTE - 1) / MINUTE + " min" : (seconds + HOUR - 1) / HOUR + " h";
    }
}
