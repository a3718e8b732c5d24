package io.caravan.chaos;

import io.caravan.servers.RedisServer;
import io.caravan.servers.SlowLink;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** What happens to the network before one node. */
final class LinkFaults {

    private static final int LONGEST_MILLIS = 5_000;

    private final Room side;

    private LinkFaults(Room side) {
        this.side = side;
    }

    static List<FaultKind> kinds(Room side) {
        var faults = new LinkFaults(side);
        String where = "-" + side.name().toLowerCase(Locale.ROOT);
        return List.of(
                new FaultKind("slow-network" + where, side, faults::slow),
                new FaultKind("cut-network" + where, side, faults::cut));
    }

    private Fault slow(Stage stage, Random random) {
        RedisServer master = FaultKind.one(stage.mastersWithSlots(side), random);
        SlowLink link = master.link();
        int bytes = 20_000 + random.nextInt(200_000);
        int delay = random.nextInt(60);
        return new Fault(
                "network of " + master + " at " + bytes + " bytes/s and " + delay + " ms",
                () -> {
                    link.delayMillis(delay);
                    link.bytesPerSecond(bytes);
                },
                () -> {
                    link.delayMillis(0);
                    link.bytesPerSecond(0);
                },
                1_000 + random.nextInt(LONGEST_MILLIS));
    }

    private Fault cut(Stage stage, Random random) {
        RedisServer master = FaultKind.one(stage.mastersWithSlots(side), random);
        return Fault.atOnce("all connections of " + master + " are cut", () -> {
            master.link().cut();
            NodeFaults.awaitAnswers(master);
            stage.cluster(side).awaitAgreement();
        });
    }
}
