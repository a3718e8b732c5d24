package io.caravan.cluster;

import io.caravan.command.HashSlot;
import io.caravan.node.NodeAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which link serves which slot. A link is made when its node is first heard of, and given up when the node serves no slot
 * any more and nothing is on its way to it. Owned by the destination's event loop.
 */
final class LinkTable {

    private static final Logger LOG = LoggerFactory.getLogger(LinkTable.class);

    private final NodeLink.Owner owner;
    private final SlotRouter.DestinationEvents events;
    private final Map<NodeAddress, NodeLink> links = new HashMap<>();

    /** One element more than there are slots: the last is for units without a key. */
    private final @Nullable NodeLink[] linkOfSlot = new NodeLink[HashSlot.COUNT + 1];

    LinkTable(NodeLink.Owner owner, SlotRouter.DestinationEvents events) {
        this.owner = owner;
        this.events = events;
    }

    /** The masters by slot; a slot without one waits. */
    void topology(@Nullable NodeAddress[] masterOfSlot) {
        for (int slot = 0; slot < HashSlot.COUNT; slot++) {
            NodeAddress master = masterOfSlot[slot];
            linkOfSlot[slot] = master == null ? null : link(master);
        }
        linkOfSlot[Units.KEYLESS] = linkOfSlot[0];
        closeUnused();
    }

    /** The link that serves a slot, or {@link Units#KEYLESS}; {@code null} if none does. */
    @Nullable
    NodeLink of(int slot) {
        return linkOfSlot[slot];
    }

    /** A node says that another one serves a slot. */
    void moved(int slot, NodeAddress target) {
        linkOfSlot[slot] = link(target);
    }

    /** The link to a node. */
    NodeLink link(NodeAddress address) {
        NodeLink known = links.get(address);
        if (known != null) {
            return known;
        }
        var link = new NodeLink(address, owner);
        links.put(address, link);
        events.connect(link);
        return link;
    }

    /** Every node that is, or was, connected to. */
    Map<NodeAddress, NodeLink> all() {
        return links;
    }

    /** The links that serve slots. */
    Set<NodeLink> masters() {
        Set<NodeLink> masters = new HashSet<>();
        for (NodeLink link : linkOfSlot) {
            if (link != null) {
                masters.add(link);
            }
        }
        return masters;
    }

    /** How many slots each link serves. */
    Map<NodeLink, Integer> slots() {
        Map<NodeLink, Integer> slots = new HashMap<>();
        for (int slot = 0; slot < HashSlot.COUNT; slot++) {
            NodeLink link = linkOfSlot[slot];
            if (link != null) {
                slots.merge(link, 1, Integer::sum);
            }
        }
        return slots;
    }

    /** Whether nothing is on its way to any node. */
    boolean isIdle() {
        return links.values().stream().allMatch(NodeLink::isIdle);
    }

    /** Writes what was given to the links. */
    void flush() {
        links.values().forEach(NodeLink::flush);
    }

    private void closeUnused() {
        List<NodeLink> unused = new ArrayList<>(links.values());
        unused.removeAll(masters());
        for (NodeLink link : unused) {
            if (link.isIdle()) {
                LOG.info("destination {} serves no slot any more; closing the connection", link.address());
                links.remove(link.address());
                link.loseOwn();
                events.disconnect(link);
            }
        }
    }
}
