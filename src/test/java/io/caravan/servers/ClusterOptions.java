package io.caravan.servers;

/** How a cluster is to be started; made by {@link RedisCluster#on}. Three masters without replicas unless told otherwise. */
public final class ClusterOptions {
    private static final int NODE_TIMEOUT_MILLIS = 2_000;

    private final ServerOptions nodeOptions;
    private int masters = 3;
    private int replicasPerMaster;
    private int nodeTimeoutMillis = NODE_TIMEOUT_MILLIS;

    ClusterOptions(ServerProgram program) {
        nodeOptions = new ServerOptions(program);
    }

    public ClusterOptions masters(int count) {
        masters = count;
        return this;
    }

    /** Replicas of each master. */
    public ClusterOptions replicas(int perMaster) {
        replicasPerMaster = perMaster;
        return this;
    }

    /** {@code cluster-node-timeout}; 2000 unless told otherwise. A replica is elected about twice as late. */
    public ClusterOptions nodeTimeoutMillis(int millis) {
        nodeTimeoutMillis = millis;
        return this;
    }

    /** A line of every node's redis.conf, as {@link ServerOptions#option}. */
    public ClusterOptions option(String directive, String value) {
        nodeOptions.option(directive, value);
        return this;
    }

    /** As {@link ServerOptions#password}. Slots then move with servers from 4.0.7 on only (MIGRATE … AUTH). */
    public ClusterOptions password(String password) {
        nodeOptions.password(password);
        return this;
    }

    /** As {@link ServerOptions#tls}, on every node. */
    public ClusterOptions tls() {
        nodeOptions.tls();
        return this;
    }

    /** As {@link ServerOptions#linked}, on every node. From 4.0 on. */
    public ClusterOptions linked() {
        nodeOptions.linked();
        return this;
    }

    /** As {@link ServerOptions#user}, on every node. */
    public ClusterOptions user(String name, String password, String... rules) {
        nodeOptions.user(name, password, rules);
        return this;
    }

    /** Starts all nodes and returns when they agree on their slots and every replica is online. */
    public RedisCluster start() {
        return RedisCluster.start(this);
    }

    ServerOptions nodeOptions() {
        return nodeOptions.copy().clusterNode(nodeTimeoutMillis);
    }

    int masterCount() {
        return masters;
    }

    int replicasPerMaster() {
        return replicasPerMaster;
    }
}
