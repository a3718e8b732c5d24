package io.caravan.cluster;

import io.caravan.command.CommandSpec;
import io.caravan.command.CommandTable;
import io.caravan.command.HashSlot;
import io.caravan.command.KeyPositions;
import io.caravan.node.NodeAddress;
import io.caravan.node.ServerInfo;
import io.caravan.node.ServerModules;
import io.caravan.node.ServerVersion;
import io.caravan.resp.CommandScanner;
import io.caravan.resp.RespWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything about a destination that is not the data path, by Lettuce: what it is, its topology, and single commands with
 * their replies.
 *
 * <p>{@link #open} waits for the network and is called by the thread of the start; the rest is asynchronous and may be
 * called from any thread.
 */
final class DestinationAdmin implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DestinationAdmin.class);

    private final NodeAddress answering;
    private final Answer answer;
    private final @Nullable RedisClusterClient clusterClient;
    private final @Nullable StatefulRedisClusterConnection<byte[], byte[]> cluster;
    private final @Nullable RedisClient nodeClient;
    private final @Nullable StatefulRedisConnection<byte[], byte[]> standard;
    private final DestinationKeys keys;

    /**
     * What a node says of itself.
     *
     * @param modules empty if it does not tell
     */
    private record Answer(ServerInfo info, Optional<ServerModules> modules) {}

    private DestinationAdmin(NodeAddress answering, Answer answer, RedisClusterClient client) {
        this.answering = answering;
        this.answer = answer;
        clusterClient = client;
        cluster = client.connect(ByteArrayCodec.INSTANCE);
        nodeClient = null;
        standard = null;
        keys = new ClusterKeys(cluster, this::masterOfSlot);
    }

    private DestinationAdmin(NodeAddress answering, Answer answer, RedisClient client, RedisURI uri) {
        this.answering = answering;
        this.answer = answer;
        clusterClient = null;
        cluster = null;
        nodeClient = client;
        standard = client.connect(ByteArrayCodec.INSTANCE, uri);
        keys = new StandardKeys(client, uri, standard);
    }

    /**
     * Connects to the first node that answers and learns what it belongs to.
     *
     * @throws DestinationException if none answers, or it cannot serve as a destination
     */
    static DestinationAdmin open(DestinationSettings settings, LettuceClients clients) throws DestinationException {
        List<String> problems = new ArrayList<>();
        for (NodeAddress node : settings.nodes()) {
            try {
                return open(node, clients);
            } catch (RuntimeException e) {
                problems.add(problem(node, e));
            }
        }
        throw new DestinationException(String.join("; ", problems));
    }

    /** Whether it is a cluster. */
    boolean isCluster() {
        return cluster != null;
    }

    /** Product and version of the node that answered first. */
    ServerVersion version() {
        return answer.info().version();
    }

    /** The modules of the node that answered first; empty if it does not tell. */
    Optional<ServerModules> modules() {
        return answer.modules();
    }

    /** The masters by slot: element s serves slot s, {@code null} if none does. */
    CompletionStage<@Nullable NodeAddress[]> masterOfSlot() {
        if (clusterClient == null) {
            @Nullable NodeAddress[] everywhere = new NodeAddress[HashSlot.COUNT];
            Arrays.fill(everywhere, answering);
            return CompletableFuture.completedFuture(everywhere);
        }
        return clusterClient.refreshPartitionsAsync().thenApply(done -> masterOfSlot(clusterClient.getPartitions()));
    }

    /** Runs a command and gives its reply: {@code String}, {@code Long}, {@code byte[]}, a {@code List} or nothing. */
    CompletionStage<Object> call(List<byte[]> arguments) {
        String name = new String(arguments.get(0), StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
        CommandArgs<byte[], byte[]> args = arguments(name, arguments);
        if (cluster != null) {
            return cluster.async().dispatch(new Keyword(name), new AnyOutput(), args);
        }
        if (standard != null) {
            return standard.async().dispatch(new Keyword(name), new AnyOutput(), args);
        }
        throw new IllegalStateException("neither a cluster nor a standard destination");
    }

    /** What a master says of itself and its replicas. */
    CompletionStage<ServerInfo> replicationOf(NodeAddress master) {
        if (standard != null) {
            return standard.async().info("replication").thenApply(ServerInfo::parse);
        }
        if (cluster == null) {
            throw new IllegalStateException("neither a cluster nor a standard destination");
        }
        return cluster.getConnectionAsync(master.host(), master.port())
                .thenCompose(node -> node.async().info("replication"))
                .thenApply(ServerInfo::parse);
    }

    /** Removes keys; the stage ends when it has found none of them any more. */
    CompletionStage<Void> empty(Emptying some) {
        return keys.empty(some);
    }

    /**
     * Looks through the keys of some slots, and of every database of a standard server.
     *
     * @param visitor told of the keys of each database
     */
    CompletionStage<Void> walk(BitSet slots, KeyVisitor visitor) {
        return keys.walk(slots, visitor);
    }

    @Override
    public void close() {
        if (cluster != null) {
            cluster.close(); // else the client closes its node connections twice, and warns of it
        }
        if (clusterClient != null) {
            clusterClient.shutdown(0, 1, TimeUnit.SECONDS);
        }
        if (nodeClient != null) {
            nodeClient.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    /** The innermost message of a failure, which says most. */
    static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && (cause instanceof CompletionException || cause instanceof RedisException)) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    record Keyword(String name) implements ProtocolKeyword {
        @Override
        public byte[] getBytes() {
            return name.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static DestinationAdmin open(NodeAddress node, LettuceClients clients) throws DestinationException {
        Answer answer = ask(node, clients);
        ServerInfo info = answer.info();
        if (info.cluster()) {
            RedisClusterClient client = clients.clusterClient();
            try {
                client.refreshPartitions();
                return new DestinationAdmin(node, answer, client);
            } catch (RuntimeException e) {
                client.shutdown(0, 1, TimeUnit.SECONDS);
                throw e;
            }
        }
        if (info.replica()) {
            throw new DestinationException("destination " + node + " is read-only: it is a replica"
                    + info.master().map(master -> " of " + master).orElse("") + "; give its master instead");
        }
        return new DestinationAdmin(node, answer, clients.nodeClient(), clients.uri(node));
    }

    private static Answer ask(NodeAddress node, LettuceClients clients) {
        RedisClient client = clients.nodeClient();
        try {
            return ask(client.connect(ByteArrayCodec.INSTANCE, clients.uri(node)));
        } catch (RuntimeException e) {
            if (reason(e).toLowerCase(Locale.ROOT).contains("wrong number of arguments for 'auth'")) {
                clients.sendWholeCredentials(); // Redis before 6.0 knows no users
                return ask(client.connect(ByteArrayCodec.INSTANCE, clients.uri(node)));
            }
            throw e;
        } finally {
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    private static Answer ask(StatefulRedisConnection<byte[], byte[]> connection) {
        return new Answer(ServerInfo.parse(connection.sync().info()), askModules(connection));
    }

    private static Optional<ServerModules> askModules(StatefulRedisConnection<byte[], byte[]> connection) {
        CommandArgs<byte[], byte[]> list = new CommandArgs<>(ByteArrayCodec.INSTANCE).add("LIST");
        try {
            Object reply = connection.sync().dispatch(new Keyword("MODULE"), new AnyOutput(), list);
            return reply instanceof List<?> modules
                    ? Optional.of(ServerModules.of(
                            modules.stream().map(DestinationAdmin::texts).toList()))
                    : Optional.empty();
        } catch (RedisCommandExecutionException e) {
            LOG.debug("destination does not tell its modules: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static List<String> texts(@Nullable Object module) {
        return module instanceof List<?> fields
                ? fields.stream()
                        .map(field -> field instanceof byte[] bytes
                                ? new String(bytes, StandardCharsets.UTF_8)
                                : String.valueOf(field))
                        .toList()
                : List.of();
    }

    /** What is wrong with a node that could not be connected to, and what to do. */
    static String problem(NodeAddress node, RuntimeException failure) {
        String reason = reason(failure);
        String lower = reason.toLowerCase(Locale.ROOT);
        if (lower.contains("wrongpass") || lower.contains("invalid password") || lower.contains("noauth")) {
            return "destination " + node + " refused the credentials: '" + reason
                    + "'; check the destination's password, written <user>:<password>";
        }
        return "destination " + node + " cannot be used: " + reason + "; check address, port, credentials and firewall";
    }

    private static @Nullable NodeAddress[] masterOfSlot(Partitions partitions) {
        @Nullable NodeAddress[] masters = new NodeAddress[HashSlot.COUNT];
        for (int slot = 0; slot < HashSlot.COUNT; slot++) {
            RedisClusterNode master = partitions.getMasterBySlot(slot);
            masters[slot] = master == null
                    ? null
                    : new NodeAddress(master.getUri().getHost(), master.getUri().getPort());
        }
        return masters;
    }

    private static CommandArgs<byte[], byte[]> arguments(String name, List<byte[]> arguments) {
        CommandSpec spec = CommandTable.standard().of(name);
        var writer = new RespWriter(64);
        writer.command(arguments.toArray(new byte[0][]));
        var scanner = new CommandScanner();
        scanner.scan(writer.bytes(), 0, writer.length());
        int firstKey = spec.known() ? spec.keys().first(scanner) : KeyPositions.NO_KEY;
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (int i = 1; i < arguments.size(); i++) {
            if (i == firstKey) {
                args.addKey(arguments.get(i));
            } else {
                args.add(arguments.get(i));
            }
        }
        return args;
    }
}
