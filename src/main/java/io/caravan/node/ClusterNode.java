package io.caravan.node;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * A line of {@code CLUSTER NODES}.
 *
 * @param id the node's name within the cluster, 40 characters
 * @param address the address that the cluster announces for it
 * @param master whether it is a master
 * @param masterId the id of its master, empty for a master
 * @param failed whether the cluster holds it for dead ({@code fail})
 * @param slots the slots that it serves
 * @param moving the slots that are on their way to or from it; a node tells only its own
 */
public record ClusterNode(
        String id, NodeAddress address, boolean master, String masterId, boolean failed, BitSet slots, BitSet moving) {

    private static final int SLOTS = 16384;
    private static final int FIRST_SLOT_COLUMN = 8;

    public ClusterNode {
        slots = (BitSet) slots.clone();
        moving = (BitSet) moving.clone();
    }

    /** A copy. */
    @Override
    public BitSet slots() {
        return (BitSet) slots.clone();
    }

    /** A copy. */
    @Override
    public BitSet moving() {
        return (BitSet) moving.clone();
    }

    /** Whether a slot is on its way to or from it. */
    public boolean migrating() {
        return !moving.isEmpty();
    }

    /**
     * Reads the answer to {@code CLUSTER NODES}; nodes without an address are left out.
     *
     * @param askedAt address that was asked, used where a node does not know its own host yet
     * @throws IllegalArgumentException if the text is no such answer
     */
    public static List<ClusterNode> parse(String text, NodeAddress askedAt) {
        return text.lines()
                .filter(line -> !line.isBlank())
                .map(line -> parseLine(line, askedAt))
                .flatMap(Optional::stream)
                .toList();
    }

    // <id> <ip:port@bus[,hostname]> <flags> <master> <ping> <pong> <epoch> <link> <slot> <slot> …
    private static Optional<ClusterNode> parseLine(String line, NodeAddress askedAt) {
        String[] column = line.trim().split("\\s+");
        if (column.length < FIRST_SLOT_COLUMN) {
            throw new IllegalArgumentException("no line of CLUSTER NODES: '" + line + "'");
        }
        List<String> flags = List.of(column[2].split(","));
        if (flags.contains("noaddr") || flags.contains("handshake")) {
            return Optional.empty();
        }
        boolean master = flags.contains("master");
        var slots = new BitSet(SLOTS);
        var moving = new BitSet();
        for (int i = FIRST_SLOT_COLUMN; i < column.length; i++) {
            if (column[i].startsWith("[")) {
                addMoving(column[i], moving);
            } else {
                addSlots(column[i], slots);
            }
        }
        return Optional.of(new ClusterNode(
                column[0],
                address(column[1], askedAt),
                master,
                master ? "" : column[3],
                flags.contains("fail"),
                slots,
                moving));
    }

    // [<slot>->-<id of the importer>] or [<slot>-<-<id of the owner>]
    private static void addMoving(String mark, BitSet moving) {
        addSlots(mark.substring(1, mark.indexOf('-')), moving);
    }

    private static void addSlots(String range, BitSet slots) {
        int dash = range.indexOf('-');
        int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
        int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
        slots.set(first, Math.min(last + 1, SLOTS));
    }

    private static NodeAddress address(String announced, NodeAddress askedAt) {
        String hostAndPort = announced.split(",")[0].split("@")[0];
        int colon = hostAndPort.lastIndexOf(':');
        String host = hostAndPort.substring(0, colon);
        return new NodeAddress(
                host.isEmpty() ? askedAt.host() : host, Integer.parseInt(hostAndPort.substring(colon + 1)));
    }
}
