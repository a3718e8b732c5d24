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
    private static final int MOST_KEYS = 250;

    private static final long MOST_BYTES = 16 * 1024 * 1024;

    private final Verification.Setting setting;
    private final SideReader there;
    private final SideReader here;
    private final Judge judge;
    private final RandomGenerator random = RandomGenerator.getDefault();

    Walker(Verification.Setting setting) {
        this.setting = setting;
        there = new SideReader(setting.source(), setting.saysMoments());
        here = new SideReader(setting.destination(), setting.saysMoments());
        judge = new Judge(
                setting.source(),
                there,
                here,
                setting.comparison(),
                setting.applied(),
                setting.settings().patience().toNanos());
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
            compareHeld(keys, chosen);
            cursor = page.cursor();
        } while (!cursor.equals("0") && goOn.getAsBoolean());
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
            List<Pair> suspects = new ArrayList<>();
            for (int i = 0; i < pairs.size(); i++) {
                if (!exist.get(i)) {
                    suspects.add(pairs.get(i));
                }
            }
            judge(suspects);
            cursor = page.cursor();
        } while (!cursor.equals("0") && goOn.getAsBoolean());
    }

    /** Keys that are named. */
    void compareNamed(List<byte[]> keys) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        keys.forEach(key -> setting.mapping().ofSource(0, key).ifPresent(pairs::add));
        compare(pairs);
    }

    /** Those that are too large to be held are told, the others compared, so many at once as may be held. */
    private void compareHeld(Deployment.Keys keys, List<byte[]> names) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        List<byte[]> synchronizedOnes = new ArrayList<>();
        for (byte[] name : names) {
            setting.mapping().ofSource(keys.database(), name).ifPresent(pair -> {
                pairs.add(pair);
                synchronizedOnes.add(name);
            });
        }
        List<Long> sizes = pairs.isEmpty() ? List.of() : there.sizes(keys.node(), keys.database(), synchronizedOnes);
        List<Pair> held = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < pairs.size(); i++) {
            long size = sizes.get(i);
            if (size > MOST_BYTES) {
                setting.tally().undecided(pairs.get(i).source(), "takes " + size + " bytes, too many to be held");
                continue;
            }
            if (held.size() == MOST_KEYS || bytes + size > MOST_BYTES) {
                compare(held);
                held.clear();
                bytes = 0;
            }
            held.add(pairs.get(i));
            bytes += size;
        }
        compare(held);
    }

    private void compare(List<Pair> pairs) throws IOException {
        if (pairs.isEmpty()) {
            return;
        }
        setting.pace().take(pairs.size());
        List<Value> at = there.read(pairs.stream().map(Pair::source).toList(), false);
        List<Value> copied = here.read(pairs.stream().map(Pair::destination).toList(), false);
        List<Pair> suspects = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            if (setting.comparison().compare(at.get(i), copied.get(i)).isPresent()) {
                suspects.add(pairs.get(i));
            }
        }
        judge(suspects);
        setting.tally().compared(pairs.size());
    }

    private void judge(List<Pair> suspects) throws IOException {
        if (suspects.isEmpty()) {
            return;
        }
        Judge.Verdicts verdicts = judge.judge(suspects);
        List<Judge.Verdict> different = verdicts.different();
        List<Pair> undecided = new ArrayList<>(verdicts.undecided());
        if (setting.repair().isPresent() && !different.isEmpty()) {
            List<Pair> pairs = different.stream().map(Judge.Verdict::pair).toList();
            repair(setting.repair().get(), pairs);
            Judge.Verdicts afterwards = judge.judge(pairs);
            different = afterwards.different();
            undecided.addAll(afterwards.undecided());
            int repaired =
                    pairs.size() - different.size() - afterwards.undecided().size();
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
