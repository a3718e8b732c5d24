package io.caravan.verify;

import io.caravan.node.NodeAddress;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** A reader's connections to the nodes of one side, each made when it is first needed. Owned by one thread, which waits. */
final class NodeConnections implements AutoCloseable {

    private final Deployment deployment;
    private final Map<NodeAddress, Questions> open = new HashMap<>();

    NodeConnections(Deployment deployment) {
        this.deployment = deployment;
    }

    /** The connection to a node. */
    Questions to(NodeAddress node) throws IOException {
        Questions known = open.get(node);
        if (known == null) {
            known = new Questions(deployment.open(node));
            open.put(node, known);
        }
        return known;
    }

    /** Whether nothing has happened to a connection. */
    boolean hold(Questions questions) {
        return open.containsValue(questions);
    }

    /** Forgets the connection to a node, if there is one: it is broken. */
    void drop(NodeAddress node) {
        Questions broken = open.remove(node);
        if (broken != null) {
            broken.close();
        }
    }

    @Override
    public void close() {
        open.values().forEach(Questions::close);
        open.clear();
    }
}
