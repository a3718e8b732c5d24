package io.caravan.servers;

import java.util.Arrays;
import java.util.List;

/** One server or one cluster, to be written to, read and compared; ours or anybody's. */
public interface Deployment {
    /** A new client, for one thread at a time. */
    DeploymentClient connect();

    /** A server started by somebody else. */
    static Deployment server(Endpoint endpoint) {
        return () -> new StandaloneClient(endpoint);
    }

    /** A cluster started by somebody else; any of its nodes will do. */
    static Deployment cluster(List<Endpoint> nodes) {
        return () -> new ClusterClient(nodes);
    }

    /** A cluster without password, from {@code host:port,host:port,…}. */
    static Deployment cluster(String nodes) {
        return cluster(Arrays.stream(nodes.split(",")).map(Endpoint::parse).toList());
    }
}
