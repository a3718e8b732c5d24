package io.caravan.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.caravan.command.HashSlot;
import io.caravan.node.NodeAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A cluster of two nodes, {@code a} and {@code b}, that runs a few commands on strings, for tests. Slots move from one to the
 * other key by key; rule: Redis {@code cluster.c}, {@code getNodeByQuery}.
 */
final class SimulatedCluster {

    private static final Set<String> DENIED_WITHOUT_MEMORY = Set.of("SET", "APPEND", "MSET", "RESTORE", "COPY");

    final Map<String, Node> nodes = new TreeMap<>(Map.of("a", new Node("a"), "b", new Node("b")));

    /** The owner of each slot that is not {@code a}'s. */
    private final Map<Integer, String> owners = new HashMap<>();

    /** Slots on their way from their owner to the other node. */
    final Set<Integer> moving = new TreeSet<>();

    /** One node and the connection to it. */
    final class Node {

        final String name;
        final Map<String, String> data = new TreeMap<>();
        boolean outOfMemory;

        /** Commands that have arrived and have not been run. */
        final ArrayDeque<List<String>> arrived = new ArrayDeque<>();

        /** Replies that have not arrived at the other end. */
        final ArrayDeque<String> replies = new ArrayDeque<>();

        private boolean asking;
        private List<List<String>> transaction;
        private boolean aborted;

        private Node(String name) {
            this.name = name;
        }

        boolean hasSomethingOnItsWay() {
            return !arrived.isEmpty() || !replies.isEmpty();
        }

        /** The connection is lost, with what was on its way in either direction. */
        void disconnected() {
            arrived.clear();
            replies.clear();
            asking = false;
            transaction = null;
            aborted = false;
        }

        /** Runs the next command that has arrived. */
        void runNext() {
            List<String> command = arrived.remove();
            replies.add(answer(command));
            if (!command.get(0).equals("ASKING") && transaction == null) {
                asking = false;
            }
        }

        private String answer(List<String> command) {
            return switch (command.get(0)) {
                case "ASKING" -> {
                    asking = true;
                    yield "+OK";
                }
                case "MULTI" -> {
                    transaction = new ArrayList<>();
                    aborted = false;
                    yield "+OK";
                }
                case "EXEC" -> exec();
                default -> transaction == null ? runAlone(command) : queue(command);
            };
        }

        private String runAlone(List<String> command) {
            String refusal = refusal(command);
            return refusal == null ? run(command, data) : refusal;
        }

        private String queue(List<String> command) {
            String refusal = refusal(command);
            if (refusal == null) {
                transaction.add(command);
                return "+QUEUED";
            }
            aborted = true;
            return refusal;
        }

        private String exec() {
            List<List<String>> commands = transaction;
            transaction = null;
            if (aborted) {
                return "-EXECABORT Transaction discarded because of previous errors.";
            }
            String refusal = redirection(commands.stream()
                    .flatMap(command -> keysOf(command).stream())
                    .distinct()
                    .toList());
            if (refusal != null) {
                return refusal;
            }
            var reply = new StringBuilder("*" + commands.size());
            commands.forEach(command -> reply.append("\r\n").append(run(command, data)));
            return reply.toString();
        }

        private String refusal(List<String> command) {
            String redirection = redirection(keysOf(command));
            if (redirection == null && outOfMemory && DENIED_WITHOUT_MEMORY.contains(command.get(0))) {
                return "-OOM command not allowed when used memory > 'maxmemory'.";
            }
            return redirection;
        }

        /** Of a transaction the keys of all its commands count together. */
        private String redirection(List<String> keys) {
            int slot = slotOf(keys.get(0));
            boolean someMissing = !data.keySet().containsAll(keys);
            boolean allMissing = keys.stream().noneMatch(data::containsKey);
            if (ownerOf(slot).equals(name)) {
                if (!moving.contains(slot) || !someMissing) {
                    return null;
                }
                return allMissing ? "-ASK " + slot + " " + otherThan(name) + ":1" : "-TRYAGAIN Multiple keys request";
            }
            if (moving.contains(slot) && asking) {
                return keys.size() > 1 && someMissing ? "-TRYAGAIN Multiple keys request" : null;
            }
            return "-MOVED " + slot + " " + ownerOf(slot) + ":1";
        }
    }

    /** The masters by slot. */
    NodeAddress[] masterOfSlot() {
        var masters = new NodeAddress[HashSlot.COUNT];
        for (int slot = 0; slot < HashSlot.COUNT; slot++) {
            masters[slot] = RouterHarness.node(ownerOf(slot));
        }
        return masters;
    }

    String ownerOf(int slot) {
        return owners.getOrDefault(slot, "a");
    }

    /** Begins to move a slot to the other node. */
    void beginMove(int slot) {
        moving.add(slot);
    }

    /** Moves a key of a slot that is moving. */
    void moveKey(String key) {
        String owner = ownerOf(slotOf(key));
        String value = nodes.get(owner).data.remove(key);
        if (value != null) {
            nodes.get(otherThan(owner)).data.put(key, value);
        }
    }

    /** Ends the move of a slot: the keys that are left go with it. */
    void endMove(int slot) {
        List.copyOf(nodes.get(ownerOf(slot)).data.keySet()).stream()
                .filter(key -> slotOf(key) == slot)
                .forEach(this::moveKey);
        owners.put(slot, otherThan(ownerOf(slot)));
        moving.remove(slot);
    }

    /** Every key and its value, wherever it is; a key on two nodes is shown twice. */
    Map<String, String> data() {
        var all = new TreeMap<String, String>();
        nodes.values()
                .forEach(node -> node.data.forEach((key, value) -> all.merge(key, value, (x, y) -> x + " and " + y)));
        return all;
    }

    /** Runs a command and gives its reply. */
    static String run(List<String> command, Map<String, String> data) {
        String key = command.get(1);
        switch (command.get(0)) {
            case "SET" -> data.put(key, command.get(2));
            case "APPEND" -> data.merge(key, command.get(2), String::concat);
            case "DEL", "UNLINK" -> data.remove(key);
            case "RESTORE" -> data.put(key, command.get(3));
            case "MSET" -> {
                for (int i = 1; i < command.size(); i += 2) {
                    data.put(command.get(i), command.get(i + 1));
                }
            }
            case "RENAME" -> {
                if (!data.containsKey(key)) {
                    return "-ERR no such key";
                }
                data.put(command.get(2), data.remove(key));
            }
            case "COPY" -> {
                if (data.containsKey(key)) {
                    data.put(command.get(2), data.get(key));
                }
            }
            default -> throw new AssertionError("not simulated: " + command);
        }
        return "+OK";
    }

    static List<String> keysOf(List<String> command) {
        return switch (command.get(0)) {
            case "MSET" -> {
                var keys = new ArrayList<String>();
                for (int i = 1; i < command.size(); i += 2) {
                    keys.add(command.get(i));
                }
                yield keys;
            }
            case "RENAME", "COPY" -> command.subList(1, 3);
            default -> List.of(command.get(1));
        };
    }

    static int slotOf(String key) {
        return HashSlot.of(key.getBytes(UTF_8));
    }

    private static String otherThan(String name) {
        return name.equals("a") ? "b" : "a";
    }
}
