package io.caravan.verify;

import io.caravan.resp.MalformedRespException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts what was found, and remembers the first of each. Thread-safe. */
final class Tally {

    private static final int MOST_KEPT = 1000;

    private final LongAdder compared = new LongAdder();
    private final LongAdder different = new LongAdder();
    private final LongAdder repaired = new LongAdder();
    private final LongAdder undecided = new LongAdder();
    private final List<Difference> differences = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();

    void compared(long keys) {
        compared.add(keys);
    }

    void isRepaired() {
        repaired.increment();
    }

    void differs(Place source, ValueComparison.Found found) {
        different.increment();
        synchronized (this) {
            if (differences.size() < MOST_KEPT) {
                differences.add(new Difference(
                        MalformedRespException.quote(source.key()), source.database(), found.kind(), found.detail()));
            }
        }
    }

    void undecided(Place source, String reason) {
        undecided.increment();
        synchronized (this) {
            if (reasons.size() < MOST_KEPT) {
                reasons.add(MalformedRespException.quote(source.key()) + ": " + reason);
            }
        }
    }

    long compared() {
        return compared.sum();
    }

    long different() {
        return different.sum();
    }

    long repaired() {
        return repaired.sum();
    }

    long undecided() {
        return undecided.sum();
    }

    synchronized List<Difference> differences() {
        return List.copyOf(differences);
    }

    synchronized List<String> reasons() {
        return List.copyOf(reasons);
    }
}
