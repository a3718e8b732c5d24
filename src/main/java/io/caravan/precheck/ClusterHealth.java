package io.caravan.precheck;

import io.caravan.command.HashSlot;
import io.caravan.node.ClusterNode;
import io.caravan.node.ServerInfo;
import io.caravan.node.SlotRanges;
import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whether every slot of a cluster is served, by the same node in everybody's eyes, and stays where it is. */
final class ClusterHealth {

    private static final String FIX = "mend the cluster first: redis-cli --cluster check, --cluster fix";

    private ClusterHealth() {}

    static void look(Facts facts, Side side, Findings findings) throws IOException {
        if (side.view().isEmpty()) {
            findings.skip(side.isCluster() ? "the cluster does not tell its nodes" : "no cluster");
            return;
        }
        coverage(side, findings);
        Map<String, BitSet> common = ownersOf(side.view());
        for (Server server : side.masters()) {
            List<ClusterNode> view = server.view();
            state(server, findings);
            if (!view.isEmpty() && !ownersOf(view).equals(common)) {
                findings.fail(
                        server.name(),
                        "divides the slots otherwise than " + side.view().get(0).address() + " and others do",
                        "wait until the nodes agree; if they do not: " + FIX);
            }
            if (view.stream().anyMatch(ClusterNode::migrating)) {
                findings.add(
                        facts.graveUnlessContinued(),
                        server.name(),
                        "slots are on their way to or from this node",
                        "wait until the resharding has ended; if it was given up: " + FIX);
            }
        }
        findings.summary(HashSlot.COUNT + " slots, " + side.masters().size() + " masters");
    }

    private static void coverage(Side side, Findings findings) {
        BitSet missing = HashSlot.all();
        for (ClusterNode node : side.view()) {
            if (!node.failed()) {
                missing.andNot(node.slots());
            } else {
                findings.warn(
                        node.address().toString(), "is held for dead by its cluster", "start it again, or forget it");
            }
        }
        if (!missing.isEmpty()) {
            findings.fail(
                    "",
                    missing.cardinality() + " slots are served by no node: " + SlotRanges.text(missing),
                    "start their masters, or give the slots to others: redis-cli --cluster fix");
        }
    }

    private static void state(Server server, Findings findings) throws IOException {
        Reply reply = server.ask("CLUSTER", "INFO");
        String state = ServerInfo.parse(reply.text()).field("cluster_state").orElse("unknown");
        if (reply instanceof Reply.Failure failure) {
            findings.warn(
                    server.name(),
                    "does not tell the state of its cluster: " + Server.quoted(failure),
                    "grant the user +cluster|info (+cluster before Redis 7.0)");
        } else if (!state.equals("ok")) {
            findings.fail(server.name(), "says that its cluster is down (cluster_state:" + state + ")", FIX);
        }
    }

    private static Map<String, BitSet> ownersOf(List<ClusterNode> view) {
        Map<String, BitSet> owners = new TreeMap<>();
        for (ClusterNode node : view) {
            if (!node.slots().isEmpty()) {
                owners.put(node.id(), node.slots());
            }
        }
        return owners;
    }
}
