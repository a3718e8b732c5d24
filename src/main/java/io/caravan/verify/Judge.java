package io.caravan.verify;

import io.caravan.verify.KeyMapping.Pair;
import io.caravan.verify.ValueComparison.Found;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Decides about keys that differed when they were first read, which may only mean that one side was read earlier.
 *
 * <p>A key is read at the source, with the offset at that moment; then at the destination, once that has applied everything up
 * to the offset; then at the source again. It is equal if the destination had either of the two. If the source had the same both
 * times and the destination something else, it is suspected, no more: a key may be changed and changed back between two readings.
 *
 * <p>Invariant A: no key is said to differ that was touched at the source between the two readings that say so. For a last
 * reading it is watched ({@code WATCH}): the source itself tells afterwards that nobody has touched it. Where the account may not watch,
 * a key has to be found different {@value #UNWATCHED} times in a row instead.
 *
 * <p>Invariant B: no difference is told that was found just after nodes were replaced, or while keys were being put right beside the
 * streams. Such keys are judged once more afterwards.
 *
 * <p>A key that never stays what it is for so long is not judged. One that is about to expire is waited for: it need not do so on
 * both sides at the same moment.
 *
 * <p>Owned by one thread, which waits.
 */
final class Judge {

    private static final int UNWATCHED = 3;
    private static final int ATTEMPTS = 40;
    private static final long PAUSE_FOR_ENDS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Of times that nodes are replaced while keys are judged. */
    private static final int SETTLINGS = 3;

    private final SideReader there;
    private final SideReader here;
    private final ValueComparison comparison;
    private final Arrival arrival;
    private final boolean exact;

    /** A key that differs. */
    record Verdict(Pair pair, Found found) {}

    /**
     * What became of keys.
     *
     * @param undecided those that change too often
     */
    record Verdicts(List<Verdict> different, List<Pair> undecided) {}

    /** @param exact whether both sides tell the moment at which a key expires */
    Judge(SideReader there, SideReader here, ValueComparison comparison, Arrival arrival, boolean exact) {
        this.there = there;
        this.here = here;
        this.comparison = comparison;
        this.arrival = arrival;
        this.exact = exact;
    }

    /** Decides about some hundreds of keys at once. */
    Verdicts judge(List<Pair> suspects) throws IOException {
        boolean settled = arrival.isSettled();
        Verdicts verdicts = decide(suspects);
        List<Pair> undecided = new ArrayList<>(verdicts.undecided());
        for (int i = 0; i < SETTLINGS && !verdicts.different().isEmpty() && !(settled && arrival.isSettled()); i++) {
            arrival.awaitSettled();
            settled = arrival.isSettled();
            verdicts = decide(verdicts.different().stream().map(Verdict::pair).toList());
            undecided.addAll(verdicts.undecided());
        }
        return new Verdicts(verdicts.different(), undecided);
    }

    private Verdicts decide(List<Pair> suspects) throws IOException {
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
        List<Value> before = there.read(sources(pairs), Way.WITH_OFFSET);
        if (!arrival.await(sources(pairs), before)) {
            return pairs;
        }
        List<Value> at = here.read(destinations(pairs), Way.VALUE);
        List<Value> after = there.read(sources(pairs), Way.WITH_OFFSET);
        List<Pair> left = new ArrayList<>();
        List<Verdict> suspected = new ArrayList<>();
        boolean ending = false;
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            Optional<Found> found = comparison.compare(before.get(i), at.get(i));
            if (found.isEmpty() || comparison.compare(after.get(i), at.get(i)).isEmpty()) {
                continue;
            }
            boolean stood = comparison.compare(before.get(i), after.get(i)).isEmpty();
            if (stood && comparison.isEnding(before.get(i), at.get(i))) {
                ending = true;
                left.add(pair);
            } else if (!stood) {
                strikes.remove(pair);
                left.add(pair);
            } else if (strikes.merge(pair, 1, Integer::sum) < strikesNeeded()) {
                left.add(pair);
            } else {
                suspected.add(new Verdict(pair, found.get()));
            }
        }
        if (!suspected.isEmpty()) {
            left.addAll(settle(suspected, different));
        }
        if (ending) {
            LockSupport.parkNanos(PAUSE_FOR_ENDS_NANOS);
        }
        return left;
    }

    /** One, if what is seen then is exact and is looked at once more anyway. */
    private int strikesNeeded() {
        return exact && there.mayWatch() ? 1 : UNWATCHED;
    }

    /** Answers those that are not decided after all. */
    private List<Pair> settle(List<Verdict> suspected, List<Verdict> different) throws IOException {
        List<Pair> left = new ArrayList<>();
        if (there.mayWatch()) {
            confirm(suspected.stream().map(Verdict::pair).toList(), different, left);
            if (there.mayWatch()) {
                return left;
            }
            return suspected.stream().map(Verdict::pair).toList(); // that it may not was found out just now
        }
        different.addAll(suspected);
        return left;
    }

    /**
     * The reading that counts, see invariant A. All keys of a node are watched at once, and it does not say which of them was
     * touched: then each half is looked at by itself.
     */
    private void confirm(List<Pair> suspected, List<Verdict> different, List<Pair> left) throws IOException {
        List<Value> watched = there.read(sources(suspected), Way.WATCHED);
        if (!arrival.await(sources(suspected), watched)) {
            there.isUnchanged(); // ends the watch
            left.addAll(suspected);
            return;
        }
        List<Value> at = here.read(destinations(suspected), Way.VALUE);
        boolean unchanged = there.isUnchanged();
        List<Pair> open = new ArrayList<>();
        for (int i = 0; i < suspected.size() && there.mayWatch(); i++) {
            Optional<Found> found = comparison.compare(watched.get(i), at.get(i));
            if (found.isPresent() && unchanged && !comparison.isEnding(watched.get(i), at.get(i))) {
                different.add(new Verdict(suspected.get(i), found.get()));
            } else if (found.isPresent()) {
                open.add(suspected.get(i));
            }
        }
        if (unchanged || open.size() <= 1) {
            left.addAll(open);
            return;
        }
        confirm(open.subList(0, open.size() / 2), different, left);
        confirm(open.subList(open.size() / 2, open.size()), different, left);
    }

    private static List<Place> sources(List<Pair> pairs) {
        return pairs.stream().map(Pair::source).toList();
    }

    private static List<Place> destinations(List<Pair> pairs) {
        return pairs.stream().map(Pair::destination).toList();
    }
}
