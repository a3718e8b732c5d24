package io.caravan.verify;

import io.caravan.command.HashSlot;
import io.caravan.resp.MalformedRespException;
import io.caravan.verify.KeyMapping.Pair;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * Counts what was found on the walk through one side, and remembers the first of each; by slot of that side, so that a slot which has to be
 * walked again does not count twice. Thread-safe.
 */
final class Tally {

    private static final int MOST_KEPT = 1000;

    private final Function<Pair, Place> walked;
    private final AtomicIntegerArray compared = new AtomicIntegerArray(HashSlot.COUNT);
    private final AtomicIntegerArray different = new AtomicIntegerArray(HashSlot.COUNT);
    private final AtomicIntegerArray undecided = new AtomicIntegerArray(HashSlot.COUNT);
    private final AtomicIntegerArray ofOthers = new AtomicIntegerArray(HashSlot.COUNT);
    private final LongAdder repaired = new LongAdder();
    private final List<Found<Difference>> differences = new ArrayList<>();
    private final List<Found<String>> reasons = new ArrayList<>();

    /** Something that was found in a slot. */
    private record Found<T>(int slot, T what) {}

    /** @param walked which key of a pair is one of the side that is walked through */
    Tally(Function<Pair, Place> walked) {
        this.walked = walked;
    }

    /** These slots will be walked through, maybe again: what was found in them counts no more. */
    synchronized void begin(BitSet slots) {
        slots.stream().forEach(slot -> {
            compared.set(slot, 0);
            different.set(slot, 0);
            undecided.set(slot, 0);
            ofOthers.set(slot, 0);
        });
        differences.removeIf(found -> slots.get(found.slot()));
        reasons.removeIf(found -> slots.get(found.slot()));
    }

    void compared(List<Pair> pairs) {
        pairs.forEach(pair -> compared.incrementAndGet(slot(pair)));
    }

    void isRepaired() {
        repaired.increment();
    }

    synchronized void differs(Pair pair, ValueComparison.Found found) {
        different.incrementAndGet(slot(pair));
        if (differences.size() < MOST_KEPT) {
            var difference = new Difference(
                    MalformedRespException.quote(pair.source().key()),
                    pair.source().database(),
                    found.kind(),
                    found.detail());
            differences.add(new Found<>(slot(pair), difference));
        }
    }

    synchronized void undecided(Pair pair, String reason) {
        undecided.incrementAndGet(slot(pair));
        if (reasons.size() < MOST_KEPT) {
            reasons.add(new Found<>(
                    slot(pair), MalformedRespException.quote(pair.source().key()) + ": " + reason));
        }
    }

    /** The destination alone has it, and it may be another task's. */
    void isOfOthers(Pair pair) {
        ofOthers.incrementAndGet(slot(pair));
    }

    long compared() {
        return sum(compared);
    }

    long different() {
        return sum(different);
    }

    long repaired() {
        return repaired.sum();
    }

    long undecided() {
        return sum(undecided);
    }

    long ofOthers() {
        return sum(ofOthers);
    }

    synchronized List<Difference> differences() {
        return differences.stream().map(Found::what).toList();
    }

    synchronized List<String> reasons() {
        return reasons.stream().map(Found::what).toList();
    }

    private int slot(Pair pair) {
        return HashSlot.of(walked.apply(pair).key());
    }

    private static long sum(AtomicIntegerArray bySlot) {
        long sum = 0;
        for (int slot = 0; slot < bySlot.length(); slot++) {
            sum += bySlot.get(slot);
        }
        return sum;
    }
}
