package io.caravan.verify;

import io.caravan.verify.KeyMapping.Pair;
import java.io.IOException;
import java.util.ArrayList;
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

    private final Verification.Setting setting;
    private final SideReader there;
    private final SideReader here;
    private final Judge judge;
    private final RandomGenerator random = RandomGenerator.getDefault();

    /** What differed at the first look. To judge means to wait for the destination, so that is done for many at once. */
    private final List<Pair> suspects = new ArrayList<>();

    /** What is done with keys whose values may be held together. */
    private interface Portion {
        void of(List<Pair> pairs) throws IOException;
    }

    Walker(Verification.Setting setting) {
        this.setting = setting;
        there = new SideReader(
                setting.source(),
                setting.saysMoments(),
                setting.settings().patience().toNanos());
        here = new SideReader(
                setting.destination(),
                setting.saysMoments(),
                setting.settings().patience().toNanos());
        judge = new Judge(
                setting.source(),
                there,
                here,
                setting.comparison(),
                setting.applied(),
                setting.settings().patience().toNanos(),
                setting.saysMoments());
    }

    /**
     * Every key of a database of a source node, or a part of them.
     *
     * @param share how many of them, between 0 and 1
     * @param goOn asked before each page
     */
    void walkSource(Deployment.Keys keys, double share, BooleanSupplier goOn) throws IOException {
        String cursor = "0";
        do {
            SideReader.Page page = there.scan(keys.node(), keys.database(), cursor);
            List<byte[]> chosen = page.keys().stream()
                    .filter(key -> share >= 1 || random.nextDouble() < share)
                    .toList();
            List<Pair> pairs = new ArrayList<>();
            chosen.forEach(
                    key -> setting.mapping().ofSource(keys.database(), key).ifPresent(pairs::add));
            inPortions(pairs, this::compare);
            judgeIfMany();
            cursor = page.cursor();
        } while (!cursor.equals("0") && goOn.getAsBoolean());
        judge();
    }

    /** Keys of a destination node that the source has not. */
    void walkDestination(Deployment.Keys keys, BooleanSupplier goOn) throws IOException {
        String cursor = "0";
        do {
            SideReader.Page page = here.scan(keys.node(), keys.database(), cursor);
            List<Pair> pairs = new ArrayList<>();
            page.keys()
                    .forEach(key -> setting.mapping()
                            .ofDestination(keys.database(), key)
                            .ifPresent(pairs::add));
            setting.pace().take(pairs.size());
            List<Boolean> exist = pairs.isEmpty()
                    ? List.of()
                    : there.exist(pairs.stream().map(Pair::source).toList());
            for (int i = 0; i < pairs.size(); i++) {
                if (!exist.get(i)) {
                    suspects.add(pairs.get(i));
                }
            }
            judgeIfMany();
            cursor = page.cursor();
        } while (!cursor.equals("0") && goOn.getAsBoolean());
        judge();
    }

    /** Keys that are named. */
    void compareNamed(List<byte[]> keys) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        keys.forEach(key -> setting.mapping().ofSource(0, key).ifPresent(pairs::add));
        inPortions(pairs, this::compare);
        judge();
    }

    /** So many at once as may be held. Those that are too large to be held at all are told. */
    private void inPortions(List<Pair> pairs, Portion portion) throws IOException {
        if (pairs.isEmpty()) {
            return;
        }
        var thereSizes = there.beginSizes(pairs.stream().map(Pair::source).toList());
        var hereSizes = here.beginSizes(pairs.stream().map(Pair::destination).toList());
        long[] sizes = thereSizes.numbers();
        long[] copies = hereSizes.numbers();
        List<Pair> held = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < sizes.length; i++) {
            long size = sizes[i] + copies[i];
            if (size > LARGEST) {
                setting.tally()
                        .undecided(
                                pairs.get(i).source(),
                                "takes " + sizes[i] + " bytes at the source and " + copies[i]
                                        + " at the destination, too many to be held");
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
        setting.tally().compared(pairs.size());
    }

    private void judgeIfMany() throws IOException {
        if (suspects.size() >= MOST_KEYS) {
            judge();
        }
    }

    private void judge() throws IOException {
        List<Pair> all = List.copyOf(suspects);
        suspects.clear();
        inPortions(all, this::judge);
    }

    private void judge(List<Pair> pairs) throws IOException {
        Judge.Verdicts verdicts = judge.judge(pairs);
        List<Judge.Verdict> different = verdicts.different();
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
                setting.tally().isRepaired();
            }
        }
        different.forEach(verdict -> setting.tally().differs(verdict.pair().source(), verdict.found()));
        undecided.forEach(pair -> setting.tally().undecided(pair.source(), "changes too often to be compared"));
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
    }
}
