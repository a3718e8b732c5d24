package io.caravan.verify;

import io.caravan.command.HashSlot;
import io.caravan.node.NodeAddress;
import io.caravan.verify.KeyMapping.Pair;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** Looks through the keys of one node, and compares them. Owned by one thread, which waits. */
final class Walker implements AutoCloseable {

    /** Of keys that are read at once. */
    private static final int MOST_KEYS = 500;

    /** Of what is held at once, of both sides together: by each walker, and by one of them for a key that is larger. */
    private static final long MOST_BYTES = 2 * 1024 * 1024;

    private static final long LARGEST = 32 * 1024 * 1024;

    private static final String PASSED_OVER =
            "is not synchronized (databases, or a Selection of the route; or it is Caravan's own)";

    private final Verification.Setting setting;
    private final Tally tally;
    private final SideReader there;
    private final SideReader here;
    private final Judge judge;
    private final LargeJudge large;
    private final RandomGenerator random = RandomGenerator.getDefault();

    /** What differed at the first look. To judge means to wait for the destination, so that is done for many at once. */
    private final List<Pair> suspects = new ArrayList<>();

    /** What is done with keys whose values may be held together. */
    private interface Portion {
        void of(List<Pair> pairs) throws IOException;
    }

    /** @param tally what it finds is added to */
    Walker(Verification.Setting setting, Tally tally) {
        this.setting = setting;
        this.tally = tally;
        long patienceNanos = setting.settings().patience().toNanos();
        there = new SideReader(setting.source(), setting.saysMoments(), patienceNanos);
        here = new SideReader(setting.destination(), setting.saysMoments(), patienceNanos);
        var arrival = new Arrival(setting.source(), setting.destination(), setting.applied(), patienceNanos);
        judge = new Judge(there, here, setting.comparison(), arrival, setting.saysMoments());
        large = new LargeJudge(setting, arrival);
    }

    /** Compares keys of a page. */
    private interface Step {
        void of(List<byte[]> keys) throws IOException;
    }

    /**
     * Every key of a database of a source node, or a part of them.
     *
     * @param node what the node was before
     * @param slots keys of others are passed over
     * @param share how many of them, between 0 and 1
     * @param goOn asked before each page
     */
    void walkSource(Deployment.Keys keys, Serving node, BitSet slots, double share, BooleanSupplier goOn)
            throws IOException {
        walk(setting.source(), there, keys, node, goOn, page -> {
            List<Pair> pairs = new ArrayList<>();
            page.stream()
                    .filter(key -> slots.get(HashSlot.of(key)) && (share >= 1 || random.nextDouble() < share))
                    .forEach(key ->
                            setting.mapping().ofSource(keys.database(), key).ifPresent(pairs::add));
            inPortions(pairs, this::compare);
            tally.compared(pairs);
        });
    }

    /** Keys of a destination node that the source has not. */
    void walkDestination(Deployment.Keys keys, Serving node, BitSet slots, BooleanSupplier goOn) throws IOException {
        walk(setting.destination(), here, keys, node, goOn, page -> {
            List<Pair> pairs = new ArrayList<>();
            page.stream()
                    .filter(key -> slots.get(HashSlot.of(key)))
                    .forEach(key -> setting.mapping()
                            .ofDestination(keys.database(), key)
                            .ifPresent(pairs::add));
            setting.pace().take(pairs.size());
            List<Boolean> exist = pairs.isEmpty()
                    ? List.of()
                    : there.exist(pairs.stream().map(Pair::source).toList());
            for (int i = 0; i < pairs.size(); i++) {
                if (!exist.get(i) && setting.others().isEmpty()) {
                    suspects.add(pairs.get(i));
                } else if (!exist.get(i)) {
                    tally.isOfOthers(pairs.get(i));
                }
            }
        });
    }

    private void walk(
            Deployment side, SideReader reader, Deployment.Keys keys, Serving node, BooleanSupplier goOn, Step step)
            throws IOException {
        String cursor = "0";
        do {
            SideReader.Page page = page(side, reader, keys, node, cursor);
            step.of(page.keys());
            if (suspects.size() >= MOST_KEYS) {
                judge();
            }
            cursor = page.cursor();
        } while (!cursor.equals("0") && goOn.getAsBoolean());
        judge();
    }

    /** A connection may break and the node live on: then the cursor counts as before. */
    private static SideReader.Page page(
            Deployment side, SideReader reader, Deployment.Keys keys, Serving node, String cursor) throws IOException {
        try {
            return reader.scan(keys.node(), keys.database(), cursor);
        } catch (WalkLostException e) {
            if (!lives(side, keys.node(), node)) {
                throw e;
            }
            return reader.scan(keys.node(), keys.database(), cursor);
        }
    }

    private static boolean lives(Deployment side, NodeAddress address, Serving before) {
        try {
            return side.serving(address).sameLife(before);
        } catch (IOException e) {
            return false;
        }
    }

