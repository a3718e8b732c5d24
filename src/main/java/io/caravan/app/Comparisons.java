package io.caravan.app;

import io.caravan.verify.VerifyReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;

/**
 * What has become of the comparisons of several tasks. One that could not be made takes nothing from the others. Used by the thread of a
 * command.
 */
final class Comparisons {

    private final Map<String, VerifyReport> reports = new TreeMap<>();
    private final Map<String, CommandFailure> failures = new TreeMap<>();

    /**
     * What a task is called among others.
     *
     * @param names of all of them, each as often as there is a task of that name
     */
    static String called(String name, String route, Collection<String> names) {
        return Collections.frequency(names, name) > 1 ? name + " (route " + route + ")" : name;
    }

    /** Whether there was no task at all. */
    boolean isEmpty() {
        return reports.isEmpty() && failures.isEmpty();
    }

    void compared(String task, VerifyReport report) {
        reports.put(task, report);
    }

    void failed(String task, CommandFailure failure) {
        failures.put(task, failure);
    }

    /** For a person: what was found; empty if nothing could be compared. */
    String text() {
        List<String> parts = new ArrayList<>();
        reports.forEach((task, report) -> parts.add("task " + task + ": " + report.text()));
        return String.join(System.lineSeparator(), parts);
    }

    /** For a person: each task that could not be compared, and why. */
    List<String> failures() {
        return failures.entrySet().stream()
                .map(each -> "task " + each.getKey() + ": not compared: "
                        + each.getValue().getMessage())
                .toList();
    }

    /** For a program: both. */
    String json() {
        var json = new JsonObject();
        json.put("equal", failures.isEmpty() && reports.values().stream().allMatch(VerifyReport::isEqual));
        List<Map<String, Object>> tasks = new ArrayList<>();
        reports.forEach((task, report) -> {
            Map<String, Object> fields = new TreeMap<>(report.fields());
            fields.put("task", task);
            tasks.add(fields);
        });
        json.put("tasks", tasks);
        List<Map<String, Object>> failed = new ArrayList<>();
        failures.forEach(
                (task, failure) -> failed.add(Map.of("task", task, "problem", String.valueOf(failure.getMessage()))));
        json.put("failed", failed);
        return Jsoner.prettyPrint(json.toJson());
    }

    /** That of the first task that could not be compared; else what was found. */
    int exitCode() {
        if (!failures.isEmpty()) {
            return failures.values().iterator().next().exitCode();
        }
        if (reports.values().stream().anyMatch(report -> !report.isEqual())) {
            return ExitCode.DIFFERENT;
        }
        return reports.values().stream().anyMatch(report -> report.undecided() > 0) ? ExitCode.UNDECIDED : ExitCode.OK;
    }
}
