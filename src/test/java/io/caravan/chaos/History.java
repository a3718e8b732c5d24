package io.caravan.chaos;

import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What happened in a run, and when. Thread-safe. */
final class History {

    private final List<String> lines = new ArrayList<>();
    private final Map<String, Integer> faults = new TreeMap<>();
    private final Map<String, List<Long>> recoveries = new TreeMap<>();
    private final boolean trace;

    /** @param trace whether to print each line at once */
    History(boolean trace) {
        this.trace = trace;
    }

    synchronized void note(String what) {
        String line = LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " " + what;
        lines.add(line);
        if (trace) {
            System.out.println(line);
        }
    }

    synchronized void began(FaultKind kind, Fault fault) {
        faults.merge(kind.name(), 1, Integer::sum);
        note(kind.name() + ": " + fault.what());
    }

    synchronized void recovered(FaultKind kind, long millis) {
        recoveries.computeIfAbsent(kind.name(), name -> new ArrayList<>()).add(millis);
        note(kind.name() + " made good after " + millis + " ms");
    }

    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** How many faults of each kind. */
    synchronized Map<String, Integer> faults() {
        return new TreeMap<>(faults);
    }

    /** Milliseconds of each recovery, by kind. */
    synchronized Map<String, List<Long>> recoveries() {
        return new TreeMap<>(recoveries);
    }
}
