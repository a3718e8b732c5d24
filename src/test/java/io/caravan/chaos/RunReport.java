package io.caravan.chaos;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What came of a run.
 *
 * @param servers source and destination version
 * @param faults how many of each kind
 * @param recoveries milliseconds from the end of each fault until Caravan followed again, by kind
 * @param keys that were compared
 * @param commands that the source has acknowledged
 * @param increments of counters that the source has acknowledged
 * @param lostAtTheSource counters and lists of which the source itself has lost acknowledged writes
 * @param differences between source and destination
 * @param failure why the run could not be ended, empty if it was
 * @param log where the history and Caravan's log are, empty if the run did well
 */
record RunReport(
        long seed,
        String servers,
        long seconds,
        Map<String, Integer> faults,
        Map<String, List<Long>> recoveries,
        long keys,
        long commands,
        long increments,
        long lostAtTheSource,
        List<String> differences,
        String failure,
        String log) {

    boolean isGood() {
        return differences.isEmpty() && failure.isEmpty();
    }

    /** One line of JSON. */
    String line() {
        return "{\"seed\":" + seed + ",\"servers\":\"" + servers + "\",\"seconds\":" + seconds + ",\"faults\":"
                + counts(faults) + ",\"recoveryMillis\":" + times(recoveries) + ",\"commands\":" + commands
                + ",\"keys\":"
                + keys + ",\"increments\":" + increments + ",\"lostAtTheSource\":" + lostAtTheSource
                + ",\"differences\":" + differences.size()
                + (isGood() ? "" : ",\"failure\":" + text(failure) + ",\"log\":" + text(log)) + "}";
    }

    static String counts(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .map(one -> "\"" + one.getKey() + "\":" + one.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** Smallest, middle and largest of each kind. */
    static String times(Map<String, List<Long>> times) {
        return times.entrySet().stream()
                .map(one -> {
                    List<Long> sorted = one.getValue().stream().sorted().toList();
                    return "\"" + one.getKey() + "\":[" + sorted.get(0) + "," + sorted.get(sorted.size() / 2) + ","
                            + sorted.get(sorted.size() - 1) + "]";
                })
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String text(String words) {
        return "\"" + words.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("[\\r\\n]+", " ") + "\"";
    }
}
