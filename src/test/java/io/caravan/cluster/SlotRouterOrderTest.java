package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.cluster.DestinationSettings.OnError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * Whatever happens between the router and a cluster, and in whatever order, the keys end as they are at the source. Values
 * grow by {@code APPEND} of numbers that are used once, so a value shows every command that made it, and their order.
 */
class SlotRouterOrderTest {

    private final RouterHarness harness = new RouterHarness(true, OnError.FAIL, Duration.ZERO);
    private TroubledCluster trouble = new TroubledCluster(harness, 0);
    private boolean severalKeys;
    private boolean memoryRunsOut;

    /** Whether something was read that a master of the source had written of which no other will ever know. */
    private boolean lost;

    private int batches;

    @RepeatedTest(300)
    void keys_end_as_at_the_source_whatever_moves_and_breaks(RepetitionInfo repetition) {
        severalKeys = true;
        memoryRunsOut = true;
        runWithSeed(repetition.getCurrentRepetition());
    }

    @RepeatedTest(50)
    void keys_end_as_at_the_source_when_commands_have_one_key_each(RepetitionInfo repetition) {
        runWithSeed(1000 + repetition.getCurrentRepetition());
    }

    private void runWithSeed(long seed) {
        harness.router.recent().replicas(true);
        trouble = new TroubledCluster(harness, seed);
        for (int phase = 0; phase < 10; phase++) {
            trouble.story.clear();
            for (int step = 0; step < 40; step++) {
                somethingHappens();
            }
            trouble.peaceReturns(() -> harness.ended.size() == batches, this::allIsRead);

            String told = "seed " + seed + ", phase " + phase + ": " + trouble.story;
            assertThat(trouble.cluster.data()).as(told).isEqualTo(trouble.source);
            assertThat(harness.ended).as(told).hasSize(batches).noneMatch(batch -> batch.contains("failed"));
            assertThat(harness.putRight).as(told).isEqualTo(harness.shard.takeovers);
            assertThat(harness.router.hasFences()).as(told).isFalse();
        }
    }

    private void somethingHappens() {
        switch (trouble.chance(memoryRunsOut ? 16 : 15)) {
            case 0, 1, 2 -> sourceWrites();
            case 3, 4, 5 -> trouble.nodeWorks(trouble.anyNode(), 1 + trouble.chance(6));
            case 6, 7 -> trouble.anyNodeAnswers();
            case 8 -> trouble.slotMoves();
            case 9 -> trouble.keyMoves(trouble.anyKey(trouble.anyTag()));
            case 10, 11 -> trouble.connectionBreaksOrReturns();
            case 12, 13 -> routerLooksAround();
            case 14 -> trouble.topologyIsTold();
            default -> trouble.anyNodeRunsOutOfMemoryOrHasSome();
        }
        trouble.linksArePluggedIn();
    }

    private void sourceWrites() {
        anotherMasterTakesOver();
        String[] lines = new String[1 + trouble.chance(6)];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = anyCommand();
        }
        var withTransactions = new ArrayList<>(List.of(lines));
        if (trouble.once(4)) {
            String tag = trouble.anyTag();
            withTransactions.add("MULTI");
            withTransactions.add(trouble.run("APPEND " + trouble.anyKey(tag) + " " + trouble.token()));
            withTransactions.add(trouble.run("APPEND " + trouble.anyKey(tag) + " " + trouble.token()));
            withTransactions.add("EXEC");
        }
        trouble.story.add("batch " + batches + " " + withTransactions);
        harness.take("batch " + batches++, withTransactions.toArray(new String[0]));
    }

    private String anyCommand() {
        String tag = trouble.anyTag();
        String key = trouble.anyKey(tag);
        String other = trouble.anyKey(tag);
        return switch (trouble.chance(severalKeys ? 16 : 12)) {
            case 0 -> trouble.run("SET " + key + " " + trouble.token());
            case 1 -> trouble.run("DEL " + key);
            case 12 -> trouble.run("MSET " + key + " " + trouble.token() + " " + other + " " + trouble.token());
            case 13 -> trouble.rename(key, other);
            case 14 -> trouble.run("COPY " + key + " " + other + " REPLACE");
            case 15 -> "CARAVAN.REFRESH " + key + " " + trouble.anyKey(trouble.anyTag());
            default -> trouble.run("APPEND " + key + " " + trouble.token());
        };
    }

    private void routerLooksAround() {
        if (trouble.once(3)) {
            harness.tick();
        } else {
            readingEnds();
        }
    }

    private void readingEnds() {
        if (!harness.shard.reading.isEmpty()) {
            String key = harness.shard.reading.keySet().iterator().next();
            if (!lost && trouble.once(20)) {
                lost = true;
                trouble.story.add("read " + key + " as nobody else knows it");
                harness.shard.read(key, "lost", 0, harness.offset() + 500);
                harness.run();
                return;
            }
            trouble.story.add("read " + key + " as " + trouble.source.get(key) + " at " + harness.offset());
            harness.shard.read(key, trouble.source.get(key));
            harness.run();
        }
    }

    private void allIsRead() {
        while (!harness.shard.reading.isEmpty()) {
            readingEnds();
        }
        anotherMasterTakesOver();
    }

    private void anotherMasterTakesOver() {
        if (lost) {
            lost = false;
            trouble.story.add("another master of the source takes over at " + harness.offset());
            harness.anotherMasterTakesOver();
        }
    }
}
