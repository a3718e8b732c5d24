package io.caravan.cluster;

import static io.caravan.cluster.SimulatedCluster.slotOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.cluster.DestinationSettings.OnError;
import io.caravan.cluster.SimulatedCluster.Node;
import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.node.NodeAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * As {@link SlotRouterOrderTest}, with checkpoints in the slots, and with processes that are killed: nothing is read at the source,
 * nor does the shard begin anew, and the keys end as they are there.
 */
class InSlotOrderTest {

    private static final int KEYS_PER_SLOT = 3;
    private static final int QUIET_ROUNDS = 3;
    private static final String[] TAGS = {"red", "green", "blue", "white"};

    /** What the source has sent: its commands, and where they begin. */
    private record Sent(long startOffset, String... lines) {}

    private final SimulatedCluster cluster = new SimulatedCluster();
    private final Map<String, String> source = new TreeMap<>();
    private final Map<String, Wire> connected = new HashMap<>();
    private final List<Sent> stream = new ArrayList<>();
    private final List<String> story = new ArrayList<>();
    private RouterHarness harness = RouterHarness.inSlot(OnError.FAIL);
    private NodeAddress[] knownTopology = cluster.masterOfSlot();
    private Random random = new Random(0);
    private int tokens;
    private long offset = 1000;

    /** What a process before the present one may have sent. */
    private long repeatedUntil;

    /** How much of the stream was applied when the present process began. */
    private int before;

    @RepeatedTest(300)
    void keys_end_as_at_the_source_whatever_moves_breaks_and_is_killed(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        random = new Random(seed);
        harness.router.topology(knownTopology);
        for (int phase = 0; phase < 8; phase++) {
            story.clear();
            for (int step = 0; step < 60; step++) {
                somethingHappens();
            }
            peaceReturns();

            String told = "seed " + seed + ", phase " + phase + ": " + story;
            assertThat(data()).as(told).isEqualTo(source);
            assertThat(harness.ended)
                    .as(told)
                    .hasSize(stream.size() - before)
                    .noneMatch(batch -> batch.contains("failed"));
            assertThat(harness.shard.anew).as(told).isEmpty();
            assertThat(harness.shard.reading).as(told).isEmpty();
            assertThat(harness.router.hasFences()).as(told).isFalse();
        }
    }

    private void somethingHappens() {
        switch (random.nextInt(18)) {
            case 0, 1, 2 -> sourceWrites();
            case 3, 4, 5 -> nodeWorks(anyNode(), 1 + random.nextInt(8));
            case 6, 7 -> anyNodeAnswers();
            case 8 -> slotMoves();
            case 9 -> keyMoves();
            case 10, 11 -> connectionBreaksOrReturns();
            case 12 -> harness.tick();
            case 13, 14 -> checkpointIsTold();
            case 15 -> topologyIsTold();
            case 16 -> {
                if (random.nextInt(4) == 0) {
                    processIsKilled();
                }
            }
            default -> {
                Node node = anyNode();
                node.outOfMemory = !node.outOfMemory && random.nextInt(3) == 0;
                story.add(node.name + (node.outOfMemory ? " out of memory" : " has memory"));
            }
        }
        linksArePluggedIn();
    }

