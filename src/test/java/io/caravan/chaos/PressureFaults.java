package io.caravan.chaos;

import io.caravan.servers.DeploymentClient;
import io.caravan.servers.RedisServer;
import io.caravan.servers.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** What is too small: the memory of a destination node, and the spool of Caravan. */
final class PressureFaults {

    private static final long LONGEST_STAND_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final int LONGEST_MILLIS = 5_000;
    private static final int LARGE_VALUES = 600;
    private static final int LARGE_BYTES = 40_000;
    private static final String FULL = "can take no more";

    private PressureFaults() {}

    static List<FaultKind> kinds() {
        return List.of(
                new FaultKind("out-of-memory-destination", Room.DESTINATION, PressureFaults::outOfMemory),
                new FaultKind("full-spool", Room.DESTINATION, PressureFaults::fullSpool));
    }

    private static Fault outOfMemory(Stage stage, Random random) {
        RedisServer master = FaultKind.one(stage.mastersWithSlots(Room.DESTINATION), random);
        return new Fault(
                "maxmemory of " + master + " is 1 MB",
                () -> master.command("CONFIG", "SET", "maxmemory", "1mb"),
                () -> master.command("CONFIG", "SET", "maxmemory", "0"),
                500 + random.nextInt(LONGEST_MILLIS));
    }

    /**
     * The destination stands still as a whole, so that no replica takes over, until Caravan has no room left; or not so long, if
     * Caravan is not there, or the source is slow itself.
     */
    private static Fault fullSpool(Stage stage, Random random) {
        List<RedisServer> nodes = stage.cluster(Room.DESTINATION).servers();
        return new Fault(
                "the destination stands still until the spool is full",
                () -> {
                    int before = count(stage);
                    nodes.forEach(RedisServer::pause);
                    long deadline = System.nanoTime() + LONGEST_STAND_NANOS;
                    while (count(stage) == before && System.nanoTime() < deadline) {
                        writeLargeValues(stage, random.nextInt(), deadline);
                    }
                },
                () -> {
                    nodes.forEach(RedisServer::resume);
                    stage.cluster(Room.DESTINATION).awaitAgreement();
                },
                0);
    }

    private static int count(Stage stage) {
        return stage.caravan().output().split(FULL, -1).length;
    }

    private static void writeLargeValues(Stage stage, int number, long deadline) {
        try (DeploymentClient client = stage.cluster(Room.SOURCE).connect()) {
            List<Request> some = new ArrayList<>();
            for (int i = 0; i < LARGE_VALUES && System.nanoTime() < deadline; i++) {
                some.add(Request.of("SET", "large:" + i % 100, (number + ":" + i + ";").repeat(LARGE_BYTES / 10)));
                if (some.size() == 20) {
                    client.run(some);
                    some.clear();
                }
            }
        }
    }
}
