package io.caravan.verify;

import io.caravan.node.NodeAddress;
import io.caravan.verify.KeyMapping.Pair;
import io.caravan.verify.ValueComparison.Found;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Decides about keys that differed when they were first read, which may only mean that one side was read earlier.
 *
 * <p>A key is read at the source, with the offset at that moment; then at the destination, once that has applied everything up
 * to the offset; then at the source again. It is equal if the destination had either of the two. It differs if the source
 * had the same both times and the destination something else, {@value #STRIKES} times in a row, since a key may be changed and
 * changed back between two readings. A key that never stays what it is for so long is not judged.
 *
 * <p>Owned by one thread, which waits.
 */
final class Judge {

    private static final int STRIKES = 3;
    private static final int ATTEMPTS = 40;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long PAUSE_WITHOUT_OFFSETS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Deployment source;
    private final SideReader there;
    private final SideReader here;
    private final ValueComparison comparison;
    private final Applied applied;
    private final long patienceNanos;

    /** A key that differs. */
    record Verdict(Pair pair, Found found) {}

    /**
     * What became of keys.
     *
     * @param undecided those that change too often
     */
    record Verdicts(List<Verdict> different, List<Pair> undecided) {}

    Judge(
            Deployment source,
            SideReader there,
            SideReader here,
            ValueComparison comparison,
            Applied applied,
            long patienceNanos) {
        this.source = source;
        this.there = there;
        this.here = here;
        this.comparison = comparison;
        this.applied = applied;
        this.patienceNanos = patienceNanos;
    }

    /** Decides about some hundreds of keys at once. */
    Verdicts judge(List<Pair> suspects) throws IOException {
        List<Verdict> different = new ArrayList<>();
        Map<Pair, Integer> strikes = new HashMap<>();
        List<Pair> left = suspects;
        for (int attempt = 0; !left.isEmpty() && attempt < ATTEMPTS; attempt++) {
            left = attempt(left, strikes, different);
        }
        return new Verdicts(different, left);
    }

    /** Answers those that are not decided yet. */
    private List<Pair> attempt(List<Pair> pairs, Map<Pair, Integer> strikes, List<Verdict> different)
            throws IOException {
        List<Place> atSource = pairs.stream().map(Pair::source).toList();
        List<Value> before = there.read(atSource, true);
        awaitApplied(atSource, before);
        List<Value> at = here.read(pairs.stream().map(Pair::destination).toList(), false);
        List<Value> after = there.read(atSource, true);
        List<Pair> left = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            Optional<Found> found = comparison.compare(before.get(i), at.get(i));
            if (found.isEmpty() || comparison.compare(after.get(i), at.get(i)).isEmpty()) {
                continue;
            }
            boolean stood = comparison.compare(before.get(i), after.get(i)).isEmpty();
            if (stood && strikes.merge(pair, 1, Integer::sum) == STRIKES) {
                different.add(new Verdict(pair, found.get()));
            } else {
                left.add(pair);
            }
        }
        return left;
    }

    /** Until everything is applied that the source had when it was read. */
    private void awaitApplied(List<Place> places, List<Value> values) throws IOException {
        Map<NodeAddress, Long> offsets = new HashMap<>();
        for (int i = 0; i < places.size(); i++) {
            offsets.merge(source.masterOf(places.get(i).key()), values.get(i).offset(), Math::max);
        }
        long deadline = System.nanoTime() + patienceNanos;
        for (var master : offsets.entrySet()) {
            OptionalLong offset = applied.offsetOf(master.getKey());
            if (offset.isEmpty()) {
                LockSupport.parkNanos(PAUSE_WITHOUT_OFFSETS_NANOS);
            }
            while (offset.isPresent() && offset.getAsLong() < master.getValue()) {
                if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                    throw new IOException("the destination has applied the stream of source " + master.getKey()
                            + " up to offset " + offset.getAsLong() + " only, and offset " + master.getValue()
                            + " is waited for since "
                            + TimeUnit.NANOSECONDS.toSeconds(patienceNanos)
                            + " s; see whether the task runs, and how far it lags");
                }
                LockSupport.parkNanos(PAUSE_NANOS);
                offset = applied.offsetOf(master.getKey());
            }
        }
    }
}