    private void sourceWrites() {
        var lines = new ArrayList<String>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            lines.add(anyCommand());
        }
        if (random.nextInt(4) == 0) {
            String tag = TAGS[random.nextInt(TAGS.length)];
            lines.add("MULTI");
            lines.add(run("APPEND " + key(tag) + " " + token()));
            lines.add(run("SET " + key(tag) + " " + token()));
            lines.add("EXEC");
        }
        var sent = new Sent(offset, lines.toArray(new String[0]));
        stream.add(sent);
        story.add("batch " + stream.size() + " " + lines);
        offset = take(stream.size() - 1).origin().endOffset();
    }

    private CommandBatch take(int number) {
        Sent sent = stream.get(number);
        CommandBatch batch = Batches.inLineage(harness.shard, number, sent.startOffset(), repeatedUntil, sent.lines());
        harness.take("batch " + number, batch);
        return batch;
    }

    /** The next one begins behind what has ended without a gap; what this one has sent may still arrive. */
    private void processIsKilled() {
        for (Node node : cluster.nodes.values()) {
            nodeWorks(node, random.nextInt(10));
            node.disconnected();
        }
        connected.clear();
        while (harness.ended.contains("batch " + before)) {
            before++;
        }
        story.add("killed; goes on with batch " + before);
        repeatedUntil = offset;
        harness = RouterHarness.inSlot(OnError.FAIL);
        harness.router.topology(knownTopology.clone());
        for (int number = before; number < stream.size(); number++) {
            take(number);
        }
    }

    private String anyCommand() {
        String tag = TAGS[random.nextInt(TAGS.length)];
        String key = key(tag);
        String other = key(tag);
        return switch (random.nextInt(12)) {
            case 0, 1 -> run("SET " + key + " " + token());
            case 2 -> run("DEL " + key);
            case 3 -> run("MSET " + key + " " + token() + " " + other + " " + token());
            case 4 ->
                source.containsKey(key) && !key.equals(other) ? run("RENAME " + key + " " + other) : run("DEL " + key);
            case 5 -> run("COPY " + key + " " + other + " REPLACE");
            default -> run("APPEND " + key + " " + token());
        };
    }

    private String run(String line) {
        SimulatedCluster.run(List.of(line.split(" ")), source);
        return line;
    }

    private void checkpointIsTold() {
        if (!harness.asked.isEmpty()) {
            String key = harness.asked.keySet().iterator().next();
            String value = checkpoints().get(key);
            story.add(key + " is " + value);
            harness.tell(key, value);
        }
    }

    private Map<String, String> data() {
        Map<String, String> data = cluster.data();
        data.keySet().removeIf(key -> key.startsWith("caravan:"));
        return data;
    }

    private Map<String, String> checkpoints() {
        Map<String, String> data = cluster.data();
        data.keySet().removeIf(key -> !key.startsWith("caravan:"));
        return data;
    }

    private void nodeWorks(Node node, int commands) {
        linksArePluggedIn();
        Wire wire = harness.wire(node.name);
        if (wire != null && wire.channel.isOpen()) {
            node.arrived.addAll(wire.arguments());
        }
        for (int i = 0; i < commands && !node.arrived.isEmpty(); i++) {
            story.add(node.name + " runs " + node.arrived.element());
            node.runNext();
        }
    }

    private void anyNodeAnswers() {
        Node node = anyNode();
        for (int i = random.nextInt(6); i >= 0 && !node.replies.isEmpty(); i--) {
            answer(node);
        }
    }

    private void answer(Node node) {
        String reply = node.replies.remove();
        story.add(node.name + " answers " + reply);
        harness.answer(node.name, reply);
    }

    private void slotMoves() {
        int slot = slotOf(key(TAGS[random.nextInt(TAGS.length)]));
        if (cluster.moving.contains(slot)) {
            cluster.endMove(slot);
            story.add("slot " + slot + " has moved to " + cluster.ownerOf(slot));
        } else {
            cluster.beginMove(slot);
            story.add("slot " + slot + " begins to move from " + cluster.ownerOf(slot));
        }
    }

    private void keyMoves() {
        List<String> keys = new ArrayList<>(cluster.data().keySet());
        if (!keys.isEmpty()) {
            String key = keys.get(random.nextInt(keys.size()));
            if (cluster.moving.contains(slotOf(key))) {
                cluster.moveKey(key);
                story.add(key + " moves");
            }
        }
    }

    private void connectionBreaksOrReturns() {
        Node node = anyNode();
        NodeLink link = harness.link(node.name);
        if (link == null) {
            return;
        }
        if (!link.isUp()) {
            harness.connectNow(node.name);
            story.add(node.name + " is connected again");
        } else if (random.nextInt(3) == 0) {
            nodeWorks(node, random.nextInt(6)); // takes effect, but nobody learns of it
            node.disconnected();
            story.add(node.name + " is lost");
            harness.lose(node.name);
        }
    }

    /** As it is, or as it was some time ago. */
    private void topologyIsTold() {
        if (random.nextBoolean()) {
            knownTopology = cluster.masterOfSlot();
        }
        harness.router.topology(knownTopology.clone());
        harness.run();
        story.add("topology");
    }

    /** Nothing breaks any more, and everybody does what there is to be done. */
    private void peaceReturns() {
        List.copyOf(cluster.moving).forEach(cluster::endMove);
        cluster.nodes.values().forEach(node -> node.outOfMemory = false);
        int quiet = 0;
        for (int round = 0; round < 500 && quiet < QUIET_ROUNDS; round++) {
            boolean allEnded = harness.ended.size() == stream.size() - before;
            quiet = allEnded && harness.router.holdsNothingBack() ? quiet + 1 : 0;
            for (Node node : cluster.nodes.values()) {
                if (harness.link(node.name) != null && !harness.link(node.name).isUp()) {
                    harness.connectNow(node.name);
                }
            }
            linksArePluggedIn();
            while (!harness.asked.isEmpty()) {
                checkpointIsTold();
            }
            for (Node node : cluster.nodes.values()) {
                nodeWorks(node, Integer.MAX_VALUE);
                while (!node.replies.isEmpty()) {
                    answer(node);
                    linksArePluggedIn();
                }
            }
            harness.advance(Duration.ofSeconds(1));
            harness.tick();
        }
    }

    /** A link that was made anew has none of what was on its way before. */
    private void linksArePluggedIn() {
        for (Node node : cluster.nodes.values()) {
            Wire wire = harness.wire(node.name);
            if (wire != connected.get(node.name)) {
                node.disconnected();
                if (wire == null) {
                    connected.remove(node.name);
                } else {
                    connected.put(node.name, wire);
                }
            } else if (wire != null && !wire.channel.isOpen() && node.hasSomethingOnItsWay()) {
                for (int i = random.nextInt(6); i > 0 && !node.arrived.isEmpty(); i--) {
                    node.runNext(); // takes effect, but the router has given the node up
                }
                node.disconnected();
            }
        }
    }

    private Node anyNode() {
        return cluster.nodes.get(random.nextBoolean() ? "a" : "b");
    }

    private String key(String tag) {
        return "{" + tag + "}" + random.nextInt(KEYS_PER_SLOT);
    }

    private String token() {
        return "." + tokens++;
    }
}
