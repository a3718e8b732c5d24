package io.caravan.cluster;

import static io.caravan.cluster.SimulatedCluster.slotOf;

import io.caravan.cluster.SimulatedCluster.Node;
import io.caravan.node.NodeAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * A router, the cluster that it writes to, the source whose commands it is given, and what may happen between them, by chance and by a
 * seed. The story tells what has happened.
 */
final class TroubledCluster {

    private static final int KEYS_PER_SLOT = 3;

    /** No batch says when what was lost with a node is repaired: its values may still be on their way. */
    private static final int QUIET_ROUNDS = 3;

    private static final String[] TAGS = {"red", "green", "blue", "white"};

    final SimulatedCluster cluster = new SimulatedCluster();
    final Map<String, String> source = new TreeMap<>();
    final List<String> story = new ArrayList<>();
    RouterHarness harness;
    private final Map<String, Wire> connected = new HashMap<>();
    private final Random random;
    private NodeAddress[] knownTopology = cluster.masterOfSlot();
    private int tokens;

    TroubledCluster(RouterHarness harness, long seed) {
        this.harness = harness;
        random = new Random(seed);
        harness.router.topology(knownTopology);
    }

    /** A number below {@code bound}, which is the same for the same seed. */
    int chance(int bound) {
        return random.nextInt(bound);
    }

    /** One time out of so many. */
    boolean once(int outOf) {
        return random.nextInt(outOf) == 0;
    }

    String anyTag() {
        return TAGS[random.nextInt(TAGS.length)];
    }

    String anyKey(String tag) {
        return "{" + tag + "}" + random.nextInt(KEYS_PER_SLOT);
    }

    /** A piece of a value that is used once. */
    String token() {
        return "." + tokens++;
    }

    /** The source runs a command; answers how that is replicated. */
    String run(String line) {
        SimulatedCluster.run(List.of(line.split(" ")), source);
        return line;
    }

    /** The source renames a key, if that is possible. */
    String rename(String key, String other) {
        return source.containsKey(key) && !key.equals(other) ? run("RENAME " + key + " " + other) : run("DEL " + key);
    }

    Node anyNode() {
        return cluster.nodes.get(random.nextBoolean() ? "a" : "b");
    }

    /** A node receives what was sent to it, and runs so many commands. */
    void nodeWorks(Node node, int commands) {
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

    void anyNodeAnswers() {
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

    void anyNodeRunsOutOfMemoryOrHasSome() {
        Node node = anyNode();
        node.outOfMemory = !node.outOfMemory && once(3);
        story.add(node.name + (node.outOfMemory ? " out of memory" : " has memory"));
    }

    void slotMoves() {
        int slot = slotOf(anyKey(anyTag()));
        if (cluster.moving.contains(slot)) {
            cluster.endMove(slot);
            story.add("slot " + slot + " has moved to " + cluster.ownerOf(slot));
        } else {
            cluster.beginMove(slot);
            story.add("slot " + slot + " begins to move from " + cluster.ownerOf(slot));
        }
    }

    /** If its slot does. */
    void keyMoves(String key) {
        if (cluster.moving.contains(slotOf(key))) {
            cluster.moveKey(key);
            story.add(key + " moves");
        }
    }

    void connectionBreaksOrReturns() {
        Node node = anyNode();
        NodeLink link = harness.link(node.name);
        if (link == null) {
            return;
        }
        if (!link.isUp()) {
            harness.connectNow(node.name);
            story.add(node.name + " is connected again");
        } else if (once(3)) {
            nodeWorks(node, random.nextInt(6)); // takes effect, but nobody learns of it
            node.disconnected();
            story.add(node.name + " is lost");
            harness.lose(node.name);
        }
    }

    /** As it is, or as it was some time ago. */
    void topologyIsTold() {
        if (random.nextBoolean()) {
            knownTopology = cluster.masterOfSlot();
        }
        harness.router.topology(knownTopology.clone());
        harness.run();
        story.add("topology");
    }

    /** The router is gone, with everything that it was connected to; what it has sent may still arrive. */
    void isReplacedBy(RouterHarness next) {
        for (Node node : cluster.nodes.values()) {
            nodeWorks(node, random.nextInt(10));
            node.disconnected();
        }
        connected.clear();
        harness = next;
        harness.router.topology(knownTopology.clone());
    }

    /**
     * Nothing breaks any more, and everybody does what there is to be done.
     *
     * @param allEnded whether every batch has ended
     * @param others do what they have to do
     */
    void peaceReturns(BooleanSupplier allEnded, Runnable others) {
        List.copyOf(cluster.moving).forEach(cluster::endMove);
        cluster.nodes.values().forEach(node -> node.outOfMemory = false);
        int quiet = 0;
        for (int round = 0; round < 500 && quiet < QUIET_ROUNDS; round++) {
            quiet = allEnded.getAsBoolean() && harness.router.holdsNothingBack() ? quiet + 1 : 0;
            for (Node node : cluster.nodes.values()) {
                if (harness.link(node.name) != null && !harness.link(node.name).isUp()) {
                    harness.connectNow(node.name);
                }
            }
            linksArePluggedIn();
            others.run();
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
    void linksArePluggedIn() {
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
}
