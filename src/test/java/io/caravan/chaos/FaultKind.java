package io.caravan.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A kind of fault.
 *
 * @param name as reports and options call it
 * @param settles whether Caravan has recovered only when it has seen how the slots of the source are divided, and has swept
 * @param maker chooses where and how long
 */
record FaultKind(String name, Room room, boolean settles, Maker maker) {

    FaultKind(String name, Room room, Maker maker) {
        this(name, room, false, maker);
    }

    /** Prepares a fault of this kind, chosen by lot; nothing happens yet. */
    @FunctionalInterface
    interface Maker {
        Fault make(Stage stage, Random random);
    }

    /** All of them, in an order that stays. */
    static List<FaultKind> all() {
        List<FaultKind> all = new ArrayList<>(ProcessFaults.kinds());
        for (Room side : List.of(Room.SOURCE, Room.DESTINATION)) {
            all.addAll(NodeFaults.kinds(side));
            all.addAll(ShardFaults.kinds(side));
            all.addAll(LinkFaults.kinds(side));
        }
        all.addAll(PressureFaults.kinds());
        all.add(NodeFaults.losesData());
        all.add(ShardFaults.returns());
        return List.copyOf(all);
    }

    Fault make(Stage stage, Random random) {
        return maker.make(stage, random);
    }

    /** One of several, by lot. */
    static <T> T one(List<T> several, Random random) {
        return several.get(random.nextInt(several.size()));
    }
}
