package io.caravan.servers;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Moves slots between two masters while clients go on writing: the steps of redis-cli's {@code clusterManagerMoveSlot}. */
final class SlotMove {
    private static final int KEYS_PER_MIGRATE = 10;
    private static final int MIGRATE_TIMEOUT_MILLIS = 20_000;

    private final RedisServer from;
    private final RedisServer to;
    private final String fromId;
    private final String toId;
    private final List<RedisServer> masters;
    private final String password;

    SlotMove(RedisServer from, RedisServer to, List<RedisServer> masters, String password) {
        this.from = from;
        this.to = to;
        this.masters = masters;
        this.password = password;
        fromId = RedisCluster.id(from);
        toId = RedisCluster.id(to);
    }

    void move(int slot) {
        setSlot(to, slot, "IMPORTING", fromId);
        setSlot(from, slot, "MIGRATING", toId);
        for (List<?> keys = keysIn(slot); !keys.isEmpty(); keys = keysIn(slot)) {
            from.command(migrate(keys));
        }
        // The new owner first: if the old one went first, clients would be sent to and fro until the new one learnt it.
        setSlot(to, slot, "NODE", toId);
        setSlot(from, slot, "NODE", toId);
        masters.stream()
                .filter(master -> master != from && master != to)
                .forEach(master -> setSlot(master, slot, "NODE", toId));
    }

    private static void setSlot(RedisServer server, int slot, String state, String nodeId) {
        try {
            server.command("CLUSTER", "SETSLOT", Integer.toString(slot), state, nodeId);
        } catch (RespError e) {
            // From 7.0 on a master that has given its last slot away may be a replica of the new owner by now, and
            // knows
            // of the slot.
            if (!String.valueOf(e.getMessage()).contains("SETSLOT only with masters")) {
                throw e;
            }
        }
    }

    private List<?> keysIn(int slot) {
        return (List<?>)
                Objects.requireNonNull(from.command(Request.of("CLUSTER", "GETKEYSINSLOT", slot, KEYS_PER_MIGRATE)));
    }

    private Request migrate(List<?> keys) {
        List<Object> words = new ArrayList<>(List.of("MIGRATE", to.host(), to.port(), "", 0, MIGRATE_TIMEOUT_MILLIS));
        if (!password.isEmpty()) {
            words.addAll(List.of("AUTH", password));
        }
        words.add("KEYS");
        words.addAll(keys);
        return Request.of(words.toArray());
    }
}
