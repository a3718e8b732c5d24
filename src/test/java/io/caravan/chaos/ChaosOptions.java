package io.caravan.chaos;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the chaos test is told on the command line.
 *
 * @param seed of the first run; each further one has the next number
 * @param runs how many
 * @param faults of each run
 * @param mostSeconds after which a run begins no further fault
 * @param kinds names of the kinds of faults to choose among; empty for all
 * @param source version of the source; empty for one by lot
 * @param destination version of the destination; empty for one by lot
 * @param clients threads that write
 * @param perSecond commands a second of all of them
 * @param keys of every type, in the source from the start
 * @param reports folder for the logs of a run that failed
 * @param inDoubt of the destination: {@code READ_AGAIN} or {@code IN_SLOT}
 * @param readFrom which nodes of the source are linked to: {@code MASTER} or {@code REPLICA_PREFERRED}
 * @param trace whether to tell each event as it happens, and to keep the logs of runs that did well too
 */
record ChaosOptions(
        long seed,
        int runs,
        int faults,
        int mostSeconds,
        List<String> kinds,
        Optional<String> source,
        Optional<String> destination,
        int clients,
        int perSecond,
        int keys,
        Path reports,
        String inDoubt,
        String readFrom,
        boolean trace) {

    static final String USAGE = """
            Options (all of them optional):
              --seed=1              of the first run; the next run has the next number
              --runs=1              how many runs
              --faults=14           faults of each run
              --seconds=180         after which a run begins no further fault
              --kinds=a,b           kinds of faults to choose among; all if it is not given
              --source=7.0.15       version of the source, by lot if it is not given
              --destination=7.4.1   version of the destination, by lot if it is not given
              --clients=4           threads that write
              --rate=1200           commands a second of all of them
              --keys=300            keys of every type that the source holds from the start
              --reports=target/chaos  folder for the logs of runs that fail
              --in-doubt=READ_AGAIN inDoubt of the destination, READ_AGAIN or IN_SLOT
              --read-from=MASTER    readFrom of the source, MASTER or REPLICA_PREFERRED
              --trace=false         tell each event as it happens, and keep all logs""";

    private static final Map<String, String> DEFAULTS = Map.of(
            "seed", "1",
            "runs", "1",
            "faults", "14",
            "seconds", "180",
            "kinds", "",
            "clients", "4",
            "rate", "1200",
            "keys", "300",
            "reports", "target/chaos",
            "trace", "false");

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if it is not understood
     */
    static ChaosOptions parse(String... arguments) {
        Map<String, String> options = new TreeMap<>(DEFAULTS);
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--") || equals < 0) {
                throw new IllegalArgumentException("'" + argument + "' is no option");
            }
            options.put(argument.substring(2, equals), argument.substring(equals + 1));
        }
        var parsed = new ChaosOptions(
                Long.parseLong(options.remove("seed")),
                Integer.parseInt(options.remove("runs")),
                Integer.parseInt(options.remove("faults")),
                Integer.parseInt(options.remove("seconds")),
                kinds(options.remove("kinds")),
                Optional.ofNullable(options.remove("source")),
                Optional.ofNullable(options.remove("destination")),
                Integer.parseInt(options.remove("clients")),
                Integer.parseInt(options.remove("rate")),
                Integer.parseInt(options.remove("keys")),
                Path.of(options.remove("reports")),
                Optional.ofNullable(options.remove("in-doubt")).orElse("READ_AGAIN"),
                Optional.ofNullable(options.remove("read-from")).orElse("MASTER"),
                Boolean.parseBoolean(options.remove("trace")));
        if (!options.isEmpty()) {
            throw new IllegalArgumentException("unknown options " + options.keySet());
        }
        return parsed;
    }

    private static List<String> kinds(String text) {
        List<String> known = FaultKind.all().stream().map(FaultKind::name).toList();
        List<String> wanted =
                Arrays.stream(text.split(",")).filter(name -> !name.isBlank()).toList();
        wanted.stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("'" + name + "' is no kind of fault; there are " + known);
        });
        return wanted;
    }

    /** The kinds that a run chooses among. */
    List<FaultKind> chosenKinds() {
        return FaultKind.all().stream()
                .filter(kind -> kinds.isEmpty() || kinds.contains(kind.name()))
                .toList();
    }
}
