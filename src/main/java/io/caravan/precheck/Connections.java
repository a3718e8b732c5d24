package io.caravan.precheck;

import io.caravan.node.NodeAddress;
import java.util.List;
import java.util.Set;

/** Whether the servers of a side can be reached, let us in, and whether others can listen. */
final class Connections {

    private static final Set<String> LOOPBACK = Set.of("localhost", "::1");

    private Connections() {}

    static void nodes(Facts facts, Side side, Findings findings) {
        findings.addAll(side.obstacles(Obstacle.Kind.CONNECTION));
        if (!side.answers()) {
            findings.summary("none of " + side.given().size() + " given nodes can be asked");
        } else if (side.isCluster()) {
            int replicas = side.servers().size() - side.masters().size();
            findings.summary(side.masters().size() + " masters and " + replicas
                    + " other nodes answer at the addresses that the cluster announces");
        } else {
            findings.summary(side.first().name() + " answers");
        }
    }

    static void credentials(Facts facts, Side side, Findings findings) {
        List<Finding> refused = side.obstacles(Obstacle.Kind.CREDENTIALS);
        findings.addAll(refused);
        if (refused.isEmpty()) {
            if (side.answers()) {
                findings.summary("accepted");
            } else {
                findings.skip("no server of the " + side.word() + " could be asked");
            }
        }
    }

    static void encryption(Facts facts, Side side, Findings findings) {
        findings.addAll(side.obstacles(Obstacle.Kind.ENCRYPTION));
        if (!side.answers() && findings.isEmpty()) {
            findings.skip("no server of the " + side.word() + " could be asked");
            return;
        }
        findings.summary(side.isEncrypted() ? "on" : "off");
        boolean secret = side.word().equals("source")
                ? !facts.settings().source().credentials().none()
                : facts.settings().destinations().stream()
                        .anyMatch(settings -> !settings.credentials().none());
        if (secret
                && !side.isEncrypted()
                && side.answers()
                && !side.given().stream().allMatch(Connections::isLoopback)) {
            findings.warn(
                    "",
                    "the password and all data go through the network unencrypted",
                    "set sslContextParameters, or see that nobody else has access to this network");
        }
    }

    private static boolean isLoopback(NodeAddress node) {
        return LOOPBACK.contains(node.host()) || node.host().startsWith("127.");
    }
}
