package io.caravan.cluster;

import io.caravan.command.Batches;
import io.caravan.command.CommandBatch;
import io.caravan.dialect.DestinationDialect;
import io.caravan.node.ServerVersion;
import io.caravan.sync.Operations;
import io.caravan.sync.Operations.Operation;
import io.caravan.sync.RecordedStreams;
import io.caravan.sync.RecordedStreams.Scenario;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Commands as streams carry them: those that servers were seen to send, and where there are none, those that clients send. What
 * becomes of them is found by sending them through the code.
 */
final class OperationSamples {

    static final DestinationDialect NEWEST = new DestinationDialect(ServerVersion.parse("redis", "8.10.0"), true);
    static final DestinationDialect OLDEST = new DestinationDialect(ServerVersion.parse("redis", "4.0.0"), true);

    /** How streams carry operations that are newer than the servers that operations are run on. */
    private static final Map<String, String> NEWER = Map.ofEntries(
            Map.entry("DELEX", "as itself; with a condition: DEL"),
            Map.entry("HGETDEL", "as itself in Valkey; HDEL in Redis"),
            Map.entry("HGETEX", "HPEXPIREAT, HPERSIST, or HDEL of what is past"),
            Map.entry("HSETEX", "as itself; HDEL of what is past"),
            Map.entry("CLUSTER", "records of slot migrations"),
            Map.entry("TRIMSLOTS", "records of slot migrations"));

    /** Versions of which no synchronization is asked for. */
    private static final String TOO_OLD = "[23]\\..*";

    private final Map<String, Operation> operations;
    private final Map<String, Set<String>> commands = new LinkedHashMap<>();
    private final Map<String, Set<String>> names = new LinkedHashMap<>();

    private OperationSamples() {
        operations = Operations.all().stream().collect(Collectors.toMap(Operation::name, operation -> operation));
    }

    static OperationSamples load() throws IOException {
        var samples = new OperationSamples();
        for (Scenario scenario : RecordedStreams.load().scenarios()) {
            String operation = scenario.name().split("[ ;]")[0];
            scenario.recordings().stream()
                    .filter(recording -> !recording.versions().stream().allMatch(version -> version.matches(TOO_OLD)))
                    .flatMap(recording -> recording.stream().stream())
                    .forEach(command -> samples.add(operation, command));
        }
        return samples;
    }

    private void add(String operation, String command) {
        names.computeIfAbsent(operation, key -> new TreeSet<>()).add(nameOf(command));
        commands.computeIfAbsent(nameOf(command), key -> new LinkedHashSet<>()).add(command);
    }

    /** Commands of that name: recorded, else as clients send them, else with any arguments. */
    private Collection<String> of(String name) {
        if (commands.containsKey(name)) {
            return commands.get(name);
        }
        if (operations.containsKey(name)) {
            return operations.get(name).lines().stream()
                    .map(line -> line.command().replaceAll("%([a-z]+)", "$1"))
                    .filter(command -> nameOf(command).equals(name))
                    .toList();
        }
        return List.of(name + " a b c d");
    }

    private static String nameOf(String command) {
        return command.split(" ")[0].toUpperCase(Locale.ROOT);
    }

    /** How the stream carries an operation. */
    String arrival(String name) {
        Operation operation = operations.get(name);
        if (operation != null) {
            return operation.arrives().isEmpty()
                    ? "as itself"
                    : operation.arrives().replace("itself", "as itself");
        }
        return NEWER.getOrDefault(name, names.containsKey(name) ? "as itself" : "not seen yet");
    }

    /** Whether the stream of some version carries it under its own name. */
    boolean comesAsItself(String name) {
        return arrival(name).startsWith("as itself")
                || !operations.containsKey(name) && !arrival(name).startsWith("HPEXPIREAT")
                || names.getOrDefault(name, Set.of()).contains(name);
    }

    /** What a standard destination is sent instead of the commands of that name. */
    List<String> toStandard(String name, DestinationDialect dialect) {
        return outcomes(name, dialect::adapt);
    }

    /** What the newest cluster is sent instead, if the keys are in different slots. */
    List<String> toCluster(String name) {
        return outcomes(name, batch -> {
            NEWEST.adapt(batch);
            CrossSlots.divide(batch);
        });
    }

    private List<String> outcomes(String name, Consumer<CommandBatch> change) {
        Set<String> outcomes = new LinkedHashSet<>();
        for (String command : of(name)) {
            CommandBatch batch = Batches.stream(RecordedStreams.arguments(command, System.currentTimeMillis()));
            change.accept(batch);
            outcomes.add(outcome(name, Batches.texts(batch)));
        }
        return List.copyOf(outcomes);
    }

    private static String outcome(String name, List<String> sent) {
        List<String> names =
                sent.stream().map(OperationSamples::nameOf).distinct().toList();
        if (sent.size() == 1 && names.contains(name)) {
            return "as is";
        }
        return switch (String.join(" ", names)) {
            case "" -> "left out";
            case "CARAVAN.REFRESH" -> "keys read again";
            case "CARAVAN.REFUSE" -> "refused";
            default -> (sent.size() > names.size() ? "divided into " : "") + String.join(" and ", names);
        };
    }
}
