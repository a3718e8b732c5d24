package io.caravan.chaos;

import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/** Slots go from one master of a cluster to another, to a new one, and away from it before it is removed. */
final class ShardFaults {

    private static final int MOST_SLOTS = 15;

    private final Room side;
    private Optional<RedisServer> added = Optional.empty();

    private ShardFaults(Room side) {
        this.side = side;
    }

    static List<FaultKind> kinds(Room side) {
        var faults = new ShardFaults(side);
        String where = "-" + side.name().toLowerCase(Locale.ROOT);
        return List.of(
                new FaultKind("reshard" + where, side, side == Room.SOURCE, faults::reshard),
                new FaultKind("add-or-remove-node" + where, side, side == Room.SOURCE, faults::addOrRemove));
    }

    /** Slots of the source go to another master and back, often between two looks of Caravan. */
    static FaultKind returns() {
        return new FaultKind("return-slots-source", Room.SOURCE, true, new ShardFaults(Room.SOURCE)::thereAndBack);
    }

    private Fault thereAndBack(Stage stage, Random random) {
        RedisCluster cluster = stage.cluster(side);
        List<RedisServer> masters = new ArrayList<>(stage.mastersWithSlots(side));
        Collections.shuffle(masters, random);
        // One that has given its last slot away is a replica from 7.0 on, and takes none back.
        RedisServer from = masters.stream()
                .filter(master -> cluster.slotsOf(master).size() > MOST_SLOTS)
                .findFirst()
                .orElseThrow();
        masters.remove(from);
        RedisServer to = masters.get(0);
        List<Integer> slots = some(stage, from, random);
        return Fault.atOnce(slots.size() + " slots from " + from + " to " + to + " and back", () -> {
            cluster.moveSlots(from, to, slots);
            cluster.moveSlots(to, from, slots);
        });
    }

    private Fault reshard(Stage stage, Random random) {
        RedisCluster cluster = stage.cluster(side);
        List<RedisServer> masters = new ArrayList<>(stage.mastersWithSlots(side));
        Collections.shuffle(masters, random);
        RedisServer from = masters.get(0);
        RedisServer to = masters.get(1);
        List<Integer> slots = some(stage, from, random);
        return Fault.atOnce(
                slots.size() + " slots from " + from + " to " + to, () -> cluster.moveSlots(from, to, slots));
    }

    /** Slots that clients write to. */
    private List<Integer> some(Stage stage, RedisServer master, Random random) {
        List<Integer> used = new ArrayList<>(stage.slotsInUse());
        used.retainAll(stage.cluster(side).slotsOf(master));
        Collections.shuffle(used, random);
        return used.subList(0, Math.min(used.size(), 1 + random.nextInt(MOST_SLOTS)));
    }

    private Fault addOrRemove(Stage stage, Random random) {
        RedisCluster cluster = stage.cluster(side);
        if (added.isPresent() && stage.mastersWithSlots(side).contains(added.get())) {
            RedisServer master = added.get();
            added = Optional.empty();
            RedisServer heir = FaultKind.one(
                    stage.mastersWithSlots(side).stream()
                            .filter(other -> other != master)
                            .toList(),
                    random);
            return Fault.atOnce("the slots of " + master + " to " + heir + ", and it is removed", () -> {
                cluster.moveSlots(master, heir, cluster.slotsOf(master));
                cluster.removeNode(master);
            });
        }
        RedisServer from = FaultKind.one(stage.mastersWithSlots(side), random);
        List<Integer> slots = some(stage, from, random);
        return Fault.atOnce("a new master gets " + slots.size() + " slots from " + from, () -> {
            RedisServer master = cluster.addMaster();
            added = Optional.of(master);
            cluster.moveSlots(from, master, slots);
        });
    }
}