    /** Keys that are named. Whoever names one wants to know of it, also if nobody copies it. */
    void compareNamed(List<byte[]> keys) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        for (byte[] key : keys) {
            setting.mapping()
                    .ofSource(0, key)
                    .ifPresentOrElse(pairs::add, () -> tally.undecided(unmapped(key), PASSED_OVER));
        }
        inPortions(pairs, this::compare);
        tally.compared(pairs);
        judge();
    }

    private static Pair unmapped(byte[] key) {
        var place = new Place(0, key);
        return new Pair(place, place);
    }

    /** So many at once as may be held. Those that are too large to be held at all are decided about on the spot. */
    private void inPortions(List<Pair> pairs, Portion portion) throws IOException {
        if (pairs.isEmpty()) {
            return;
        }
        var thereSizes = there.beginSizes(pairs.stream().map(Pair::source).toList());
        var hereSizes = here.beginSizes(pairs.stream().map(Pair::destination).toList());
        List<Long> sizes = thereSizes.finish();
        List<Long> copies = hereSizes.finish();
        List<Pair> held = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < pairs.size(); i++) {
            long size = sizes.get(i) + copies.get(i);
            if (size > LARGEST) {
                judgeLarge(pairs.get(i));
            } else if (size > MOST_BYTES) {
                alone(pairs.get(i), portion);
            } else {
                if (held.size() == MOST_KEYS || bytes + size > MOST_BYTES) {
                    portion.of(held);
                    held = new ArrayList<>();
                    bytes = 0;
                }
                held.add(pairs.get(i));
                bytes += size;
            }
        }
        if (!held.isEmpty()) {
            portion.of(held);
        }
    }

    /** While no other walker holds a large one. */
    private void alone(Pair pair, Portion portion) throws IOException {
        setting.oneLarge().lock();
        try {
            portion.of(List.of(pair));
        } finally {
            setting.oneLarge().unlock();
        }
    }

    private void compare(List<Pair> pairs) throws IOException {
        setting.pace().take(pairs.size());
        var reading = there.begin(pairs.stream().map(Pair::source).toList(), Way.VALUE);
        var copies = here.begin(pairs.stream().map(Pair::destination).toList(), Way.VALUE);
        List<Value> at = reading.finish();
        List<Value> copied = copies.finish();
        for (int i = 0; i < pairs.size(); i++) {
            if (setting.comparison().compare(at.get(i), copied.get(i)).isPresent()) {
                suspects.add(pairs.get(i));
            }
        }
    }

    private void judge() throws IOException {
        List<Pair> all = List.copyOf(suspects);
        suspects.clear();
        inPortions(all, this::judge);
    }

    private void judge(List<Pair> pairs) throws IOException {
        Judge.Verdicts verdicts = judge.judge(pairs);
        List<Judge.Verdict> different = withoutOthers(verdicts.different());
        List<Pair> undecided = new ArrayList<>(verdicts.undecided());
        if (setting.repair().isPresent() && !different.isEmpty()) {
            List<Pair> wrong = different.stream().map(Judge.Verdict::pair).toList();
            repair(setting.repair().get(), wrong);
            Judge.Verdicts afterwards = judge.judge(wrong);
            different = afterwards.different();
            undecided.addAll(afterwards.undecided());
            int repaired =
                    wrong.size() - different.size() - afterwards.undecided().size();
            for (int i = 0; i < repaired; i++) {
                tally.isRepaired();
            }
        }
        different.forEach(verdict -> tally.differs(verdict.pair(), verdict.found()));
        undecided.forEach(pair -> tally.undecided(pair, "changes too often to be compared"));
    }

    /** What the destination alone has may be another task's: then it is neither told nor removed. */
    private List<Judge.Verdict> withoutOthers(List<Judge.Verdict> different) {
        List<Judge.Verdict> own = new ArrayList<>();
        for (Judge.Verdict verdict : different) {
            if (isOfOthers(verdict.found())) {
                tally.isOfOthers(verdict.pair());
            } else {
                own.add(verdict);
            }
        }
        return own;
    }

    private boolean isOfOthers(ValueComparison.Found found) {
        return found.kind() == Difference.Kind.EXTRA && !setting.others().isEmpty();
    }

    private void judgeLarge(Pair pair) throws IOException {
        LargeJudge.Decision decision = large.judge(pair);
        if (decision.found().filter(this::isOfOthers).isPresent()) {
            tally.isOfOthers(pair);
            return;
        }
        if (decision.found().isPresent() && setting.repair().isPresent()) {
            repair(setting.repair().get(), List.of(pair));
            decision = large.judge(pair);
            if (decision.found().isEmpty() && decision.undecided().isEmpty()) {
                tally.isRepaired();
            }
        }
        decision.found().ifPresent(found -> tally.differs(pair, found));
        if (!decision.undecided().isEmpty()) {
            tally.undecided(pair, decision.undecided());
        }
    }

    private static void repair(Repair repair, List<Pair> pairs) throws IOException {
        Map<Integer, List<byte[]>> byDatabase = new TreeMap<>();
        pairs.forEach(pair -> byDatabase
                .computeIfAbsent(pair.destination().database(), database -> new ArrayList<>())
                .add(pair.destination().key()));
        try {
            byDatabase.forEach((database, keys) ->
                    repair.repair(database, keys).toCompletableFuture().join());
        } catch (CompletionException e) {
            throw new IOException("keys could not be repaired: " + e.getCause(), e);
        }
    }

    @Override
    public void close() {
        there.close();
        here.close();
        large.close();
    }
}
