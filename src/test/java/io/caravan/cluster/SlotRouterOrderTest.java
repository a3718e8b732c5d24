package io.caravan.cluster;

import static io.caravan.cluster.SimulatedCluster.slotOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.cluster.DestinationSettings.OnError;
import io.caravan.cluster.SimulatedCluster.Node;
import io.caravan.node.NodeAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * Whatever happens between the router and a cluster, and in whatever order, the keys end as they are at the source. Values
 * grow by {@code APPEND} of numbers that are used once, so a value shows every command that made it, and their order.
 */
class SlotRouterOrderTest {

    private static final int KEYS_PER_SLOT = 3;

    /** No batch says when what was lost with a node is repaired: its values may still be on their way. */
    private static final int QUIET_ROUNDS = 3;

    private static final String[] TAGS = {"red", "green", "blue", "white"};

    private final RouterHarness harness = new RouterHarness(true, OnError.FAIL, Duration.ZERO);
    private final SimulatedCluster cluster = new SimulatedCluster();
    private final Map<String, String> source = new TreeMap<>();
    private final Map<String, Wire> connected = new TreeMap<>();
    private final List<String> story = new ArrayList<>();
    private Random random = new Random(0);
    private NodeAddress[] knownTopology = cluster.masterOfSlot();
    private boolean severalKeys;
    private boolean memoryRunsOut;

    /** Whether something was read that a master of the source had written of which no other will ever know. */
    private boolean lost;

    private int batches;
    private int tokens;

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
        random = new Random(seed);
        harness.router.recent().replicas(true);
        harness.router.topology(knownTopology);
        for (int phase = 0; phase < 10; phase++) {
            story.clear();
            for (int step = 0; step < 40; step++) {
                somethingHappens();
            }
            peaceReturns();

            String told = "seed " + seed + ", phase " + phase + ": " + story;
            assertThat(cluster.data()).as(told).isEqualTo(source);
            assertThat(harness.ended).as(told).hasSize(batches).noneMatch(batch -> batch.contains("failed"));
            assertThat(harness.putRight).as(told).isEqualTo(harness.shard.takeovers);
            assertThat(harness.router.hasFences()).as(told).isFalse();
        }
    }

    private void somethingHappens() {
        switch (random.nextInt(memoryRunsOut ? 16 : 15)) {
            case 0, 1, 2 -> sourceWrites();
            case 3, 4, 5 -> nodeWorks(anyNode(), 1 + random.nextInt(6));
            case 6, 7 -> anyNodeAnswers();
            case 8 -> slotMoves();
            case 9 -> keyMoves();
            case 10, 11 -> connectionBreaksOrReturns();
            case 12, 13 -> routerLooksAround();
            case 14 -> topologyIsTold();
            default -> {
                Node node = anyNode();
                node.outOfMemory = !node.outOfMemory && random.nextInt(3) == 0;
                story.add(node.name + (node.outOfMemory ? " out of memory" : " has memory"));
            }
        }
        linksArePluggedIn();
    }

    private void sourceWrites() {
        anotherMasterTakesOver();
        String[] lines = new String[1 + random.nextInt(6)];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = anyCommand();
        }
        var withTransactions = new ArrayList<>(List.of(lines));
        if (random.nextInt(4) == 0) {
            String tag = TAGS[random.nextInt(TAGS.length)];
            withTransactions.add("MULTI");
            withTransactions.add(run("APPEND " + key(tag) + " " + token()));
            withTransactions.add(run("APPEND " + key(tag) + " " + token()));
            withTransactions.add("EXEC");
        }
        story.add("batch " + batches + " " + withTransactions);
        harness.take("batch " + batches++, withTransactions.toArray(new String[0]));
    }

    private String anyCommand() {
        String tag = TAGS[random.nextInt(TAGS.length)];
        String key = key(tag);
        String other = key(tag);
        return switch (random.nextInt(severalKeys ? 16 : 12)) {
            case 0 -> run("SET " + key + " " + token());
            case 1 -> run("DEL " + key);
            case 12 -> run("MSET " + key + " " + token() + " " + other + " " + token());
            case 13 ->
                source.containsKey(key) && !key.equals(other) ? run("RENAME " + key + " " + other) : run("DEL " + key);
            case 14 -> run("COPY " + key + " " + other + " REPLACE");
            case 15 -> "CARAVAN.REFRESH " + key + " " + key(TAGS[random.nextInt(TAGS.length)]);
            default -> run("APPEND " + key + " " + token());
        };
    }

    /** The source runs a command and says how it is replicated. */
    private String run(String line) {
        SimulatedCluster.run(List.of(line.split(" ")), source);
        return line;
    }

    private void nodeWorks(Node node, int commands) {
        receive(node);
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
        String key = key(TAGS[random.nextInt(TAGS.length)]);
        if (cluster.moving.contains(slotOf(key))) {
            cluster.moveKey(key);
            story.add(key + " moves");
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

    private void routerLooksAround() {
        if (random.nextInt(3) == 0) {
            harness.tick();
        } else {
            readingEnds();
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

    private void readingEnds() {
        if (!harness.shard.reading.isEmpty()) {
            String key = harness.shard.reading.keySet().iterator().next();
            if (!lost && random.nextInt(20) == 0) {
                lost = true;
                story.add("read " + key + " as nobody else knows it");
                harness.shard.read(key, "lost", 0, harness.offset() + 500);
                harness.run();
                return;
            }
            story.add("read " + key + " as " + source.get(key) + " at " + harness.offset());
            harness.shard.read(key, source.get(key));
            harness.run();
        }
    }

    private void anotherMasterTakesOver() {
        if (lost) {
            lost = false;
            story.add("another master of the source takes over at " + harness.offset());
            harness.anotherMasterTakesOver();
        }
    }

    /** Nothing breaks any more, and everybody does what there is to be done. */
    private void peaceReturns() {
        List.copyOf(cluster.moving).forEach(cluster::endMove);
        cluster.nodes.values().forEach(node -> node.outOfMemory = false);
        int quiet = 0;
        for (int round = 0; round < 500 && quiet < QUIET_ROUNDS; round++) {
            quiet = harness.ended.size() == batches && harness.router.holdsNothingBack() ? quiet + 1 : 0;
            for (Node node : cluster.nodes.values()) {
                if (harness.link(node.name) != null && !harness.link(node.name).isUp()) {
                    harness.connectNow(node.name);
                }
            }
            linksArePluggedIn();
            while (!harness.shard.reading.isEmpty()) {
                readingEnds();
            }
            anotherMasterTakesOver();
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

    private void receive(Node node) {
        linksArePluggedIn();
        Wire wire = harness.wire(node.name);
        if (wire != null && wire.channel.isOpen()) {
            node.arrived.addAll(wire.arguments());
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
