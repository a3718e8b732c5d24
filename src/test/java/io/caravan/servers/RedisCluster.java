package io.caravan.servers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster of servers on 127.0.0.1, made and changed by the CLUSTER commands that an administrator would send. Every
 * method that changes it returns when all responsive nodes agree on the result.
 *
 * <p>For one thread at a time, except {@link #connect()} and the questions ({@link #masters()}, {@link #nodes()} …).
 * Which node has which role is asked anew with each call, so a failover behind our back is seen.
 *
 * <p>A cluster is not ready earlier than two seconds after its nodes started: a fresh master waits that long before it
 * takes part ({@code CLUSTER_WRITABLE_DELAY} in cluster.c, every version).
 */
public final class RedisCluster implements Deployment, AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration FAILOVER_LIMIT = Duration.ofSeconds(6);
    private static final Duration MEETING_LIMIT = Duration.ofSeconds(5);

    private final ClusterOptions options;
    private final List<RedisServer> servers = new CopyOnWriteArrayList<>();

    private RedisCluster(ClusterOptions options) {
        this.options = options;
    }

    /** Options for a cluster of servers run by this program. */
    public static ClusterOptions on(ServerProgram program) {
        return new ClusterOptions(program);
    }

    static RedisCluster start(ClusterOptions options) {
        RedisCluster cluster = new RedisCluster(options);
        try {
            cluster.create();
            return cluster;
        } catch (RuntimeException | AssertionError e) {
            cluster.close();
            throw e;
        }
    }

    private void create() {
        int masters = options.masterCount();
        launch(masters * (1 + options.replicasPerMaster()));
        for (int i = 0; i < masters; i++) {
            RedisServer master = servers.get(i);
            // Distinct epochs from the start: otherwise nodes spend time on resolving collisions.
            master.command("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
            addSlots(master, HashSlots.COUNT * i / masters, HashSlots.COUNT * (i + 1) / masters);
        }
        introduceAll();
        for (int i = masters; i < servers.size(); i++) {
            replicate(servers.get(i), servers.get(i % masters));
        }
        awaitAgreement();
    }

    private List<RedisServer> launch(int count) {
        List<RedisServer> launched = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RedisServer server = options.nodeOptions().launch();
            launched.add(server);
            servers.add(server);
        }
        launched.forEach(RedisServer::awaitReady);
        return launched;
    }

    private static void addSlots(RedisServer master, int from, int to) {
        List<Object> words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
        IntStream.range(from, to).forEach(words::add);
        master.command(Request.of(words.toArray()));
    }

    /** Each node meets each other one: gossip would come to the same, seconds later. */
    private void introduceAll() {
        Await.until("all nodes know each other", LIMIT, () -> {
            List<RedisServer> nodes = responsive();
            for (RedisServer node : nodes) {
                Set<Integer> known = known(node);
                nodes.stream()
                        .filter(other -> other.port() < node.port() && !known.contains(other.announcedPort()))
                        .forEach(other -> meet(node, other));
            }
            awaitKnown();
            return true;
        });
    }

    private static void meet(RedisServer node, RedisServer other) {
        List<Object> words = new ArrayList<>(List.of("CLUSTER", "MEET", other.host(), other.port()));
        if (node.program().atLeast("4.0")) {
            words.add(other.busPort());
        }
        node.command(Request.of(words.toArray()));
    }

    private void awaitKnown() {
        Set<Integer> ports = ports(responsive());
        Await.until(
                "nodes " + ports + " know each other",
                MEETING_LIMIT,
                () -> responsive().stream().map(RedisCluster::known).toList(),
                seen -> seen.stream().allMatch(known -> known.containsAll(ports)));
    }

    private static Set<Integer> known(RedisServer server) {
        return view(server).nodes().stream()
                .filter(node -> !node.isTroubled())
                .map(ClusterView.Node::port)
                .collect(Collectors.toSet());
    }

    private static void replicate(RedisServer replica, RedisServer master) {
        replica.command("CLUSTER", "REPLICATE", id(master));
    }

    static ClusterView view(RedisServer server) {
        return ClusterView.parse(String.valueOf(server.command("CLUSTER", "NODES")));
    }

    static String id(RedisServer server) {
        return view(server).myself().id();
    }

    private static Set<Integer> ports(List<RedisServer> nodes) {
        return nodes.stream().map(RedisServer::announcedPort).collect(Collectors.toSet());
    }

    /** The nodes that are neither killed nor paused. */
    private List<RedisServer> responsive() {
        return servers.stream().filter(RedisServer::isResponsive).toList();
    }

    /** Returns when every responsive node says {@code cluster_state:ok}, all agree and all replicas are online. */
    public void awaitAgreement() {
        Await.until("the cluster agrees", LIMIT, this::disagreement, String::isEmpty);
        // Redis 7.2 and 7.4 learn shard ids without writing them to nodes.conf, and do not start again from the old
        // ones.
        responsive().forEach(node -> node.command("CLUSTER", "SAVECONFIG"));
    }

    /** What is still missing; empty when nothing is. */
    private String disagreement() {
        List<RedisServer> nodes = responsive();
        Set<Integer> ports = ports(nodes);
        Optional<String> common = view(nodes.get(0)).opinionOf(ports);
        for (RedisServer node : nodes) {
            ClusterView view = view(node);
            if (common.isEmpty() || !view.opinionOf(ports).equals(common)) {
                return node + " sees "
                        + view.opinionOf(ports).orElse(view.nodes().toString());
            }
            if (!String.valueOf(node.command("CLUSTER", "INFO")).contains("cluster_state:ok")) {
                return node + " does not say cluster_state:ok";
            }
            if (!view.myself().isMaster()
                    && !node.info("replication", "master_link_status").equals("up")) {
                return node + " is not linked to its master";
            }
            if (shards(node) > view.masters()) {
                return node + " takes replicas for shards of their own";
            }
        }
        return "";
    }

    /** Redis 7.2 and later give each shard an id, which nodes learn of each other somewhat later than all else. */
    private static long shards(RedisServer node) {
        return node.program().atLeast("7.2")
                ? ValueReading.list(node.command("CLUSTER", "SHARDS")).size()
                : 0;
    }

    private ClusterView anyView() {
        return view(responsive().get(0));
    }

    private Optional<RedisServer> server(ClusterView.Node node) {
        return servers.stream()
                .filter(server -> server.isAlive() && server.announcedPort() == node.port())
                .findFirst();
    }

    private List<RedisServer> serversOf(List<ClusterView.Node> nodes) {
        return nodes.stream().flatMap(node -> server(node).stream()).toList();
    }

    /** All nodes that were started and not removed, in that order, killed ones too. */
    public List<RedisServer> servers() {
        return List.copyOf(servers);
    }

    /** The live masters in the order of their start, also those without slots. */
    public List<RedisServer> masters() {
        Set<Integer> ports = anyView().nodes().stream()
                .filter(node -> node.isMaster() && !node.flags().contains("fail"))
                .map(ClusterView.Node::port)
                .collect(Collectors.toSet());
        return servers.stream()
                .filter(server -> server.isAlive() && ports.contains(server.announcedPort()))
                .toList();
    }

    /** The live replicas of a master, which may be dead itself. */
    public List<RedisServer> replicasOf(RedisServer master) {
        ClusterView view = anyView();
        String id = view.node(node -> node.port() == master.announcedPort())
                .orElseThrow()
                .id();
        return serversOf(
                view.nodes().stream().filter(node -> node.masterId().equals(id)).toList());
    }

    /** All live nodes as {@code host:port,host:port,…}. */
    public String nodes() {
        return servers.stream()
                .filter(RedisServer::isAlive)
                .map(server -> server.endpoint().toString())
                .collect(Collectors.joining(","));
    }

    /** The master of a slot. */
    public RedisServer nodeForSlot(int slot) {
        return anyView()
                .node(node -> node.isMaster() && node.slots().get(slot))
                .flatMap(this::server)
                .orElseThrow(() -> new IllegalStateException("slot " + slot + " has no live master"));
    }

    /** The master of a key. */
    public RedisServer nodeForKey(byte[] key) {
        return nodeForSlot(HashSlots.of(key));
    }

    /** The slots of a master. */
    public List<Integer> slotsOf(RedisServer master) {
        return view(master).myself().slots().stream().boxed().toList();
    }

    /** Moves the slots first to last, as {@link #moveSlots(RedisServer, RedisServer, List)}. */
    public void moveSlots(RedisServer from, RedisServer to, int first, int last) {
        moveSlots(from, to, IntStream.rangeClosed(first, last).boxed().toList());
    }

    /** Moves slots key by key while the cluster is in use, as {@code redis-cli --cluster reshard} does. */
    public void moveSlots(RedisServer from, RedisServer to, List<Integer> slots) {
        SlotMove move = new SlotMove(from, to, masters(), options.nodeOptions().password());
        slots.forEach(move::move);
        awaitAgreement();
    }

    /** Starts a master without slots and lets it join. */
    public RedisServer addMaster() {
        RedisServer master = launch(1).get(0);
        introduceAll();
        awaitAgreement();
        return master;
    }

    /** Starts a replica of this master. */
    public RedisServer addReplica(RedisServer master) {
        RedisServer replica = launch(1).get(0);
        introduceAll();
        replicate(replica, master);
        awaitAgreement();
        return replica;
    }

    /** Ends a node that has no slots and no replicas, or is dead, and lets all others forget it. */
    public void removeNode(RedisServer node) {
        if (node.isAlive() && (!slotsOf(node).isEmpty() || !replicasOf(node).isEmpty())) {
            throw new IllegalArgumentException(node + " still has slots or replicas; move them first");
        }
        servers.remove(node);
        String id = anyView()
                .node(candidate -> candidate.port() == node.announcedPort())
                .orElseThrow()
                .id();
        node.close();
        responsive().forEach(other -> other.command("CLUSTER", "FORGET", id));
        awaitAgreement();
    }

    /**
     * Makes a replica the master of its shard: without losing a write ({@code CLUSTER FAILOVER}), or with {@code FORCE} or {@code
     * TAKEOVER} as {@code mode}, which do not wait for what it has not received yet.
     */
    public void failover(RedisServer replica, String... mode) {
        String masterId = view(replica).myself().masterId();
        List<Object> words = new ArrayList<>(List.of("CLUSTER", "FAILOVER"));
        words.addAll(List.of(mode));
        Await.until(replica + " is master", LIMIT, () -> {
            replica.command(Request.of(words.toArray()));
            // A server gives up after 5 s (CLUSTER_MF_TIMEOUT, cluster.h); then it is told again.
            Await.until(
                    replica + " is master",
                    FAILOVER_LIMIT,
                    () -> view(replica).myself().isMaster());
            return true;
        });
        awaitAgreement();
        if (replica.program().atLeast("6.2") && !replica.program().atLeast("7.0")) {
            // 6.2 forgets to end the pause of its clients (resetManualFailover, cluster.c): they would hang for 10 s.
            // Not before the agreement: a master that does not know yet would take their writes and lose them.
            anyView()
                    .node(node -> node.id().equals(masterId))
                    .flatMap(this::server)
                    .orElseThrow()
                    .command("CLIENT", "UNPAUSE");
        }
    }

    /** Kills a master and returns the replica that took its place. */
    public RedisServer killMaster(RedisServer master) {
        List<RedisServer> replicas = replicasOf(master);
        if (replicas.isEmpty()) {
            throw new IllegalArgumentException(master + " has no replica that could take its place");
        }
        master.kill();
        RedisServer promoted = Await.until(
                        "a replica of " + master + " is master",
                        LIMIT,
                        () -> replicas.stream()
                                .filter(replica -> view(replica).myself().isMaster())
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        awaitAgreement();
        return promoted;
    }

    /** The number of keys of all masters. */
    public long dbsize() {
        return masters().stream().mapToLong(master -> master.number("DBSIZE")).sum();
    }

    /** FLUSHALL on every master. */
    public void flushAll() {
        masters().forEach(master -> master.command("FLUSHALL"));
    }

    /** A client that follows redirections, for one thread at a time; the same as {@link #connect()}. */
    public DeploymentClient clusterClient() {
        return connect();
    }

    @Override
    public DeploymentClient connect() {
        return new ClusterClient(servers.stream().map(RedisServer::endpoint).toList(), this::portOf);
    }

    /** Clients of ours go to the node itself, wherever it says that it is. */
    private int portOf(int announced) {
        return servers.stream()
                .filter(server -> server.announcedPort() == announced)
                .findFirst()
                .map(RedisServer::port)
                .orElse(announced);
    }

    /** The last log lines of every node, for messages. */
    public String logs() {
        return servers.stream().map(server -> server + ":\n" + server.log()).collect(Collectors.joining("\n\n"));
    }

    @Override
    public void close() {
        servers.forEach(RedisServer::close);
        servers.clear();
    }

    @Override
    public String toString() {
        return "cluster " + nodes();
    }
}
