package io.caravan.chaos;

import io.caravan.servers.Dataset;
import io.caravan.servers.HashSlots;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import io.caravan.sync.CaravanProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/**
 * The two clusters, Caravan between them, and the clients. Made, changed and closed by the run's thread; who has which role is
 * asked anew with each call.
 */
final class Stage implements AutoCloseable {

    private static final int NODE_TIMEOUT_MILLIS = 3_000;
    private static final String LEASE_MILLIS = "3000";

    private final RedisCluster source;
    private final RedisCluster destination;
    private final CaravanProcess caravan;
    private boolean absent;
    private final Thread endOfJvm;
    private final int managementPort;
    private final Clients clients;
    private final List<Integer> slotsInUse;

    private Stage(
            RedisCluster source,
            RedisCluster destination,
            CaravanProcess caravan,
            int managementPort,
            Clients clients) {
        this.source = source;
        this.destination = destination;
        this.caravan = caravan;
        this.managementPort = managementPort;
        this.clients = clients;
        endOfJvm = new Thread(caravan::kill);
        Runtime.getRuntime().addShutdownHook(endOfJvm);
        slotsInUse = clients.tags().stream()
                .map(tag -> HashSlots.of(tag.counter().getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    /** Starts all of it; the clients do not write yet. */
    static Stage set(Setting setting, ChaosOptions options) throws IOException {
        RedisCluster source = cluster(setting.source(), setting.backlog());
        try {
            RedisCluster destination = cluster(setting.destination(), setting.backlog());
            try {
                Dataset.everyType(setting.seed(), options.keys())
                        .fitting(setting.source().version().toString())
                        .writeTo(source);
                int port = freePort();
                CaravanProcess caravan = settings(setting, source, destination, port)
                        .with("inDoubt", options.inDoubt())
                        .with("readFrom", options.readFrom())
                        .start();
                return new Stage(source, destination, caravan, port, new Clients(source, options, setting.seed()));
            } catch (IOException | RuntimeException | AssertionError e) {
                destination.close();
                throw e;
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            source.close();
            throw e;
        }
    }

    private static RedisCluster cluster(ServerProgram program, String backlog) {
        return RedisCluster.on(program)
                .replicas(1)
                .nodeTimeoutMillis(NODE_TIMEOUT_MILLIS)
                .option("repl-backlog-size", backlog)
                .linked()
                .start();
    }

    private static CaravanProcess.Settings settings(
            Setting setting, RedisCluster source, RedisCluster destination, int port) {
        return CaravanProcess.settings()
                .java("-Xmx128m")
                .java("-XX:MaxDirectMemorySize=96m")
                .with("source", source.nodes())
                .with("destination", destination.nodes())
                .with("memoryLimit", setting.memoryLimit())
                .with("spoolBytes", setting.spoolBytes())
                .with("camel.component.redis-replication.lease-time", LEASE_MILLIS)
                .with("camel.management.enabled", "true")
                .with("camel.management.port", Integer.toString(port));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RedisCluster cluster(Room side) {
        return switch (side) {
            case SOURCE -> source;
            case DESTINATION -> destination;
            case CARAVAN -> throw new IllegalArgumentException("Caravan is no cluster");
        };
    }

    /** Lets Caravan end by a fault; it is not started again before {@link #back}. */
    synchronized void away(Fault.Action end) throws Exception {
        absent = true;
        end.run();
    }

    /** Starts Caravan again after a fault. */
    synchronized void back() throws IOException {
        caravan.awaitEnd();
        caravan.restart();
        absent = false;
    }

    /**
     * Starts Caravan again if it has ended by itself, as the supervisor of a service does: it does not start where a side cannot be
     * reached. Answers whether it had.
     */
    synchronized boolean supervise() throws IOException {
        boolean ended = !absent && !caravan.isAlive();
        if (ended) {
            caravan.restart();
        }
        return ended;
    }

    CaravanProcess caravan() {
        return caravan;
    }

    Clients clients() {
        return clients;
    }

    int managementPort() {
        return managementPort;
    }

    /** The slots of the clients' tags. */
    List<Integer> slotsInUse() {
        return slotsInUse;
    }

    List<RedisServer> mastersWithSlots(Room side) {
        RedisCluster cluster = cluster(side);
        return cluster.masters().stream()
                .filter(master ->
                        master.isResponsive() && !cluster.slotsOf(master).isEmpty())
                .toList();
    }

    List<RedisServer> mastersWithReplica(Room side) {
        RedisCluster cluster = cluster(side);
        return mastersWithSlots(side).stream()
                .filter(master -> !cluster.replicasOf(master).isEmpty())
                .toList();
    }

    /** What a run is made of, by lot. */
    record Setting(
            long seed,
            ServerProgram source,
            ServerProgram destination,
            String backlog,
            String memoryLimit,
            String spoolBytes) {

        /** Versions that a cluster is made of; where both are by lot, or the source is given, the destination is not older. */
        static Setting of(long seed, ChaosOptions options, Random random) {
            List<ServerProgram> programs = ServerProgram.all().stream()
                    .filter(program -> program.atLeast("5.0"))
                    .toList();
            ServerProgram source =
                    options.source().map(ServerProgram::of).orElseGet(() -> FaultKind.one(programs, random));
            List<ServerProgram> notOlder = programs.stream()
                    .filter(program -> program.version().compareTo(source.version()) >= 0)
                    .toList();
            return new Setting(
                    seed,
                    source,
                    options.destination().map(ServerProgram::of).orElseGet(() -> FaultKind.one(notOlder, random)),
                    FaultKind.one(List.of("256kb", "1mb", "32mb"), random),
                    FaultKind.one(List.of("8MB", "32MB"), random),
                    FaultKind.one(List.of("4MB", "12MB"), random));
        }
    }

    @Override
    public void close() throws IOException {
        try {
            clients.close();
        } finally {
            Runtime.getRuntime().removeShutdownHook(endOfJvm);
            caravan.close();
            source.close();
            destination.close();
        }
    }
}
