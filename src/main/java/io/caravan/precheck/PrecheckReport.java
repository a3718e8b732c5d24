package io.caravan.precheck;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a precheck has found. Immutable: shown by whoever wants to, kept as long as anybody likes. Holds no secrets.
 *
 * @param task id of the task
 * @param time when it began
 * @param took how long it took
 * @param items in the order of {@code docs/precheck.md}
 */
public record PrecheckReport(String task, Instant time, Duration took, List<PrecheckItem> items) {

    public PrecheckReport {
        items = List.copyOf(items);
    }

    /** The gravest of all items; {@link Outcome#PASSED} if there is none. */
    public Outcome outcome() {
        return items.stream().map(PrecheckItem::outcome).reduce(Outcome.PASSED, Outcome::or);
    }

    /** Whether the task may start. */
    public boolean passed() {
        return outcome() != Outcome.FAILED;
    }

    /** How many items ended so. */
    public long count(Outcome outcome) {
        return items.stream().filter(item -> item.outcome() == outcome).count();
    }

    /** For people: a line for each item, its findings below, 100 columns at most, closed by the verdict. */
    public String text() {
        return ReportText.of(this);
    }

    /** For programs: names and values (texts, numbers, booleans, lists, maps), in the order in which they are to be written. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("task", task);
        fields.put("outcome", outcome().toString());
        fields.put("passed", passed());
        fields.put("time", time.toString());
        fields.put("tookMillis", took.toMillis());
        fields.put("items", items.stream().map(PrecheckReport::fields).toList());
        return fields;
    }

    private static Map<String, Object> fields(PrecheckItem item) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", item.name());
        fields.put("outcome", item.outcome().toString());
        fields.put("summary", item.summary());
        fields.put(
                "findings", item.findings().stream().map(PrecheckReport::fields).toList());
        return fields;
    }

    private static Map<String, Object> fields(Finding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("outcome", finding.outcome().toString());
        fields.put("node", finding.node());
        fields.put("cause", finding.cause());
        fields.put("remedy", finding.remedy());
        return fields;
    }
}
