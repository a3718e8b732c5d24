package io.caravan.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.cluster.DestinationSettings.OnError;
import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * As {@link SlotRouterOrderTest}, with checkpoints in the slots, and with processes that are killed: nothing is read at the source,
 * nor does the shard begin anew, and the keys end as they are there.
 */
class InSlotOrderTest {

    /** What the source has sent: its commands, and where they begin. */
    private record Sent(long startOffset, String... lines) {}

    private final List<Sent> stream = new ArrayList<>();
    private TroubledCluster trouble = new TroubledCluster(RouterHarness.inSlot(OnError.FAIL), 0);
    private long offset = 1000;

    /** What a process before the present one may have sent. */
    private long repeatedUntil;

    /** How much of the stream was applied when the present process began. */
    private int before;

    @RepeatedTest(300)
    void keys_end_as_at_the_source_whatever_moves_breaks_and_is_killed(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        trouble = new TroubledCluster(RouterHarness.inSlot(OnError.FAIL), seed);
        for (int phase = 0; phase < 8; phase++) {
            trouble.story.clear();
            for (int step = 0; step < 60; step++) {
                somethingHappens();
            }
            trouble.peaceReturns(this::allHaveEnded, this::allCheckpointsAreTold);

            String told = "seed " + seed + ", phase " + phase + ": " + trouble.story;
            assertThat(data()).as(told).isEqualTo(trouble.source);
            assertThat(trouble.harness.ended)
                    .as(told)
                    .hasSize(stream.size() - before)
                    .noneMatch(batch -> batch.contains("failed"));
            assertThat(trouble.harness.shard.anew).as(told).isEmpty();
            assertThat(trouble.harness.shard.reading).as(told).isEmpty();
            assertThat(trouble.harness.router.hasFences()).as(told).isFalse();
        }
    }

    private boolean allHaveEnded() {
        return trouble.harness.ended.size() == stream.size() - before;
    }

    private void somethingHappens() {
        switch (trouble.chance(18)) {
            case 0, 1, 2 -> sourceWrites();
            case 3, 4, 5 -> trouble.nodeWorks(trouble.anyNode(), 1 + trouble.chance(8));
            case 6, 7 -> trouble.anyNodeAnswers();
            case 8 -> trouble.slotMoves();
            case 9 -> keyMoves();
            case 10, 11 -> trouble.connectionBreaksOrReturns();
            case 12 -> trouble.harness.tick();
            case 13, 14 -> checkpointIsTold();
            case 15 -> trouble.topologyIsTold();
            case 16 -> {
                if (trouble.once(4)) {
                    processIsKilled();
                }
            }
            default -> trouble.anyNodeRunsOutOfMemoryOrHasSome();
        }
        trouble.linksArePluggedIn();
    }

    private void sourceWrites() {
        var lines = new ArrayList<String>();
        for (int i = trouble.chance(6); i >= 0; i--) {
            lines.add(anyCommand());
        }
        if (trouble.once(4)) {
            String tag = trouble.anyTag();
            lines.add("MULTI");
            lines.add(trouble.run("APPEND " + trouble.anyKey(tag) + " " + trouble.token()));
            lines.add(trouble.run("SET " + trouble.anyKey(tag) + " " + trouble.token()));
            lines.add("EXEC");
        }
        var sent = new Sent(offset, lines.toArray(new String[0]));
        stream.add(sent);
        trouble.story.add("batch " + stream.size() + " " + lines);
        offset = take(stream.size() - 1).origin().endOffset();
    }

    private CommandBatch take(int number) {
        Sent sent = stream.get(number);
        RouterHarness harness = trouble.harness;
        CommandBatch batch = Batches.inLineage(harness.shard, number, sent.startOffset(), repeatedUntil, sent.lines());
        harness.take("batch " + number, batch);
        return batch;
    }

    /** The next one begins behind what has ended without a gap; what this one has sent may still arrive. */
    private void processIsKilled() {
        List<String> ended = trouble.harness.ended;
        trouble.isReplacedBy(RouterHarness.inSlot(OnError.FAIL));
        while (ended.contains("batch " + before)) {
            before++;
        }
        trouble.story.add("killed; goes on with batch " + before);
        repeatedUntil = offset;
        for (int number = before; number < stream.size(); number++) {
            take(number);
        }
    }

    private String anyCommand() {
        String tag = trouble.anyTag();
        String key = trouble.anyKey(tag);
        String other = trouble.anyKey(tag);
        return switch (trouble.chance(12)) {
            case 0, 1 -> trouble.run("SET " + key + " " + trouble.token());
            case 2 -> trouble.run("DEL " + key);
            case 3 -> trouble.run("MSET " + key + " " + trouble.token() + " " + other + " " + trouble.token());
            case 4 -> trouble.rename(key, other);
            case 5 -> trouble.run("COPY " + key + " " + other + " REPLACE");
            default -> trouble.run("APPEND " + key + " " + trouble.token());
        };
    }

    private void keyMoves() {
        List<String> keys = new ArrayList<>(trouble.cluster.data().keySet());
        if (!keys.isEmpty()) {
            trouble.keyMoves(keys.get(trouble.chance(keys.size())));
        }
    }

    private void checkpointIsTold() {
        RouterHarness harness = trouble.harness;
        if (!harness.asked.isEmpty()) {
            String key = harness.asked.keySet().iterator().next();
            String value = checkpoints().get(key);
            trouble.story.add(key + " is " + value);
            harness.tell(key, value);
        }
    }

    private void allCheckpointsAreTold() {
        while (!trouble.harness.asked.isEmpty()) {
            checkpointIsTold();
        }
    }

    private Map<String, String> data() {
        Map<String, String> data = trouble.cluster.data();
        data.keySet().removeIf(key -> key.startsWith("caravan:"));
        return data;
    }

    private Map<String, String> checkpoints() {
        Map<String, String> data = trouble.cluster.data();
        data.keySet().removeIf(key -> !key.startsWith("caravan:"));
        return data;
    }
}
